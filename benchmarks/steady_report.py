"""What a steady run shows: rates and waits by half, whether what is trimmed is flat, what the rest grows by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.sizes import Sizes, trimmed, untrimmed

Update = tuple[float, float]
"""When it was sent and how long its answer took, in seconds."""
FLAT = 1.1
"""So many times as much at most is flat."""
NAMED = 8
"""So many of the tables that grow are named, the fastest first."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Sizes at a moment, in seconds, and how many updates had been answered when it began."""

    at: float
    updates: int
    sizes: Sizes


def report(seconds: float, updates: Sequence[Update], samples: Sequence[Sample], most_waiting: int) -> dict[str, Any]:
    """The figures, as they are written to a file."""
    halves = [[took for at, took in updates if (at < seconds / 2) is first] for first in (True, False)]
    sizes = [trimmed(sample.sizes) for sample in samples]
    late = sizes[len(sizes) // 2 + 1 :]
    return {
        "seconds": seconds,
        "updates": len(updates),
        "updates_per_second": [round(len(half) / (seconds / 2), 1) for half in halves],
        "p50_ms": [percentile(half, 50) for half in halves],
        "p99_ms": [percentile(half, 99) for half in halves],
        "trimmed_bytes": sizes,
        "trimmed_second_half_ratio": round(max(late) / max(min(late), 1), 3),
        "growth_bytes_per_update": dict(growth(samples[len(samples) // 2], samples[-1])),
        "most_waiting": most_waiting,
    }


def percentile(times: Sequence[float], wanted: int) -> float:
    """Of times in seconds, in milliseconds; the nearest that was measured."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) * wanted // 100, len(ordered) - 1)] * 1000, 1) if ordered else 0.0


def growth(first: Sample, last: Sample) -> Iterator[tuple[str, float]]:
    """Bytes an update by which each table that is not trimmed grew between two samples, the fastest first."""
    before, updates = untrimmed(first.sizes), max(last.updates - first.updates, 1)
    grown = {name: size - before.get(name, 0) for name, size in untrimmed(last.sizes).items()}
    for name, size in sorted(grown.items(), key=lambda pair: -pair[1]):
        if size:
            yield name, round(size / updates, 1)


def lines(engine: str, retention: float, found: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    grown = found["growth_bytes_per_update"]
    megabytes = [round(size / 1e6, 1) for size in found["trimmed_bytes"]]
    yield f"{engine}: {found['updates']} updates in {found['seconds']:g} s, {retention:g} s of them kept"
    yield f"by half: {_halves(found['updates_per_second'])} updates/s"
    yield f"by half: p50 {_halves(found['p50_ms'])} ms; p99 {_halves(found['p99_ms'])} ms ({_flat(_ratio(found))})"
    ratio = found["trimmed_second_half_ratio"]
    yield f"trimmed tables at each eighth: {megabytes} MB; second half largest to smallest {ratio} ({_flat(ratio)})"
    named = ", ".join(f"{name} {size:g}" for name, size in list(grown.items())[:NAMED])
    yield f"everything else grows by {sum(grown.values()):,.0f} bytes an update: {named}"
    yield f"at most {found['most_waiting']} events waited"


def _halves(pair: Sequence[float]) -> str:
    return f"{pair[0]:g} and {pair[1]:g}"


def _ratio(found: Mapping[str, Any]) -> float:
    first, second = found["p99_ms"]
    return round(second / first, 3) if first else 0.0


def _flat(ratio: float) -> str:
    return f"{ratio:g} times, {'flat' if ratio <= FLAT else 'not flat'}"

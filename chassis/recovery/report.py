"""What a recovery or a verification found, as it is stored with its job and printed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_NAMED = 1000
"""Of more differences only the count is told: whoever has so many recovers the whole."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done in a producing database.

    ``requeued`` counts published events that the bus had lost, ``outdated`` those of them that were no longer kept: of
    these consumers get the state they led to, and not the way there.
    """

    generation: int
    aggregates: int
    requeued: int
    outdated: int


@dataclass(frozen=True, slots=True)
class Difference:
    """An aggregate of which a consumer has something else than its producer, and in a sentence what.

    Or one of the consumer's own, such as a risk, of which it derived something else than its state asks for.
    """

    consumer: str
    subject: str
    detail: str


@dataclass(slots=True)
class Report:
    """What was done, by service and by consumer, and what differs now. ``faults``: stores that went back in time.

    ``count`` is of all faults and differences; no more than ``MOST_NAMED`` of the latter are named.
    """

    recovered: dict[str, Recovered] = field(default_factory=dict)
    rewound: dict[str, int] = field(default_factory=dict)
    forgotten: dict[str, int] = field(default_factory=dict)
    faults: Sequence[str] = ()
    differences: Sequence[Difference] = ()
    count: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.count

    def set_found(self, faults: Sequence[str], differences: Sequence[Difference]) -> None:
        self.faults, self.differences = faults, differences[:MOST_NAMED]
        self.count = len(faults) + len(differences)


def report_to_json(report: Report) -> dict[str, Any]:
    return {"format": 1, **asdict(report)}


def report_of_json(stored: Mapping[str, Any]) -> Report:
    """The report that :func:`report_to_json` stored."""
    return Report(
        recovered={name: Recovered(**each) for name, each in stored["recovered"].items()},
        rewound=dict(stored["rewound"]),
        forgotten=dict(stored["forgotten"]),
        faults=tuple(stored["faults"]),
        differences=tuple(Difference(**each) for each in stored["differences"]),
        count=stored["count"],
    )


def lines(report: Report) -> list[str]:
    """A report as an operator reads it."""
    found = [
        f"{service}: generation {done.generation}, {done.aggregates} aggregates published again"
        + (f", {done.requeued} events that the bus had lost as well" if done.requeued else "")
        + (f"; {done.outdated} older ones are no longer kept" if done.outdated else "")
        for service, done in report.recovered.items()
    ]
    found += [f"{name}: reads {count} partitions from their begin" for name, count in report.rewound.items() if count]
    found += [f"{name}: forgot {count} aggregates of a lost time" for name, count in report.forgotten.items() if count]
    found += [*report.faults, *(each.detail for each in report.differences)]
    return [*found, "Nothing differs." if report.is_clean else f"{report.count} differences."]

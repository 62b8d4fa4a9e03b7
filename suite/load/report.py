"""What a load did: made, changed, found in place, and what the papers contradict."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from suite.load.contradictions import Contradiction

CREATED, CHANGED, UNCHANGED, KEPT = "created", "changed", "unchanged", "kept"
"""``kept``: it was there with other content, which someone entered since, and was left as it is."""


class Counts(BaseModel):
    model_config = ConfigDict(frozen=True)

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0


@dataclass(slots=True)
class Tally:
    """Counts per kind of thing, while a load goes on."""

    by_kind: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, kind: str, outcome: str, count: int = 1) -> None:
        counts = self.by_kind.setdefault(kind, {})
        counts[outcome] = counts.get(outcome, 0) + count

    def counts(self) -> dict[str, Counts]:
        return {kind: Counts(**counts) for kind, counts in self.by_kind.items()}


class LoadReport(BaseModel):
    """Printable as text (``str``) and as JSON (``model_dump_json``)."""

    model_config = ConfigDict(frozen=True)

    counts: Mapping[str, Counts]
    contradictions: list[Contradiction]

    @property
    def created(self) -> int:
        return sum(count.created for count in self.counts.values())

    @property
    def changed(self) -> int:
        return sum(count.changed for count in self.counts.values())

    def __str__(self) -> str:
        lines = ["Loaded reference data:", *(_line(kind, counts) for kind, counts in self.counts.items())]
        if self.contradictions:
            lines += ["", "The papers contradict themselves; both figures are kept:"]
            lines += [f"  {n}. {one}" for n, one in enumerate(self.contradictions, 1)]
        return "\n".join(lines)


def _line(kind: str, counts: Counts) -> str:
    told = [f"{number} {outcome}" for outcome, number in counts.model_dump().items() if number]
    return f"  {kind}: {', '.join(told) or 'none'}"

"""What a load did: made, changed, found in place, and what the papers contradict."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from suite.load.contradictions import Contradiction

CREATED, CHANGED, UNCHANGED, PRESERVED, SKIPPED = "created", "changed", "unchanged", "preserved", "skipped"
"""``preserved``: there with other content, entered by someone since, and left as it is. ``skipped``: cannot be used."""


class Counts(BaseModel):
    model_config = ConfigDict(frozen=True)

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    preserved: int = 0
    skipped: int = 0


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
    """Printable as text and as JSON."""

    model_config = ConfigDict(frozen=True)

    counts: Mapping[str, Counts]
    contradictions: list[Contradiction]
    notes: list[str] = []

    @property
    def created(self) -> int:
        return sum(count.created for count in self.counts.values())

    @property
    def changed(self) -> int:
        return sum(count.changed for count in self.counts.values())

    def summary(self) -> str:
        """One line."""
        there = sum(count.unchanged + count.preserved for count in self.counts.values())
        papers = f"{len(self.contradictions)} contradictions of the papers (`suite load reference` lists them)"
        return f"Reference data: {self.created} created, {self.changed} changed, {there} in place; {papers}"

    def as_text(self) -> str:
        lines = ["Loaded", *(_line(kind, counts) for kind, counts in self.counts.items())]
        if self.contradictions:
            lines += ["", "The papers contradict themselves; every figure stays readable:"]
            lines += [f"  {n}. {one}" for n, one in enumerate(self.contradictions, 1)]
        if self.notes:
            lines += ["", *self.notes]
        return "\n".join(lines)

    def as_json(self) -> str:
        return self.model_dump_json(indent=2)


def _line(kind: str, counts: Counts) -> str:
    outcomes = [f"{number} {outcome}" for outcome, number in counts.model_dump().items() if number]
    return f"  {kind}: {', '.join(outcomes) or 'none'}"

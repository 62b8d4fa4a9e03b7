"""What the source of a figure does not print, and where sources contradict one another."""

from dataclasses import dataclass

from contracts.notes import SourceNote


@dataclass(frozen=True, slots=True)
class Provenance:
    """``inferred`` names the fields of a resource that its source does not print."""

    inferred: tuple[str, ...] = ()
    notes: tuple[SourceNote, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.inferred or self.notes)


PRINTED = Provenance()
"""Of what a source prints as it is, and no other contradicts."""

"""What a page shows, as the events name it."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Self

ANY: Final = "*"
"""Ends a subject of which only the beginning is meant."""
MOST_SUBJECTS: Final = 60
LONGEST: Final = 220


@dataclass(frozen=True, slots=True)
class Change:
    """That something has changed: by which event, and what, as ``<service>/<subject>``."""

    event_id: str
    type: str
    subject: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What one page shows: subjects that are whole, and beginnings of others."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, subjects: Iterable[str]) -> Self:
        """What these subjects name; each ``<service>/<subject>``, and where it ends with ``*`` a beginning."""
        every = set(subjects)
        cut = tuple(sorted(each.removesuffix(ANY) for each in every if each.endswith(ANY)))
        return cls(frozenset(each for each in every if not each.endswith(ANY)), cut)

    def has(self, change: Change) -> bool:
        return change.subject in self.whole or change.subject.startswith(self.beginnings)


def readable(subjects: Iterable[str], services: AbstractSet[str]) -> list[str]:
    """Those subjects that are of these services, each once; where they are too many to list, whole services."""
    found = sorted({each for each in subjects if service_of(each) in services})
    if len(found) <= MOST_SUBJECTS and all(len(each) <= LONGEST for each in found):
        return found
    return sorted({f"{service_of(each)}/{ANY}" for each in found})


def service_of(subject: str) -> str:
    """The service whose events have this subject."""
    return subject.partition("/")[0]

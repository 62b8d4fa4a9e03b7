"""Where things are measured."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.period import Period

ENGLAND = "E92000001"
"""The comparator of every published state."""


class AreaOrder(StrEnum):
    """What areas can be ordered by."""

    CODE = "code"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Area:
    """An area with the dates between which it exists; None leaves that end open.

    ``parents`` are the areas it is part of, ``successors`` those that came in its place.
    """

    code: str
    name: str
    type: str
    valid_from: date | None = None
    valid_to: date | None = None
    parents: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()

    def existed(self, period: Period) -> bool:
        """Whether it existed on any day of ``period``."""
        return (self.valid_from or date.min) <= period.end and period.start <= (self.valid_to or date.max)


def area_faults(area: Area) -> list[tuple[str, str]]:
    """What cannot be of an area, as (field, message)."""
    faults = [
        (name, f"{area.code} cannot be its own")
        for name, codes in (("parents", area.parents), ("successors", area.successors))
        if area.code in codes
    ]
    if area.valid_from and area.valid_to and area.valid_to < area.valid_from:
        faults.append(("valid_to", "must not be before valid_from"))
    return faults


def wholes_of(code: str, parents: Mapping[str, Collection[str]]) -> set[str]:
    """Every area that an area is part of, by the parents of each: theirs too, itself never."""
    found: set[str] = set()
    waiting = [code]
    while waiting:
        new = set(parents.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found - {code}

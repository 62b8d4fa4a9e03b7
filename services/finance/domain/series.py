"""What observations belong to: an indicator in an area, in total or of one breakdown."""

from typing import NamedTuple

from contracts.breakdown import Breakdown


class Series(NamedTuple):
    indicator: str
    area: str
    breakdown: Breakdown = Breakdown.TOTAL

    @classmethod
    def parse(cls, subject: str) -> "Series":
        """The series that an event's subject names."""
        indicator, area, *breakdown = subject.split("/", 2)
        return cls(indicator, area, Breakdown.parse("".join(breakdown)))

    @property
    def total(self) -> "Series":
        """The same of no breakdown: attributions are summed, and locked, by it."""
        return Series(self.indicator, self.area)

    def __str__(self) -> str:
        return f"{self.indicator} in {self.area}" + (f" ({self.breakdown})" if self.breakdown else "")


class Version(NamedTuple):
    """A version or revision of another service: comparable only within the generation of its database."""

    generation: int
    number: int

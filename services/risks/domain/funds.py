"""Variances of funds and of their budget lines, as finance judges them against the triggers that partners agreed.

Of a fund, or a line, every financial year counts that is not closed, and of them the worst: within its trigger green,
beyond it amber, twice it red. It is unknown where no trigger is agreed of any.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.period import Period
from services.risks.domain.links import SeriesSignals, fund_series
from services.risks.domain.severity import AMBER, GREEN, RED, Confirmed, Signal, SignalSeverities

LEVELS: Final[Mapping[str, int]] = {"within": GREEN, "beyond": AMBER, "twice": RED}
"""Severity by where a variance stands against its trigger, in the words of finance."""
FORMAT: Final = "fund-1"


@dataclass(frozen=True, slots=True)
class JudgedVariance:
    """The expected variance of a year, in pounds, and the limit of its trigger; amounts are text of plain digits."""

    financial_year: str
    variance: str
    limit: str
    level: str

    @property
    def severity(self) -> int:
        """Raises KeyError for a level that is none."""
        return LEVELS[self.level]


@dataclass(frozen=True, slots=True)
class FundEvent:
    """The newest event of a fund. ``places``: by line, ``None`` for all of it, the years that are open, judged."""

    fund: str
    generation: int
    version: int
    event_id: str
    places: Mapping[str | None, Sequence[JudgedVariance]]

    @property
    def subject(self) -> str:
        return fund_series(self.fund).subject

    @property
    def signals(self) -> list[SeriesSignals]:
        """What it says of the fund and of each of its lines."""
        return [self.signals_of(fund_series(self.fund, line).subject, found) for line, found in self.places.items()]

    def signals_of(self, subject: str, judged: Sequence[JudgedVariance]) -> SeriesSignals:
        """What it says of a place; without any variance it is one that the fund has no more."""
        severity = max((each.severity for each in judged), default=None)
        confirmed = Confirmed(severity)
        return SeriesSignals(
            subject=subject,
            generation=self.generation,
            version=self.version,
            event_id=self.event_id,
            latest=max((Period.parse(each.financial_year) for each in judged), default=None),
            severities={Signal.FINANCE: SignalSeverities(ignoring=confirmed, counting=confirmed)},
            points=write_variances(judged),
        )


def write_variances(judged: Iterable[JudgedVariance]) -> str:
    """A line a year, after one that names the format."""
    return "\n".join((FORMAT, *(f"{x.financial_year}|{x.variance}|{x.limit}|{x.level}" for x in judged)))


def read_variances(text: str) -> list[JudgedVariance]:
    """What :func:`write_variances` wrote; nothing of a fund without an event.

    Raises:
        ValueError: the format is a later one.
    """
    if not text:
        return []
    form, *lines = text.split("\n")
    if form != FORMAT:
        raise ValueError(f"format {form} of variances is not known here")
    return [JudgedVariance(*line.split("|")) for line in lines]

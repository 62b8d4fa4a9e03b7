"""Late values as they were told to those who answer for them."""

from dataclasses import dataclass, replace
from datetime import date

from contracts.indicators import late_subject
from contracts.period import Period
from services.indicators.domain.observations import SeriesKey
from services.indicators.domain.punctuality import LateValue


@dataclass(frozen=True, slots=True)
class Reminder:
    """What the newest event of a series said: what its latest value was of, and whether the next is late still."""

    series: SeriesKey
    latest: Period
    due: date
    is_late: bool
    version: int

    @property
    def awaited(self) -> Period | None:
        """The period that the value is of; None where periods overlap, so none comes next."""
        return None if self.latest.overlaps else self.latest.next()

    @property
    def subject(self) -> str:
        return late_subject(*self.series)

    def next(self) -> "Reminder":
        """The same once more, as the next version."""
        return replace(self, version=self.version + 1)


def reminder(before: Reminder | None, series: SeriesKey, late: LateValue | None) -> Reminder | None:
    """What is to be told now; None where nothing is new. A value that has come is told once."""
    version = before.version + 1 if before else 1
    if late is None:
        return replace(before, is_late=False, version=version) if before and before.is_late else None
    if before and before.is_late and before.latest == late.latest:
        return None
    return Reminder(series, late.latest, late.due, True, version)  # noqa: FBT003  as its field says

"""Whether values come when they are due: which period is due next, when it is late, and when a value is stale."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.period import Period
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.quality import QualityRules

STALE_AFTER: Final = 2
"""How many periods of its own length may pass after the latest value."""


def stale_after(latest: Period) -> date:
    """The last day on which the value of a period is not stale: two of its periods' length after it ended."""
    following = latest.end + timedelta(days=1)
    return Period.span(latest.kind, following, STALE_AFTER * latest.months).end


def is_stale(latest: Period, today: date) -> bool:
    return today > stale_after(latest)


@dataclass(frozen=True, slots=True)
class LateValue:
    """A value that is not there though it is due; ``period`` is None where periods overlap, so none comes next."""

    latest: Period
    period: Period | None
    due: date

    @property
    def reason(self) -> str:
        awaited = f"nothing for {self.period}" if self.period else f"nothing since {self.latest}"
        return f"late: {awaited}, due by {self.due.isoformat()}; the latest is {self.latest}"


def late_value(latest: Period | None, due_days: int | None, today: date) -> LateValue | None:
    """What is late of a series whose latest value is of the period ``latest``.

    ``due_days`` after its end the value of the next period is due; where nobody said so, and where periods overlap, a
    value is late once the one before is stale. None where nothing is late, and of a series that never had a value.
    """
    if latest is None:
        return None
    following = None if latest.overlaps else latest.next()
    due = stale_after(latest)
    if following is not None and due_days is not None:
        due = following.end + timedelta(days=due_days)
    return LateValue(latest, following, due) if today > due else None


def late_of(indicator: Indicator, rules: QualityRules | None, latest: Period | None, today: date) -> LateValue | None:
    """What is late of a series of an indicator: nothing of what is retired, or derived from another indicator."""
    if indicator.gap is not None or indicator.is_retired(today):
        return None
    return late_value(latest, rules.due_days if rules else None, today)

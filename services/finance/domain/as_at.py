"""Which state is read: the present one, or a past one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from contracts.period import Period


@dataclass(frozen=True, slots=True)
class AsAt:
    """The last state whose business date is not after ``quarter``, of what was known at ``as_of``. Null is no bound."""

    quarter: Period | None = None
    as_of: datetime | None = None

    @property
    def is_present(self) -> bool:
        return self.quarter is None and self.as_of is None

    def covers(self, recorded_at: datetime, business_date: date) -> bool:
        """Whether what was recorded then, on that business date, is part of the state."""
        in_time = self.quarter is None or business_date <= self.quarter.end
        return in_time and (self.as_of is None or recorded_at <= self.as_of)


PRESENT: Final = AsAt()

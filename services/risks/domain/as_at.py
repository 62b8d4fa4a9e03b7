"""Which state of the register is read: the present one, or a past one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from contracts.period import Period
from services.risks.domain.rating import last_closed_quarter


@dataclass(frozen=True, slots=True)
class AsAt:
    """The last state whose business date is not after ``quarter``, of what was known at ``as_of``. Null is no bound."""

    quarter: Period | None = None
    as_of: datetime | None = None

    @property
    def is_present(self) -> bool:
        return self.quarter is None and self.as_of is None

    def day(self, today: date) -> date:
        """The last business date that counts. ``today``: that of the moment, which a quarter may end after."""
        return min(self.quarter.end, today) if self.quarter else today

    def compared_with(self, today: date) -> Period:
        """The quarter whose end movement is measured from."""
        return last_closed_quarter(self.day(today))


PRESENT: Final = AsAt()

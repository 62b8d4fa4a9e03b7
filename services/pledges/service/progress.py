"""Moving delivery, of pledges and actions alike."""

from datetime import date

from chassis.errors import FieldError
from services.pledges.domain.status import Delivery, Progress, closing_fault
from services.pledges.errors import ClosingDayWrong


def moved(progress: Progress, delivery: Delivery | None, closed_on: date | None, today: date) -> Progress:
    """Progress after a change to ``delivery``; None leaves it as it is.

    Raises:
        ClosingDayWrong: a closing day for open work, or in the future.
    """
    fault = closing_fault(delivery or progress.delivery, closed_on, today)
    if fault:
        raise ClosingDayWrong(f"The closing day: {fault}.", [FieldError("closed_on", fault)])
    return progress.moved(delivery, closed_on, today)

"""What the finance service tells the world."""

from typing import Final

from contracts.colours import Colour
from contracts.envelope import Body
from contracts.money import Money

SOURCE: Final = "/finance"
SAVING_RESTATED: Final = "commissioning.saving.restated.v1"


class PlanState(Body):
    """Planned saving, the low and the high end."""

    low: Money
    high: Money


class ForecastState(Body):
    low: Money
    high: Money


class SavingRestated(Body):
    """A scheme's position, year to date. Subject and key: the scheme's code.

    Only ``banked`` has reduced a budget; ``indicated`` is what the indicators suggest and is never delivered money.
    """

    scheme: str
    name: str
    workstream: str
    fund: str
    budget_line: str
    financial_year: str
    plan: PlanState
    indicated: Money
    validated: Money
    banked: Money
    forecast: ForecastState
    colour: Colour
    flags: list[str]
    why: str
    caused_by: list[str]

"""What the finance service tells the world."""

from datetime import date, datetime
from typing import Final

from pydantic import Field

from contracts.colours import Colour
from contracts.envelope import Body
from contracts.money import Money, pounds

SOURCE: Final = "/finance"
SAVING_RESTATED: Final = "commissioning.saving.restated.v1"
FUND_UPDATED: Final = "commissioning.fund.updated.v1"
PERIOD_CLOSED: Final = "commissioning.period.closed.v1"
TRIGGER_CROSSED: Final = "commissioning.trigger.crossed.v1"
UNIT_COST_CHANGED: Final = "commissioning.unit_cost.changed.v1"
ACTION_PLAN_UPDATED: Final = "commissioning.action_plan.updated.v1"
FUND_STATES: Final = (FUND_UPDATED, PERIOD_CLOSED, TRIGGER_CROSSED)
"""Each carries the whole position of a fund."""
EVENT_TYPES: Final = (SAVING_RESTATED, *FUND_STATES, UNIT_COST_CHANGED, ACTION_PLAN_UPDATED)
"""All that is on the topic. Whoever compares with the service's digests reads all of them, and folds what it needs."""
NOUGHT: Final = pounds(0)

_FUND: Final = "fund/"


def fund_of(subject: str) -> str | None:
    """Code of the fund that a subject names; ``None`` of every other aggregate."""
    return subject.removeprefix(_FUND) if subject.startswith(_FUND) else None


def is_scheme(subject: str) -> bool:
    """Whether a subject names a scheme: funds, unit costs and action plans have a name before their code."""
    return "/" not in subject


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
    A saving that is ``in_budget`` has reduced it from the beginning: nothing of it is banked.
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
    in_budget: bool = False


class SavingsState(Body):
    """Savings of a line or a fund, year to date. Only ``banked`` has left the budget."""

    plan: PlanState
    indicated: Money
    validated: Money
    banked: Money


class TriggerState(Body):
    """A variance that is expected at the end of the year, against the trigger that partners agreed on, in pounds.

    ``variance`` is the forecast less the budget, an overspend positive; ``direction`` is ``overspend``, ``underspend``
    or ``either``; ``level`` is ``within``, ``beyond`` the limit, or ``twice`` it and more.
    """

    variance: Money
    limit: Money
    direction: str
    level: str


class FundLineState(Body):
    """A budget line's year: the outturn is the budget less what is banked, and nothing else.

    The budget has what was ``vired`` to the line; ``spent`` is what was posted as outturn to date, and ``forecast``
    what the year is expected to come to. ``trigger`` is null where none is agreed, ``partner`` where the host pays.
    """

    code: str
    division: str
    budget: Money
    savings: SavingsState
    outturn: Money
    variance: Money
    flags: list[str]
    vired: Money = NOUGHT
    spent: Money = NOUGHT
    forecast: Money | None = None
    trigger: TriggerState | None = None
    partner: str | None = None


class FundQuarterState(Body):
    """What was posted in a quarter, whatever period it is for; of banked money what counts."""

    quarter: str
    closed: bool
    indicated: Money
    validated: Money
    banked: Money


class AllocatedState(Body):
    """What a partner bears or keeps, or a source of the agreement absorbs."""

    name: str
    amount: Money


class SharedPartState(Body):
    """The variance of a line with terms of its own, or of all the others together, where ``line`` is null.

    What covers an overspend of another line stands as drawn, with the other sign.
    """

    line: str | None
    rule: str
    variance: Money
    drawn: list[AllocatedState]
    partner_shares: list[AllocatedState]
    retained: Money
    carried_forward: Money
    unallocated: Money


class RiskShareState(Body):
    """A year's variance, all of it: what sources absorb, what is each partner's, what is kept, and the rest.

    It is the sum of its ``parts``, of which there are none where no line has terms of its own; ``obliges`` is what the
    variance obliges partners to.
    """

    agreement: int
    rule: str
    drawn: list[AllocatedState]
    partner_shares: list[AllocatedState]
    retained: Money
    carried_forward: Money
    unallocated: Money
    parts: list[SharedPartState] = Field(default_factory=list)
    obliges: str | None = None


class FundYearState(Body):
    """A fund's financial year. ``risk_share`` is null while no agreement says whose a variance is."""

    financial_year: str
    budget: Money
    savings: SavingsState
    outturn: Money
    variance: Money
    risk_share: RiskShareState | None
    lines: list[FundLineState]
    quarters: list[FundQuarterState]
    flags: list[str]
    spent: Money = NOUGHT
    forecast: Money | None = None
    trigger: TriggerState | None = None


class FundUpdated(Body):
    """A fund's position, every year that it has budget lines in. Subject and key: ``fund/`` and its code.

    ``caused_by`` are the events that moved it, none where a person did.
    """

    fund: str
    name: str
    host: str | None
    partners: list[str]
    closed_quarters: list[str]
    years: list[FundYearState]
    caused_by: list[str]


class PeriodClosed(FundUpdated):
    """A fund's position, as of :class:`FundUpdated`, where a quarter was just closed. Subject and key: the fund's.

    Its ``aggregateversion`` counts on with those of the fund's other events.
    """

    quarter: str
    closed_at: datetime
    closed_by: str
    business_date: date


class TriggerCrossing(Body):
    """A variance that passed its trigger, or twice it, or fell back: ``before`` and ``level`` as in `TriggerState`.

    ``line`` is null where it is the whole fund's. ``limit`` is null where no trigger is agreed any more.
    """

    financial_year: str
    line: str | None
    before: str
    level: str
    variance: Money | None
    limit: Money | None


class TriggerCrossed(FundUpdated):
    """A fund's position, as of :class:`FundUpdated`, where a variance crossed a trigger. Subject and key: the fund's.

    Its ``aggregateversion`` counts on with those of the fund's other events.
    """

    crossings: list[TriggerCrossing]


class UnitCostState(Body):
    """A version of a unit cost: pounds a unit in the prices of a year. It applies to the days between both ends."""

    version: int
    description: str
    unit: str
    amount: Money
    kind: str
    price_year: str
    source: str
    effective_from: date | None
    effective_to: date | None
    illustrative: bool
    ends: bool = False


class UnitCostChanged(Body):
    """A unit cost of the library, with all its versions, oldest first. Subject and key: ``unit-cost/`` and its code.

    ``schemes`` reckon with it, and were restated; ``why`` is what was said of the newest version.
    """

    unit_cost: str
    versions: list[UnitCostState]
    schemes: list[str]
    why: str | None


class PlannedActionState(Body):
    """Something that is to be done by a day: ``state`` is ``open``, ``done`` or ``abandoned``, which is on a day."""

    action: str
    what: str
    owner: str
    due: date
    state: str
    ended_on: date | None
    remark: str | None
    recovers: Money


class ActionPlanUpdated(Body):
    """What partners resolved about the variance of a fund's year. Subject and key: ``action-plan/``, fund, reference.

    ``variance`` is what was expected of the year when it was recorded first, an overspend positive, and ``obliges``
    what that obliged partners to.
    """

    fund: str
    reference: str
    financial_year: str
    decision: str
    resolved_on: date
    variance: Money
    obliges: str | None
    actions: list[PlannedActionState]

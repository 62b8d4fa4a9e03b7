"""From schemes and funds, and their figures, to the events that carry them."""

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from chassis.events.envelope import NewEvent
from contracts.finance import (
    ACTION_PLAN_UPDATED,
    FUND_UPDATED,
    PERIOD_CLOSED,
    SAVING_RESTATED,
    SOURCE,
    TRIGGER_CROSSED,
    UNIT_COST_CHANGED,
    ActionPlanUpdated,
    AllocatedState,
    ForecastState,
    FundLineState,
    FundQuarterState,
    FundUpdated,
    FundYearState,
    PeriodClosed,
    PlannedActionState,
    PlanState,
    RiskShareState,
    SavingRestated,
    SavingsState,
    SharedPartState,
    TriggerCrossed,
    TriggerCrossing,
    TriggerState,
    UnitCostChanged,
    UnitCostState,
)
from contracts.money import pounds
from services.finance.domain.action_plans import ActionPlan
from services.finance.domain.figures import SchemeFigures
from services.finance.domain.fund import ClosedQuarter
from services.finance.domain.fund_position import FundPosition, FundState, LinePosition, QuarterTotals, Savings
from services.finance.domain.fund_sharing import RiskShare, SharedPart
from services.finance.domain.scheme import Scheme
from services.finance.domain.sharing import SharedVariance
from services.finance.domain.triggers import Crossing, TriggerReading
from services.finance.domain.unit_costs import LibraryCost, UnitCostVersion

FUND: Final = "fund/"
"""What the subject of a fund begins with: no scheme's code has a slash, so that none has a fund's subject."""
UNIT_COST: Final = "unit-cost/"
"""What the subject of a unit cost begins with."""
ACTION_PLAN: Final = "action-plan/"
"""What the subject of an action plan begins with; its fund and its reference follow."""


def saving_restated(scheme: Scheme, figures: SchemeFigures, why: str, caused_by: Iterable[str]) -> SavingRestated:
    agreed = scheme.definition
    return SavingRestated(
        scheme=agreed.code,
        name=agreed.name,
        workstream=agreed.workstream,
        fund=agreed.fund,
        budget_line=agreed.budget_line,
        financial_year=agreed.financial_year.label,
        plan=PlanState(low=pounds(figures.plan.low), high=pounds(figures.plan.high)),
        indicated=pounds(figures.indicated),
        validated=pounds(figures.validated),
        banked=pounds(figures.banked.counted),
        forecast=ForecastState(low=pounds(figures.forecast.low), high=pounds(figures.forecast.high)),
        colour=figures.colour,
        flags=list(figures.flags),
        why=why,
        caused_by=sorted(set(caused_by)),
        in_budget=agreed.in_budget,
    )


def fund_updated(state: FundState, caused_by: Iterable[str]) -> FundUpdated:
    fund = state.fund
    return FundUpdated(
        fund=fund.summary.code,
        name=fund.summary.name,
        host=fund.summary.host,
        partners=[partner.code for partner in fund.partners],
        closed_quarters=[quarter.label for quarter in fund.closed_quarters],
        years=[_year(position) for position in state.years],
        caused_by=sorted(set(caused_by)),
    )


def _year(position: FundPosition) -> FundYearState:
    return FundYearState(
        financial_year=position.financial_year.label,
        budget=pounds(position.budget),
        savings=_savings(position.savings),
        outturn=pounds(position.outturn),
        variance=pounds(position.variance),
        risk_share=None if position.risk_share is None else _risk_share(position.risk_share),
        lines=[_line(line) for line in position.lines],
        quarters=[_quarter(quarter) for quarter in position.quarters],
        flags=position.flags,
        spent=pounds(position.spent),
        forecast=pounds(position.forecast.as_budgeted),
        trigger=_trigger(position.trigger),
    )


def _savings(savings: Savings) -> SavingsState:
    return SavingsState(
        plan=PlanState(low=pounds(savings.plan_low), high=pounds(savings.plan_high)),
        indicated=pounds(savings.indicated),
        validated=pounds(savings.validated),
        banked=pounds(savings.banked),
    )


def _line(line: LinePosition) -> FundLineState:
    return FundLineState(
        code=line.line.code,
        division=line.line.division,
        budget=pounds(line.budget),
        savings=_savings(line.savings),
        outturn=pounds(line.outturn),
        variance=pounds(line.variance),
        flags=list(line.flags),
        vired=pounds(line.moves.vired),
        spent=pounds(line.moves.spent),
        forecast=pounds(line.forecast.as_budgeted),
        trigger=_trigger(line.trigger),
        partner=line.line.partner,
    )


def _trigger(found: TriggerReading | None) -> TriggerState | None:
    if found is None:
        return None
    variance, limit = pounds(found.variance), pounds(found.limit)
    return TriggerState(variance=variance, limit=limit, direction=found.direction, level=found.level)


def _quarter(totals: QuarterTotals) -> FundQuarterState:
    return FundQuarterState(
        quarter=totals.quarter.label,
        closed=totals.closed,
        indicated=pounds(totals.indicated),
        validated=pounds(totals.validated),
        banked=pounds(totals.banked),
    )


def _risk_share(found: RiskShare) -> RiskShareState:
    return RiskShareState(
        agreement=found.agreement,
        rule=found.rule,
        parts=[_shared_part(part) for part in found.parts],
        obliges=found.obliges,
        **_shared(found.shared),
    )


def _shared_part(part: SharedPart) -> SharedPartState:
    return SharedPartState(line=part.line, rule=part.rule, variance=pounds(part.variance), **_shared(part.shared))


def _shared(shared: SharedVariance) -> dict[str, Any]:
    return {
        "drawn": [AllocatedState(name=name, amount=pounds(amount)) for name, amount in shared.drawn],
        "partner_shares": [
            AllocatedState(name=who, amount=pounds(part)) for who, part in sorted(shared.by_partner.items())
        ],
        "retained": pounds(shared.retained),
        "carried_forward": pounds(shared.carried_forward),
        "unallocated": pounds(shared.unallocated),
    }


def unit_cost_changed(cost: LibraryCost) -> UnitCostChanged:
    return UnitCostChanged(
        unit_cost=cost.code,
        versions=[_cost_version(version) for version in cost.versions],
        schemes=list(cost.schemes),
        why=cost.newest.reason,
    )


def _cost_version(version: UnitCostVersion) -> UnitCostState:
    terms = version.terms
    return UnitCostState(
        version=version.number,
        description=terms.description,
        unit=terms.unit,
        amount=pounds(terms.amount),
        kind=terms.kind,
        price_year=terms.price_year.label,
        source=terms.source,
        effective_from=terms.effective_from,
        effective_to=terms.effective_to,
        illustrative=terms.illustrative,
        ends=terms.ends,
    )


def fingerprint(state: SavingRestated | FundUpdated) -> str:
    """What tells two states apart: all but the words and the causes."""
    return hashlib.sha256(state.model_dump_json(exclude={"why", "caused_by"}).encode()).hexdigest()


def new_event(state: SavingRestated, version: int) -> NewEvent:
    return NewEvent(type=SAVING_RESTATED, source=SOURCE, subject=state.scheme, version=version, data=state)


def new_fund_event(state: FundUpdated, version: int) -> NewEvent:
    return NewEvent(type=FUND_UPDATED, source=SOURCE, subject=FUND + state.fund, version=version, data=state)


def new_closing_event(state: FundUpdated, closed: ClosedQuarter, version: int) -> NewEvent:
    data = PeriodClosed(
        **dict(state),
        quarter=closed.quarter.label,
        closed_at=closed.closed_at,
        closed_by=closed.closed_by,
        business_date=closed.business_date,
    )
    return NewEvent(type=PERIOD_CLOSED, source=SOURCE, subject=FUND + state.fund, version=version, data=data)


def new_crossing_event(state: FundUpdated, crossed: Iterable[Crossing], version: int) -> NewEvent:
    data = TriggerCrossed(**dict(state), crossings=[_crossing(one) for one in crossed])
    return NewEvent(type=TRIGGER_CROSSED, source=SOURCE, subject=FUND + state.fund, version=version, data=data)


def _crossing(crossed: Crossing) -> TriggerCrossing:
    year, line = crossed.key
    found = crossed.reading
    return TriggerCrossing(
        financial_year=year,
        line=line,
        before=crossed.before,
        level=crossed.level,
        variance=None if found is None else pounds(found.variance),
        limit=None if found is None else pounds(found.limit),
    )


def action_plan_updated(plan: ActionPlan) -> ActionPlanUpdated:
    resolved = plan.resolved
    return ActionPlanUpdated(
        fund=plan.fund,
        reference=plan.reference,
        financial_year=resolved.financial_year.label,
        decision=resolved.decision,
        resolved_on=resolved.resolved_on,
        variance=pounds(plan.occasion.variance),
        obliges=plan.occasion.obliges,
        actions=[
            PlannedActionState(
                action=one.code,
                what=one.what,
                owner=one.owner,
                due=one.due,
                state=one.state,
                ended_on=one.ended_on,
                remark=one.remark,
                recovers=pounds(one.recovers),
            )
            for one in resolved.actions
        ],
    )


def new_action_plan_event(state: ActionPlanUpdated, version: int) -> NewEvent:
    subject = f"{ACTION_PLAN}{state.fund}/{state.reference}"
    return NewEvent(type=ACTION_PLAN_UPDATED, source=SOURCE, subject=subject, version=version, data=state)


def new_unit_cost_event(state: UnitCostChanged, version: int) -> NewEvent:
    subject = UNIT_COST + state.unit_cost
    return NewEvent(type=UNIT_COST_CHANGED, source=SOURCE, subject=subject, version=version, data=state)

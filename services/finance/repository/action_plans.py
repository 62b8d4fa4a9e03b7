"""Action plans of funds, by format: what was resolved, and how each action stands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select, tuple_, update

from chassis.paging import PageRequest
from chassis.storage.bulk import upsert
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.action_plans import ActionPlan, ActionState, Occasion, PlannedAction, Resolved
from services.finance.models import ActionPlanRow

FORMAT: Final = 1
"""Of ``content``: ``{"format": 1, "decision": ..., "actions": [...]}``, amounts as plain text in pounds."""
_KEY: Final = ("fund", "reference")
_CHANGED: Final = ("content", "recorded_by", "recorded_at", "business_date")


async def save_plan(tx: Tx, plan: ActionPlan) -> None:
    """Insert a plan of a fund that is locked, or put it in the place of the one that there is."""
    row = {
        "fund": plan.fund,
        "reference": plan.reference,
        "financial_year": plan.resolved.financial_year.label,
        "content": _written(plan),
        "event_version": 0,
        "recorded_by": plan.recorded_by,
        "recorded_at": plan.recorded_at,
        "business_date": plan.business_date,
    }
    await upsert(tx, ActionPlanRow, [row], _KEY, _CHANGED)


async def get_plan(tx: Tx, fund: str, reference: str) -> ActionPlan | None:
    row = await tx.session.get(ActionPlanRow, (fund, reference), populate_existing=True)
    return None if row is None else _plan(row)


async def list_plans(tx: Tx, fund: str, year: Period | None, request: PageRequest | None = None) -> list[ActionPlan]:
    """Plans of a fund in the order of their references, as many as a page needs, or all."""
    query = select(ActionPlanRow).where(ActionPlanRow.fund == fund).order_by(ActionPlanRow.reference)
    if year is not None:
        query = query.where(ActionPlanRow.financial_year == year.label)
    if request is not None:
        query = query.limit(request.fetch)
        query = query if request.after is None else query.where(ActionPlanRow.reference > request.after)
    return [_plan(row) for row in await tx.session.scalars(query.execution_options(populate_existing=True))]


async def list_published(tx: Tx) -> list[tuple[str, str]]:
    """Fund and reference of those that have an event."""
    query = select(ActionPlanRow.fund, ActionPlanRow.reference).where(ActionPlanRow.event_version > 0)
    return [
        (row.fund, row.reference)
        for row in await tx.session.execute(query.order_by(ActionPlanRow.fund, ActionPlanRow.reference))
    ]


async def raise_event_versions(tx: Tx, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
    """The version of the next event of each of these plans, whose funds are locked."""
    key = tuple_(ActionPlanRow.fund, ActionPlanRow.reference)
    raised = update(ActionPlanRow).where(key.in_(keys)).values(event_version=ActionPlanRow.event_version + 1)
    found = await tx.session.execute(
        raised.returning(ActionPlanRow.fund, ActionPlanRow.reference, ActionPlanRow.event_version)
    )
    return {(row.fund, row.reference): row.event_version for row in found}


def _written(plan: ActionPlan) -> dict[str, Any]:
    resolved = plan.resolved
    return {
        "format": FORMAT,
        "decision": resolved.decision,
        "resolved_on": resolved.resolved_on.isoformat(),
        "variance": f"{plan.occasion.variance:f}",
        "obliges": plan.occasion.obliges,
        "actions": [_action_written(one) for one in resolved.actions],
    }


def _action_written(one: PlannedAction) -> dict[str, Any]:
    return {
        "code": one.code,
        "what": one.what,
        "owner": one.owner,
        "due": one.due.isoformat(),
        "state": one.state.value,
        "ended_on": None if one.ended_on is None else one.ended_on.isoformat(),
        "remark": one.remark,
        "recovers": f"{one.recovers:f}",
    }


def _plan(row: ActionPlanRow) -> ActionPlan:
    stored = row.content
    if stored["format"] != FORMAT:
        raise ValueError(f"an action plan of format {stored['format']}; this version reads up to {FORMAT}")
    resolved = Resolved(
        Period.parse(row.financial_year),
        stored["decision"],
        date.fromisoformat(stored["resolved_on"]),
        _actions(stored["actions"]),
    )
    occasion = Occasion(Decimal(stored["variance"]), stored["obliges"])
    return ActionPlan(row.fund, row.reference, resolved, occasion, row.recorded_by, row.recorded_at, row.business_date)


def _actions(stored: Sequence[Mapping[str, Any]]) -> tuple[PlannedAction, ...]:
    return tuple(
        PlannedAction(
            code=one["code"],
            what=one["what"],
            owner=one["owner"],
            due=date.fromisoformat(one["due"]),
            state=ActionState(one["state"]),
            ended_on=None if one["ended_on"] is None else date.fromisoformat(one["ended_on"]),
            remark=one["remark"],
            recovers=Decimal(one["recovers"]),
        )
        for one in stored
    )

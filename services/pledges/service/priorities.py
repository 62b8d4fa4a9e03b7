"""Priorities and their actions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.pledges import events, repository
from services.pledges.domain import (
    ActionKind,
    ActionStatus,
    Delivery,
    IndicatorKey,
    circular,
    closing_day,
    closing_fault,
    roll_up,
    schedule,
)
from services.pledges.errors import (
    ActionUnknown,
    ClosingDayWrong,
    DependencyCircular,
    PriorityUnknown,
    ReferenceUnknown,
)
from services.pledges.models import Action, Priority
from services.pledges.repository import ActionFilter
from services.pledges.schemas import (
    ActionIn,
    ActionOut,
    ActionPatch,
    PriorityDetail,
    PriorityIn,
    PriorityOut,
    RollUpOut,
)


async def put_priority(tx: Tx, code: str, body: PriorityIn) -> tuple[PriorityOut, bool]:
    """Make or replace a priority; and whether it is new."""
    content = body.model_dump()
    created = await repository.add_priority(tx, {"code": code, **content})
    priority = await repository.lock_priority(tx, code)
    if priority is None:
        raise PriorityUnknown(f"There is no priority {code}.")
    _set(priority, content)
    return (await _shown_priorities(tx, [priority]))[0], created


async def read_priority(tx: Tx, code: str) -> PriorityDetail:
    priority = await repository.priority(tx, code)
    if priority is None:
        raise PriorityUnknown(f"There is no priority {code}.")
    shown = (await _shown_priorities(tx, [priority]))[0]
    actions = (await repository.actions_of(tx, [code])).get(code, [])
    return PriorityDetail(**dict(shown), actions=await _shown_actions(tx, actions, await tx.business_date()))


async def list_priorities(tx: Tx, after: str | None, limit: int) -> list[PriorityOut]:
    return await _shown_priorities(tx, await repository.priorities(tx, after, limit))


async def put_action(tx: Tx, code: str, body: ActionIn) -> tuple[ActionOut, bool]:
    """Make or replace an action; and whether it is new. Without a delivery, what was recorded stays.

    Raises:
        ReferenceUnknown: its priority, or an action it waits for, does not exist.
        DependencyCircular: it would wait for itself.
        ClosingDayWrong: a closing day for open work, or in the future.
    """
    today = await tx.business_date()
    await _check_references(tx, code, body)
    content = body.model_dump(exclude={"delivery", "closed_on", "indicators"})
    fresh = {"code": code, "delivery": Delivery.NOT_STARTED, "closed_on": None, **content}
    created = await repository.add_action(tx, fresh)
    action = await _locked(tx, code)
    _set(action, content | _progress(action, body.delivery, body.closed_on, today))
    keys = {IndicatorKey(one.indicator, one.area) for one in body.indicators}
    await repository.replace_action_links(tx, code, sorted(keys))
    return (await _shown_actions(tx, [action], today))[0], created


async def _check_references(tx: Tx, code: str, body: ActionIn) -> None:
    errors: list[FieldError] = []
    if body.priority and await repository.priority(tx, body.priority) is None:
        errors.append(FieldError("priority", f"there is no priority {body.priority}"))
    graph = await repository.lock_dependencies(tx) if body.depends_on else {}
    strangers = [needed for needed in body.depends_on if needed not in graph and needed != code]
    errors += [FieldError("depends_on", f"there is no action {needed}") for needed in strangers]
    if errors:
        raise ReferenceUnknown("Make what an action refers to before the action.", errors)
    way = circular(graph | {code: body.depends_on}, code)
    if way:
        raise DependencyCircular(f"{' waits for '.join(way)}.", [FieldError("depends_on", "goes round in a circle")])


async def change_action(tx: Tx, code: str, body: ActionPatch) -> ActionOut:
    action, today = await _locked(tx, code), await tx.business_date()
    named = {name: getattr(body, name) for name in body.model_fields_set & {"due", "weight", "confirmed"}}
    _set(action, named | _progress(action, body.delivery, body.closed_on, today))
    return (await _shown_actions(tx, [action], today))[0]


def _progress(action: Action, sent: Delivery | None, closed_on: date | None, today: date) -> dict[str, Any]:
    """Delivery and closing day after a change that sends ``sent`` (None keeps what was recorded)."""
    delivery = sent or Delivery(action.delivery)
    fault = closing_fault(delivery, closed_on, today)
    if fault:
        raise ClosingDayWrong(f"The closing day: {fault}.", [FieldError("closed_on", fault)])
    kept = action.closed_on if delivery == action.delivery else None
    return {"delivery": delivery, "closed_on": closing_day(delivery, kept, closed_on, today)}


async def read_action(tx: Tx, code: str) -> ActionOut:
    action = await repository.action(tx, code)
    if action is None:
        raise ActionUnknown(f"There is no action {code}.")
    return (await _shown_actions(tx, [action], await tx.business_date()))[0]


async def list_actions(tx: Tx, wanted: ActionFilter, after: str | None, limit: int) -> list[ActionOut]:
    today = await tx.business_date()
    return await _shown_actions(tx, await repository.actions(tx, wanted, today, after, limit), today)


async def _locked(tx: Tx, code: str) -> Action:
    action = await repository.lock_action(tx, code)
    if action is None:
        raise ActionUnknown(f"There is no action {code}.")
    return action


def _set(row: Priority | Action, content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        setattr(row, name, value)


async def _shown_priorities(tx: Tx, priorities: Sequence[Priority]) -> list[PriorityOut]:
    today = await tx.business_date()
    actions = await repository.actions_of(tx, [one.code for one in priorities])
    return [
        PriorityOut(
            code=one.code,
            title=one.title,
            gap=one.gap,
            leads=one.leads,
            roll_up=_rolled_up(actions.get(one.code, []), today),
        )
        for one in priorities
    ]


def _rolled_up(actions: Sequence[Action], today: date) -> RollUpOut:
    result = roll_up(
        [ActionStatus(Delivery(one.delivery), schedule(one.due, today, one.closed_on), one.weight) for one in actions]
    )
    shares = {delivery.value: share for delivery, share in result.shares.items()}
    return RollUpOut(actions=result.actions, overdue=result.overdue, progress=result.progress, **shares)


async def _shown_actions(tx: Tx, actions: Sequence[Action], today: date) -> list[ActionOut]:
    standing = await repository.action_indicators(tx, [one.code for one in actions])
    return [
        ActionOut(
            code=one.code,
            priority=one.priority,
            kind=ActionKind(one.kind),
            title=one.title,
            due=one.due,
            weight=one.weight,
            delivery=Delivery(one.delivery),
            schedule=schedule(one.due, today, one.closed_on),
            closed_on=one.closed_on,
            phase=one.phase,
            step=one.step,
            confirmed=one.confirmed,
            source=one.source,
            leads=one.leads,
            depends_on=one.depends_on,
            indicators=events.indicator_states(standing.get(one.code, [])),
        )
        for one in actions
    ]

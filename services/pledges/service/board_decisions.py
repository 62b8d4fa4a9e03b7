"""Decisions of boards: taken with the state they were taken on, and their conditions met."""

from collections.abc import Sequence
from dataclasses import replace

from chassis.errors import FieldError
from chassis.events.outbox import emit
from chassis.paging import Page, PageRequest
from chassis.storage.transaction import Tx
from services.pledges import events
from services.pledges.domain.board_decisions import (
    ActionWhenDecided,
    BoardDecision,
    DecisionAsked,
    DecisionView,
    Outcome,
    Taken,
    Taking,
    taking_faults,
    waits_for,
)
from services.pledges.domain.governance import Meeting, RecordFilter, RecordKind
from services.pledges.errors import (
    ConditionUnknown,
    DecisionNotAgreed,
    DecisionSettled,
    DecisionWaits,
    RecordExists,
    RecordUnknown,
    ReferenceUnknown,
    TakingWrong,
)
from services.pledges.repository import governance as stored
from services.pledges.service.governance import check_actions, check_no_circle, check_references, save_and_record
from services.pledges.service.readiness import get_graph


async def ask_decision(tx: Tx, code: str, asked: DecisionAsked, *, anew: bool = False) -> tuple[DecisionView, bool]:
    """Ask for a decision, or put what is asked unless ``anew``; and whether it is new. How it was taken stays.

    Raises:
        RecordExists: ``anew``, and something else was asked by this code.
        ReferenceUnknown: a board, report, decision or action that it names does not exist.
        DependencyCircular: it would depend on itself.
    """
    named = [("report", RecordKind.REPORT, one) for one in [asked.report] if one]
    named += [("board", RecordKind.BOARD, one) for one in [asked.board] if one]
    named += [("depends_on", RecordKind.DECISION, one) for one in asked.depends_on if one != code]
    await check_references(tx, named)
    await check_actions(tx, "actions", asked.actions)
    decision = BoardDecision(code, asked)
    await check_no_circle(tx, decision)
    before = await stored.insert_or_lock_record(tx, decision)
    if isinstance(before, BoardDecision):
        if anew and before.asked != asked:
            raise RecordExists(f"{code} exists; put what is asked with PUT.")
        decision = replace(before, asked=asked)
    await save_and_record(tx, before, decision, "put")
    return (await _views(tx, [decision]))[0], before is None


async def take_decision(tx: Tx, code: str, taking: Taking) -> DecisionView:
    """Record how a decision was taken, with what was asked and how its actions stood.

    Raises:
        RecordUnknown: no such decision.
        DecisionSettled: it was agreed or rejected already.
        DecisionWaits: it would be agreed before one that it depends on.
        TakingWrong: on a day that has not come, or at a meeting that was not then, or of another board.
        ReferenceUnknown: there is no such meeting.
    """
    before, today = await _lock(tx, code), await tx.business_date()
    if before.is_settled:
        raise DecisionSettled(f"Decision {code} is {before.outcome}.")
    if faults := taking_faults(taking, before.board, await _get_meeting(tx, taking.meeting), today):
        raise TakingWrong("It was not taken so.", [FieldError(*fault) for fault in faults])
    waits = (await _views(tx, [before]))[0].waits_for
    if taking.outcome is Outcome.AGREED and waits:
        raise DecisionWaits(f"Decision {code} waits for {', '.join(waits)}.")
    taken = Taken(taking, tx.actor, tx.now, today, before.asked, await _actions(tx, before.asked.actions))
    return await _publish(tx, before, before.took(taken), "taken", taking.reason)


async def _get_meeting(tx: Tx, code: str | None) -> Meeting | None:
    if code is None:
        return None
    found = await stored.get_record(tx, RecordKind.MEETING, code)
    if not isinstance(found, Meeting):
        raise ReferenceUnknown("Make what it names first.", [FieldError("meeting", f"there is no meeting {code}")])
    return found


async def meet_condition(tx: Tx, code: str, number: int) -> DecisionView:
    """Record on the business date that a condition is met; one that was stays as it was.

    Raises:
        RecordUnknown: no such decision.
        ConditionUnknown: no such condition.
        DecisionNotAgreed: it was rejected, or put off.
    """
    before, today = await _lock(tx, code), await tx.business_date()
    if not 1 <= number <= len(before.conditions):
        raise ConditionUnknown(f"Decision {code} has no condition {number}.")
    if before.outcome is not Outcome.AGREED:
        raise DecisionNotAgreed(f"Decision {code} is {before.outcome}.")
    met_on = before.conditions[number - 1].met_on
    if met_on is not None:
        await save_and_record(tx, before, before, "condition_met")
        return (await _views(tx, [before]))[0]
    return await _publish(tx, before, before.met(number, today), "condition_met", None)


async def _publish(
    tx: Tx, before: BoardDecision, decision: BoardDecision, verb: str, reason: str | None
) -> DecisionView:
    await save_and_record(tx, before, decision, verb, reason)
    emit(tx, events.decision_made(decision))
    return (await _views(tx, [decision]))[0]


async def _actions(tx: Tx, codes: Sequence[str]) -> tuple[ActionWhenDecided, ...]:
    if not codes:
        return ()
    graph = await get_graph(tx)
    return tuple(
        ActionWhenDecided(
            code=one.code,
            delivery=one.progress.delivery,
            schedule=one.schedule(graph.today),
            due=one.definition.due,
            blocked=graph.readiness(one.code).is_blocked,
        )
        for one in graph.actions.values()
        if one.code in codes
    )


async def _lock(tx: Tx, code: str) -> BoardDecision:
    found = await stored.lock_record(tx, RecordKind.DECISION, code)
    if not isinstance(found, BoardDecision):
        raise RecordUnknown(f"There is no decision {code}.")
    return found


async def get_decision(tx: Tx, code: str) -> DecisionView:
    found = await stored.get_record(tx, RecordKind.DECISION, code)
    if not isinstance(found, BoardDecision):
        raise RecordUnknown(f"There is no decision {code}.")
    return (await _views(tx, [found]))[0]


async def list_decisions(tx: Tx, wanted: RecordFilter, page: PageRequest) -> Page[DecisionView]:
    """By code."""
    found = await stored.list_records(tx, RecordKind.DECISION, wanted, page)
    return found.with_items(await _views(tx, [one for one in found.items if isinstance(one, BoardDecision)]))


async def export_decisions(tx: Tx, wanted: RecordFilter) -> list[DecisionView]:
    """All that :func:`list_decisions` lists, in two statements."""
    found = await stored.export_records(tx, RecordKind.DECISION, wanted)
    return await _views(tx, [one for one in found if isinstance(one, BoardDecision)])


async def _views(tx: Tx, decisions: Sequence[BoardDecision]) -> list[DecisionView]:
    needed = {code for one in decisions for code in one.asked.depends_on}
    found = await stored.get_records(tx, RecordKind.DECISION, needed)
    others = {code: one for code, one in found.items() if isinstance(one, BoardDecision)}
    return [DecisionView(one, waits_for(one, others)) for one in decisions]


async def emit_decision_states(tx: Tx, codes: Sequence[str]) -> None:
    """Lock decisions, and publish each once more as its next version."""
    found = await stored.lock_records(tx, RecordKind.DECISION, codes)
    again = [one.again() for one in found if isinstance(one, BoardDecision)]
    await stored.save_records(tx, again)
    for one in again:
        emit(tx, events.decision_made(one))


async def list_subjects(tx: Tx) -> list[str]:
    """Codes of the decisions that have an event."""
    found = await stored.get_all_records(tx, RecordKind.DECISION)
    return [one.code for one in found if isinstance(one, BoardDecision) and one.version]

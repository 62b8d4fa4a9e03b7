"""Publishing everything once more, and forgetting series, after a database went back in time."""

from collections.abc import Sequence

from chassis.events.recovery import Republication
from chassis.storage.transaction import Tx
from contracts.pledges import action_of, action_subject, decision_of, decision_subject
from services.pledges.domain.indicators import SeriesKey
from services.pledges.domain.returns import is_return
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import indicators as linked
from services.pledges.repository import pledges as stored
from services.pledges.repository import returns as stored_returns
from services.pledges.service.board_decisions import emit_decision_states
from services.pledges.service.board_decisions import list_subjects as list_decisions
from services.pledges.service.publication import emit_changed, save_and_emit
from services.pledges.service.readiness import emit_action_states
from services.pledges.service.returns import emit_return_states


async def list_subjects(tx: Tx) -> list[str]:
    """Every aggregate that has an event."""
    actions = [action_subject(code) for code in await stored_actions.list_codes(tx)]
    decisions = [decision_subject(code) for code in await list_decisions(tx)]
    return [*await stored.list_ids(tx), *await stored_returns.list_ids(tx), *actions, *decisions]


async def emit_states(tx: Tx, subjects: Sequence[str]) -> None:
    """Lock these aggregates, and emit each as its next version."""
    actions = [code for subject in subjects if (code := action_of(subject))]
    decisions = [code for subject in subjects if (code := decision_of(subject))]
    others = [subject for subject in subjects if not (action_of(subject) or decision_of(subject))]
    await emit_action_states(tx, actions)
    await emit_decision_states(tx, decisions)
    await _emit_pledges(tx, [subject for subject in others if not is_return(subject)])
    await emit_return_states(tx, [subject for subject in others if is_return(subject)])


async def _emit_pledges(tx: Tx, ids: Sequence[str]) -> None:
    pledges = await stored.lock_pledges(tx, ids)
    shown = await linked.indicators_of_pledges(tx, ids)
    today = await tx.business_date()
    for pledge in pledges:
        await save_and_emit(tx, pledge, shown.get(pledge.id, ()), today)


async def forget_series(tx: Tx, subjects: Sequence[str]) -> None:
    """Delete the colours of series that their producer no longer has, and publish the pledges that showed them."""
    keys = [SeriesKey.parse(subject) for subject in subjects]
    await linked.delete_colours_of(tx, keys)
    await emit_changed(tx, keys)


REPUBLICATION = Republication(list_subjects, emit_states)

"""Publishing everything once more, and forgetting series, after a database went back in time."""

from collections.abc import Sequence

from chassis.events.recovery import Republication
from chassis.storage.transaction import Tx
from contracts.pledges import action_of, action_subject, decision_of, decision_subject, homes_of, homes_subject
from services.pledges.domain.indicators import SeriesKey
from services.pledges.domain.linked import LinkedKind
from services.pledges.domain.returns import is_return
from services.pledges.repository import actions as stored_actions
from services.pledges.repository import elsewhere
from services.pledges.repository import indicators as linked
from services.pledges.repository import pledges as stored
from services.pledges.repository import returns as stored_returns
from services.pledges.service.board_decisions import emit_decision_states
from services.pledges.service.board_decisions import list_subjects as list_decisions
from services.pledges.service.publication import emit_changed, emit_changed_elsewhere, emit_whole
from services.pledges.service.rating_feeds import emit_feed_states
from services.pledges.service.rating_feeds import list_subjects as list_feeds
from services.pledges.service.readiness import emit_action_states
from services.pledges.service.returns import emit_return_states


async def list_subjects(tx: Tx) -> list[str]:
    """Every aggregate that has an event."""
    actions = [action_subject(code) for code in await stored_actions.list_codes(tx)]
    decisions = [decision_subject(code) for code in await list_decisions(tx)]
    homes = [homes_subject(code) for code in await list_feeds(tx)]
    return [*await stored.list_ids(tx), *await stored_returns.list_ids(tx), *actions, *decisions, *homes]


async def emit_states(tx: Tx, subjects: Sequence[str]) -> None:
    """Lock these aggregates, and emit each as its next version."""
    actions = [code for subject in subjects if (code := action_of(subject))]
    decisions = [code for subject in subjects if (code := decision_of(subject))]
    homes = [code for subject in subjects if (code := homes_of(subject))]
    others = [one for one in subjects if not (action_of(one) or decision_of(one) or homes_of(one))]
    await emit_action_states(tx, actions)
    await emit_decision_states(tx, decisions)
    await emit_feed_states(tx, homes)
    await emit_whole(tx, [subject for subject in others if not is_return(subject)])
    await emit_return_states(tx, [subject for subject in others if is_return(subject)])


async def forget_elsewhere(tx: Tx, kind: LinkedKind, codes: Sequence[str]) -> None:
    """Delete what was known of risks or schemes that their producer no longer has, and publish what showed them."""
    await elsewhere.delete_states_of(tx, kind, codes)
    await emit_changed_elsewhere(tx, kind, codes)


async def forget_series(tx: Tx, subjects: Sequence[str]) -> None:
    """Delete the colours of series that their producer no longer has, and publish the pledges that showed them."""
    keys = [SeriesKey.parse(subject) for subject in subjects]
    await linked.delete_colours_of(tx, keys)
    await emit_changed(tx, keys)


REPUBLICATION = Republication(list_subjects, emit_states)

"""Recording changes: who made each and why, and the whole state after it, each with the business date of the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.audit import record_change, record_unchanged
from chassis.storage.transaction import Tx
from services.pledges.repository.revisions import save_revisions

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StateChange:
    """``subject`` as it was ``before``, None where it was made, and as it is ``after``."""

    subject: str
    before: State | None
    after: State


async def record_state(
    tx: Tx, action: str, subject: str, before: State | None, after: State, today: date, reason: str | None = None
) -> None:
    """Record a change of one subject, as :func:`record_states` does."""
    await record_states(tx, action, [StateChange(subject, before, after)], today, reason)


async def record_states(
    tx: Tx, action: str, changes: Sequence[StateChange], today: date, reason: str | None = None
) -> None:
    """Record changes of several, in one statement beside that of their audit entries.

    ``action`` is ``<noun>.<past tense>``, such as ``pledge.amended``; its noun is the kind of the subjects.
    """
    changed = [one for one in changes if one.before != one.after]
    if not changed:
        record_unchanged(tx)
        return
    await save_revisions(tx, action.partition(".")[0], {one.subject: one.after for one in changed}, today)
    for one in changed:
        record_change(tx, subject=one.subject, action=action, before=one.before, after=one.after, reason=reason)

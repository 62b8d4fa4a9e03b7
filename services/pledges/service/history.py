"""Recording a change: who made it and why, and the whole state after it, each with the business date of the day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from chassis.audit import record_change, record_unchanged
from chassis.storage.transaction import Tx
from services.pledges.repository.revisions import save_revision

State = Mapping[str, Any]


async def record_state(
    tx: Tx, action: str, subject: str, before: State | None, after: State, today: date, reason: str | None = None
) -> None:
    """Record that ``subject`` changed from ``before`` (None where it was made) to ``after``; nothing where it did not.

    ``action`` is ``<noun>.<past tense>``, such as ``pledge.amended``; its noun is the kind of the subject.
    """
    if before == after:
        record_unchanged(tx)
        return
    await save_revision(tx, action.partition(".")[0], subject, after, today)
    changed = [name for name, value in after.items() if before is None or before.get(name) != value]
    record_change(
        tx,
        subject=subject,
        action=action,
        before=before and {name: before.get(name) for name in changed},
        after={name: after[name] for name in changed},
        reason=reason,
    )

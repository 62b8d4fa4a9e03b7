"""What pledges, priorities and actions were, change by change."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from services.pledges.models import StateRevision


async def save_revision(tx: Tx, kind: str, subject: str, state: Mapping[str, Any], today: date) -> None:
    """Record what ``subject`` is after a change, with the business date beside the real time."""
    row = {
        "kind": kind,
        "subject": subject,
        "recorded_at": tx.now,
        "business_date": today,
        "actor": tx.actor,
        "state": state,
    }
    await insert_many(tx, StateRevision, [row])

"""Calls that change something of the events service."""

from tests.integration.gateway.changes.change import Change

BEGINNING = {"last_event_id": "0"}

SUBSCRIPTIONS = [
    Change("PUT", "/checkpoints/catalogue", BEGINNING, "checkpoint.saved", "catalogue"),
    Change("PUT", "/checkpoints/warehouse", BEGINNING, "checkpoint.saved", "warehouse"),
    Change("DELETE", "/checkpoints/warehouse", None, "checkpoint.deleted", "warehouse", had_before=True, again=False),
]

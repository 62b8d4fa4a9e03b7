"""Calls that change something of the events service."""

from tests.integration.gateway.changes.change import Change

SUBSCRIPTIONS = [
    Change("PUT", "/checkpoints/warehouse", {"last_event_id": "0"}, "checkpoint.saved", "warehouse"),
    Change("DELETE", "/checkpoints/warehouse", None, "checkpoint.deleted", "warehouse", had_before=True, again=False),
]

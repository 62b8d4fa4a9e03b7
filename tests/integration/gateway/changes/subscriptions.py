"""Calls that change something of the events service."""

from tests.integration.gateway.changes.change import Change

BEGINNING = {"last_event_id": "0"}

TOLD = {"name": "Ana", "address": "ana@council.example", "owners": ["Ana Nowak"]}

SUBSCRIPTIONS = [
    Change("PUT", "/checkpoints/catalogue", BEGINNING, "checkpoint.saved", "catalogue"),
    Change("PUT", "/checkpoints/warehouse", BEGINNING, "checkpoint.saved", "warehouse"),
    Change("DELETE", "/checkpoints/warehouse", None, "checkpoint.deleted", "warehouse", had_before=True, again=False),
    Change("PUT", "/recipients/ben", TOLD | {"name": "Ben", "owners": ["Ben Hale"]}, "recipient.put", "ben"),
    Change("PUT", "/recipients/ana", TOLD, "recipient.put", "ana"),
    Change("POST", "/recipients/ana/test", None, "recipient.tested", "ana", again=False),
    Change("DELETE", "/recipients/ana", None, "recipient.deleted", "ana", had_before=True, again=False),
]

"""The events service as a whole."""

from fastapi import FastAPI

from chassis.service import ServiceSpec
from chassis.web.app import build_app
from chassis.web.units import Resources
from services.subscriptions.endpoints import routers
from services.subscriptions.models import Base
from services.subscriptions.projection import SUBSCRIPTIONS
from services.subscriptions.schemas.descriptions import DESCRIPTIONS
from services.subscriptions.service.deliveries.loop import deliver
from services.subscriptions.service.deliveries.measures import (
    mailbox_detail,
    measure_webhooks,
    trim_deliveries,
    trim_messages,
)
from services.subscriptions.service.feed import trim
from services.subscriptions.service.notices.loop import tell, trim_notices

DESCRIPTION = """
All that changes in the suite, in one order, for platforms that follow it.

- **Feed**: every event of every service, by the conventions of http-feeds: ask for what follows the event that you had
  last, wait for the next by long polling. Positions have no gaps; what is no longer kept is said so, never skipped.
- **State**: the newest event of every aggregate, as of one event of the feed: take it, then follow the feed from there.
- **Stream**: the feed as server-sent events, resumed after a break by the id of the last event.
- **Webhooks**: subscribe with an address, and events are sent there, signed by Standard Webhooks, in the order of each
  aggregate also where some have to be sent again; with a log, dead letters, replay, and present state on demand.
- **Mailboxes**: subscribe with a mailbox of NHS MESH, and events are sent there in messages, each followed until it was
  collected, and sent again where you ask.
- **Notices** tell people what waits for them: late values, returns due, reviews overdue and the like, by e-mail, GOV.UK
  Notify or a channel of Teams, at once or once a day, and whoever is above them where it goes on waiting.
- **Checkpoints** keep how far a reader has come, and say whether it missed something.

A caller is given the events of those services whose state they may read: `indicators:read`, `risks:read` and so on.
"""

_OWN = ("events:subscribe", "operations:operate")
_SEEN = ("events:subscribe", "operations:read", "operations:operate")
_TOLD = ("events:notify", "operations:read", "operations:operate")
_SCOPES = {
    "list_subscriptions": _SEEN,
    "read_subscription": _SEEN,
    "read_progress": _SEEN,
    "list_deliveries": _SEEN,
    "list_dead_letters": _SEEN,
    "list_mailbox_messages": _SEEN,
    "create_subscription": "events:subscribe",
    "change_subscription": "events:subscribe",
    "delete_subscription": "events:subscribe",
    "rotate_secret": "events:subscribe",
    "test_subscription": _OWN,
    "pause_subscription": _OWN,
    "resume_subscription": _OWN,
    "replay_subscription": _OWN,
    "resync_subscription": _OWN,
    "retry_dead_letters": _OWN,
    "discard_dead_letters": _OWN,
    "list_recipients": _TOLD,
    "read_recipient": _TOLD,
    "list_messages": _TOLD,
    "put_recipient": "events:notify",
    "delete_recipient": "events:notify",
    "test_recipient": "events:notify",
    "retry_message": ("events:notify", "operations:operate"),
    "resend_mailbox_message": _OWN,
    "list_subscription_owners": "operations:operate",
    "end_subscriptions": "operations:operate",
    "put_checkpoint": "events:read",
    "delete_checkpoint": "events:read",
}

SPEC = ServiceSpec(
    name="subscriptions",
    title="Events",
    description=DESCRIPTION.strip(),
    metadata=Base.metadata,
    package="services.subscriptions",
    descriptions=DESCRIPTIONS,
    scopes=_SCOPES,
    routers=routers,
    subscriptions=SUBSCRIPTIONS,
    publishes=False,
    secretive=("create_subscription", "rotate_secret"),
    retentions={
        "feed": trim,
        "deliveries": trim_deliveries,
        "mailboxes": trim_messages,
        "notices": trim_notices,
    },
    tasks=(deliver, measure_webhooks, tell),
    detail=mailbox_detail,
)


def create_app(resources: Resources) -> FastAPI:
    return build_app(SPEC, resources)

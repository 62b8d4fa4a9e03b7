"""The bus in: every event of every service becomes an event of the feed.

Each service is followed by a consumer of its own, so that one whose store went back in time holds up no other. What is
folded is recorded for good: positions that were given out stay what they are, whatever is replayed or recovered.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from pydantic_core import from_json

from chassis.events.envelope import FIRST_GENERATION, Delivery, UnreadableEventError
from chassis.events.projection import Projection
from chassis.events.subscription import GATHER_SECONDS, Subscription
from chassis.storage.transaction import Tx
from contracts.event_types import EVENTS
from contracts.topics import SERVICES, events_topic
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.service import aggregates, feed

_LONGEST_AREA: Final = 80


async def fold_events(tx: Tx, deliveries: Sequence[Delivery], *, service: str) -> int:
    """Put events at the end of the feed. Returns how many are new there.

    Raises:
        UnreadableEventError: one is no JSON, or another event than its key and headers name: it would spoil every
            answer that it stood in.
    """
    return await feed.add_events(tx, [feed_event(each, service) for each in deliveries])


def feed_event(event: Delivery, service: str) -> FeedEvent:
    """What was delivered, as an event that has no position yet.

    Raises:
        UnreadableEventError: as :func:`fold_events`.
    """
    body = _decoded(event)
    return FeedEvent(
        position=0,
        event_id=event.id,
        type=event.type,
        subject=event.subject,
        service=service,
        version=event.version,
        generation=event.generation,
        area=_area(body["data"]),
        time=_time(body),
        body=event.record.value,
    )


def _decoded(event: Delivery) -> Mapping[str, Any]:
    try:
        body = from_json(event.record.value, allow_inf_nan=False)
    except ValueError as error:
        raise UnreadableEventError(f"its body is no JSON: {str(error)[:200]}") from error
    if not isinstance(body, dict) or not isinstance(body.get("data"), dict) or body.get("specversion") != "1.0":
        raise UnreadableEventError("its body is no CloudEvent with data")
    said = (body.get("id"), body.get("source"), body.get("type"), body.get("subject"))
    order = (body.get("generation", FIRST_GENERATION), body.get("aggregateversion"))
    if said != (event.id, event.source, event.type, event.subject) or order != event.order:
        raise UnreadableEventError(f"its body is {said} of {order}, and its key and headers say otherwise")
    return body


def _time(body: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(body["time"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableEventError("it says no time") from error


def _area(data: Mapping[str, Any]) -> str | None:
    """The area that the aggregate is of: a code, or the code of what is called so."""
    area = data.get("area")
    code = area.get("code") if isinstance(area, dict) else area
    return code if isinstance(code, str) and 0 < len(code) <= _LONGEST_AREA else None


async def _list_contradicted(tx: Tx, deliveries: Sequence[Delivery], *, service: str) -> Sequence[str]:
    return await aggregates.list_contradicted(tx, service, [(each.subject, each.id) for each in deliveries])


async def _forget(tx: Tx, subjects: Sequence[str], *, service: str) -> None:
    await aggregates.forget(tx, service, subjects)


async def _nothing(_tx: Tx, _touched: int = 0) -> None:
    """The feed is what was folded: nothing is evaluated from it, and nothing of it is dropped."""


def _subscription(service: str) -> Subscription:
    return Subscription(
        consumer=f"subscriptions-{service}",
        topics=(events_topic(service),),
        types=tuple(EVENTS[service]),
        projection=Projection(
            fold=partial(fold_events, service=service),
            evaluate=_nothing,
            evaluate_all=_nothing,
            drop=_nothing,
            forget=partial(_forget, service=service),
            list_contradicted=partial(_list_contradicted, service=service),
        ),
        supersedes=True,
        records=True,
        gather=GATHER_SECONDS,
    )


SUBSCRIPTIONS = tuple(map(_subscription, SERVICES))

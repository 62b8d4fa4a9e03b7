"""Which events a reader is given: those that may be seen, and of these those that are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chassis.errors import InsufficientScope
from chassis.identity import Caller
from contracts.event_types import EVENTS
from contracts.scopes import services_read
from contracts.topics import SERVICES
from services.subscriptions.domain.feed import FeedEvent

ANY: Final = "*"
"""Ends a type or a subject of which only the beginning is meant."""
_SERVICE_OF: Final = {type_: service for service, types in EVENTS.items() for type_ in types}


@dataclass(frozen=True, slots=True)
class EventFilter:
    """``services`` are those whose events the reader may see.

    ``types`` and ``subjects`` are whole, or beginnings where they end with ``*``; none, and no ``area``, is all.
    """

    services: frozenset[str]
    types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    area: str | None = None

    @property
    def takes_all(self) -> bool:
        """Whether it keeps nothing out."""
        return self.services >= set(SERVICES) and not (self.types or self.subjects or self.area)

    def matches(self, event: FeedEvent) -> bool:
        return (
            event.service in self.services
            and _matches(self.types, event.type)
            and _matches(self.subjects, event.subject)
            and self.area in {None, event.area}
        )


def _matches(wanted: Sequence[str], text: str) -> bool:
    return not wanted or any(
        text.startswith(each.removesuffix(ANY)) if each.endswith(ANY) else text == each for each in wanted
    )


def services_of(caller: Caller) -> frozenset[str]:
    """The services whose state, and so whose events, the caller may read."""
    return services_read(caller.may)


def readable(
    caller: Caller, types: Sequence[str] = (), subjects: Sequence[str] = (), area: str | None = None
) -> EventFilter:
    """What the caller asks for, of what they may see.

    Raises:
        InsufficientScope: they may see none, or name a type whose service they may not read: an empty feed would look
            as if nothing happened.
    """
    services = services_of(caller)
    hidden = {_SERVICE_OF[each] for each in types if each in _SERVICE_OF} - services
    if hidden or not services:
        raise InsufficientScope([_scope(each) for each in sorted(hidden or SERVICES)])
    return EventFilter(services, tuple(types), tuple(subjects), area)


def _scope(service: str) -> str:
    return f"{service}:read"

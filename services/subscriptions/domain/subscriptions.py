"""A subscription: who wants which events where, what its owner may see, and whether it is served."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from chassis.errors import FieldError
from chassis.identity import Caller
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.domain.mailboxes import SCHEME
from services.subscriptions.domain.mns import Profile
from services.subscriptions.domain.webhooks import Mode

MOST_NAMED: Final = 50
"""Types or subjects that a filter may name."""
FORMAT: Final = 1
FORMAT_WITH_PROFILE: Final = 2
"""Of those with another profile than a version knows that reads format 1."""


class Kind(StrEnum):
    """How a subscription is served: by requests to an address, or by messages to a mailbox of NHS MESH."""

    WEBHOOK = "webhook"
    MESH = "mesh"


class Status(StrEnum):
    """``active`` is served; ``paused`` is not, since somebody said so; ``disabled`` is not, for a :class:`Reason`."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class Reason(StrEnum):
    """Why a subscription is disabled: the receiver answered 410, took nothing for three days, or the key is gone."""

    GONE = "gone"
    UNREACHABLE = "unreachable"
    OWNER_GONE = "owner_gone"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are wanted, as the owner says it. ``services`` None: all that the owner may see."""

    types: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    area: str | None = None
    services: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """What an owner says of a subscription."""

    name: str
    url: str
    wanted: Wanted = field(default_factory=Wanted)
    mode: Mode = Mode.FULL
    heartbeat: bool = False
    profile: Profile = Profile.CLOUDEVENTS

    @property
    def kind(self) -> Kind:
        """What the address is one of; it never changes."""
        return Kind.MESH if self.url.startswith(SCHEME) else Kind.WEBHOOK


@dataclass(frozen=True, slots=True)
class Secrets:
    """What deliveries are signed with, sealed, and what signs beside it until a rotation is through.

    Of a subscription to a mailbox it is what opens the mailbox that is sent from, and nothing signs.
    """

    current: str = field(repr=False)
    previous: str | None = field(default=None, repr=False)
    previous_until: datetime | None = None

    def sealed(self, now: datetime) -> list[str]:
        """Those that sign now, the newest first."""
        is_overlapping = self.previous is not None and self.previous_until is not None and now < self.previous_until
        return [self.current, self.previous] if is_overlapping and self.previous else [self.current]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as its row tells it.

    ``granted`` are the services whose events its owner might read when it was made or last changed; it never grows by
    itself. ``person`` is whose key or token made it, where that is known. ``revision`` rises with each change of what
    is delivered, so that whoever delivers by an older one can tell.
    """

    id: str
    owner: str
    person: str | None
    definition: Definition
    granted: frozenset[str]
    secrets: Secrets
    status: Status
    reason: Reason | None
    revision: int
    created_at: datetime
    updated_at: datetime

    @property
    def filter(self) -> EventFilter:
        """What of the feed is delivered."""
        wanted = self.definition.wanted
        services = self.granted if wanted.services is None else wanted.services & self.granted
        return EventFilter(services, wanted.types, wanted.subjects, wanted.area)

    def is_of(self, caller: Caller) -> bool:
        """Whether the caller is the owner, by whatever key of the same person."""
        return caller.is_same(self.owner) or (self.person is not None and caller.person == self.person)

    def is_open_to(self, caller: Caller, *scopes: str) -> bool:
        """Whether the caller is the owner, or may do one of these for others."""
        return self.is_of(caller) or any(map(caller.may, scopes))

    def taken_over_by(self, caller: Caller, services: frozenset[str]) -> "Subscription":
        """The same of another owner, within what both may see."""
        return replace(self, owner=caller.name, person=caller.person, granted=self.granted & services)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a subscription has been served.

    ``position`` is the place in the feed up to which everything is delivered or waits for a retry; ``waiting`` counts
    aggregates whose events do, ``dead`` those that are tried no more, ``oldest_waiting_at`` is when the first of them
    failed or fell due. Events before ``gap_before`` were no longer there, but for the newest of each aggregate. Of
    messages to a mailbox ``unacknowledged`` counts those that wait there, since ``oldest_sent_at``, and ``undelivered``
    those that nobody is known to have collected.
    """

    position: int
    last_position: int
    waiting: int
    dead: int
    oldest_waiting_at: datetime | None
    failing_since: datetime | None
    due_at: datetime
    last_success_at: datetime | None
    gap_before: int | None
    resyncing: bool
    unacknowledged: int = 0
    undelivered: int = 0
    oldest_sent_at: datetime | None = None


PROFILE_NOT_OFFERED: Final = (
    "is not offered: an operator says first who publishes and where (SUBSCRIPTIONS_MNS_SOURCE, SUBSCRIPTIONS_MNS_URL)"
)


def definition_faults(definition: Definition, services: frozenset[str], *, has_mns: bool) -> Iterator[FieldError]:
    """What is wrong with the profile and the services that are asked for, of those that the caller may see."""
    if definition.profile is Profile.MNS and not has_mns:
        yield FieldError("profile", PROFILE_NOT_OFFERED)
    for each in sorted((definition.wanted.services or frozenset()) - services):
        yield FieldError("services", f"events of {each!r} are not yours to read: that needs the scope {each}:read")


def definition_to_json(definition: Definition) -> dict[str, Any]:
    """What a row keeps, and audit entries say, of a definition."""
    wanted = definition.wanted
    profile = {} if definition.profile is Profile.CLOUDEVENTS else {"profile": definition.profile.value}
    return {
        "format": FORMAT_WITH_PROFILE if profile else FORMAT,
        **profile,
        "name": definition.name,
        "url": definition.url,
        "types": list(wanted.types),
        "subjects": list(wanted.subjects),
        "area": wanted.area,
        "services": None if wanted.services is None else sorted(wanted.services),
        "mode": definition.mode.value,
        "heartbeat": definition.heartbeat,
    }


def definition_of_json(stored: Mapping[str, Any]) -> Definition:
    """The definition that a row keeps.

    Raises:
        ValueError: in a format of a later version.
    """
    if stored["format"] not in {FORMAT, FORMAT_WITH_PROFILE}:
        raise ValueError(f"this version reads format {FORMAT_WITH_PROFILE} of subscriptions, not {stored['format']}")
    services = stored["services"]
    wanted = Wanted(
        tuple(stored["types"]),
        tuple(stored["subjects"]),
        stored["area"],
        None if services is None else frozenset(services),
    )
    profile = Profile(stored.get("profile", Profile.CLOUDEVENTS))
    return Definition(stored["name"], stored["url"], wanted, Mode(stored["mode"]), stored["heartbeat"], profile)


def state_to_json(subscription: Subscription) -> dict[str, Any]:
    """What audit entries say of a subscription: never its secrets."""
    return {
        **definition_to_json(subscription.definition),
        "owner": subscription.owner,
        "granted": sorted(subscription.granted),
        "status": subscription.status.value,
        "reason": subscription.reason.value if subscription.reason else None,
    }


@dataclass(frozen=True, slots=True)
class Start:
    """What a new subscription begins with: what comes from now on, or after a position, or present state first."""

    after: int | None = None
    resync: bool = False

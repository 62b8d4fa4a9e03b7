"""Bodies of subscriptions. A secret is in one answer only: the one in which it was made."""

from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from services.subscriptions.domain.addresses import LONGEST_URL
from services.subscriptions.domain.mailboxes import Mailbox
from services.subscriptions.domain.mns import Profile
from services.subscriptions.domain.subscriptions import (
    MOST_NAMED,
    Definition,
    Kind,
    Progress,
    Reason,
    Start,
    Status,
    Subscription,
    Wanted,
)
from services.subscriptions.domain.webhooks import LONGEST_OVERLAP, OVERLAP, Mode
from services.subscriptions.schemas.mailboxes import MailboxChange, MailboxIn

_HOUR: Final = 3600
_WHOLE_TEXT: Final = r"^[^\x00]+$"
HIGHEST_POSITION: Final = 2**53 - 1

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_WHOLE_TEXT)]
Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL)]
Types = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_WHOLE_TEXT)]],
    Field(max_length=MOST_NAMED),
]
Subjects = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_WHOLE_TEXT)]],
    Field(max_length=MOST_NAMED),
]
Area = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_WHOLE_TEXT)]
Services = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=20)]], Field(min_length=1, max_length=MOST_NAMED)
]
Position = Annotated[int, Field(ge=0, le=HIGHEST_POSITION)]

_NAME = "What you call it: no two of yours are called alike"
_URL = (
    "Where events are sent: an address by https, of which what is not public is refused, now and at every delivery; or "
    "a mailbox of NHS MESH, as `mesh://MAILBOX?workflow_id=WORKFLOW`"
)
_MAILBOX = "The mailbox that messages are sent from, where `url` is a mailbox; never shown again"
_TYPES = "Only events of these types; what ends with `*` is a beginning; none is all"
_SUBJECTS = "Only events of these aggregates; what ends with `*` is a beginning; none is all"
_AREA = "Only events of this area"
_SERVICES = "Only events of these services; null for all that you may read"
_MODE = "`full`: the whole event; `thin`: without its data, with where that is read as `dataref`"
_PROFILE = (
    "`cloudevents`: as on the bus; `mns`: signals in the shape of the NHS Multicast Notification Service, which have "
    "no data, so that `mode` says nothing; where an operator offers that"
)
_HEARTBEAT = "Whether a heartbeat is sent every 15 minutes, so that silence means something"
_EXAMPLE: Final[JsonDict] = {
    "id": "sub_4f1c0d6c5b7e4c7f8a55",
    "name": "warehouse",
    "owner": "data-platform",
    "url": "https://platform.example.org/hooks/commissioning",
    "kind": "webhook",
    "types": ["commissioning.indicator.*"],
    "subjects": [],
    "area": "E06000026",
    "services": ["indicators"],
    "mode": "full",
    "profile": "cloudevents",
    "heartbeat": True,
    "granted": ["indicators", "risks"],
    "status": "disabled",
    "reason": "gone",
    "previous_secret_until": "2018-03-01T09:30:00Z",
    "created_at": "2018-02-28T09:30:00Z",
    "updated_at": "2018-02-28T09:30:00Z",
}
_SECRET: Final = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD9nOXlHmTRGY="  # noqa: S105  an example


class SubscriptionIn(StrictBody):
    """Have events sent to an address or a mailbox of yours."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "warehouse",
                    "url": "https://platform.example.org/hooks/commissioning",
                    "types": ["commissioning.indicator.*"],
                    "area": "E06000026",
                    "resync": True,
                },
                {
                    "name": "region",
                    "url": "mesh://X26ABC2?workflow_id=COMMISSIONING_EVENTS",
                    "mailbox": {"id": "X26ABC1", "password": "of-the-mailbox", "shared_key": "of-the-environment"},
                },
            ]
        }
    )

    name: Name = Field(description=_NAME, examples=["warehouse"])
    url: Url = Field(description=_URL, examples=["https://platform.example.org/hooks/commissioning"])
    types: Types = Field(default=[], description=_TYPES, examples=[["commissioning.indicator.*"]])
    subjects: Subjects = Field(default=[], description=_SUBJECTS, examples=[["ae-four-hour-wait/*"]])
    area: Area | None = Field(default=None, description=_AREA, examples=["E06000026"])
    services: Services | None = Field(default=None, description=_SERVICES, examples=[["indicators"]])
    mode: Mode = Field(default=Mode.FULL, description=_MODE)
    profile: Profile = Field(default=Profile.CLOUDEVENTS, description=_PROFILE)
    heartbeat: bool = Field(default=False, description=_HEARTBEAT)
    after_position: Position | None = Field(
        default=None, description="Begin with what follows this position of the feed; null: with what comes from now on"
    )
    resync: bool = Field(default=False, description="Begin with the newest event of every aggregate that there is")
    mailbox: MailboxIn | None = Field(default=None, description=_MAILBOX)

    def to_domain(self) -> Definition:
        services = None if self.services is None else frozenset(self.services)
        wanted = Wanted(tuple(self.types), tuple(self.subjects), self.area, services)
        return Definition(self.name, self.url, wanted, self.mode, self.heartbeat, self.profile)

    def opening(self) -> Mailbox | None:
        """What the mailbox is opened with that is sent from."""
        return None if self.mailbox is None else self.mailbox.to_domain()

    def start(self) -> Start:
        return Start(self.after_position, self.resync)


class SubscriptionChange(PatchBody):
    """What changes of a subscription."""

    name: Annotated[Name, Field(description=_NAME, examples=["warehouse"])] = UNCHANGED
    url: Annotated[Url, Field(description=_URL, examples=["https://platform.example.org/hooks/suite"])] = UNCHANGED
    types: Annotated[Types, Field(description=_TYPES, examples=[[]])] = UNCHANGED
    subjects: Annotated[Subjects, Field(description=_SUBJECTS, examples=[[]])] = UNCHANGED
    area: Area | None = Field(default=None, description=_AREA, examples=["E06000026"])
    services: Services | None = Field(default=None, description=_SERVICES, examples=[["indicators"]])
    mode: Annotated[Mode, Field(description=_MODE)] = UNCHANGED
    profile: Annotated[Profile, Field(description=_PROFILE)] = UNCHANGED
    heartbeat: Annotated[bool, Field(description=_HEARTBEAT)] = UNCHANGED
    mailbox: Annotated[MailboxChange, Field(description=_MAILBOX)] = UNCHANGED

    def opening(self) -> dict[str, str | None] | None:
        """What changes of what the mailbox is opened with."""
        return self.mailbox.to_domain() if "mailbox" in self.changes() else None

    def to_domain(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What changes of the definition, and of what is wanted."""
        sent = {name: value for name, value in self.changes().items() if name != "mailbox"}
        names = ("types", "subjects", "area", "services")
        wanted: dict[str, Any] = {name: sent.pop(name) for name in names if name in sent}
        for name in ("types", "subjects"):
            if name in wanted:
                wanted[name] = tuple(wanted[name])
        if wanted.get("services") is not None:
            wanted["services"] = frozenset(wanted["services"])
        return sent, wanted


class SubscriptionOut(OutBody):
    """A subscription. How far it has been served is at `/progress`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str = Field(description="Names it in paths")
    name: str = Field(description=_NAME)
    owner: str = Field(description="Whose it is: the name of a key, or the subject of tokens")
    url: str = Field(description=_URL)
    kind: Kind = Field(description="`webhook`: requests to an address; `mesh`: messages to a mailbox of NHS MESH")
    types: list[str] = Field(description=_TYPES)
    subjects: list[str] = Field(description=_SUBJECTS)
    area: str | None = Field(description=_AREA)
    services: list[str] | None = Field(description=_SERVICES)
    mode: Mode = Field(description=_MODE)
    profile: Profile = Field(description=_PROFILE)
    heartbeat: bool = Field(description=_HEARTBEAT)
    granted: list[str] = Field(
        description="The services whose events may be sent: those that its owner could read when it was made, and "
        "whoever changed it since"
    )
    status: Status = Field(description="`paused` by somebody; `disabled` for a `reason`")
    reason: Reason | None = Field(
        description="Why it is disabled: the receiver answered 410, took nothing for three days, or the owner's key is "
        "revoked or has run out"
    )
    previous_secret_until: datetime | None = Field(
        description="Until when deliveries are also signed with the secret before; null where it was not rotated"
    )
    created_at: datetime = Field(description="When it was made")
    updated_at: datetime = Field(description="When it was last changed, also by who delivers")

    @classmethod
    def of(cls, found: Subscription) -> Self:
        return cls.model_validate(_fields(found))


class NewSubscriptionOut(SubscriptionOut):
    """A subscription with its new secret, where it has one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "secret": _SECRET}]})

    secret: str | None = Field(
        description="What deliveries are signed with, shown this once; null where they go to a mailbox, and nothing is "
        "signed",
        examples=[_SECRET],
    )

    @classmethod
    def made(cls, found: Subscription, secret: str | None) -> Self:
        return cls.model_validate({**_fields(found), "secret": secret})


def _fields(found: Subscription) -> dict[str, Any]:
    wanted = found.definition.wanted
    return {
        "id": found.id,
        "name": found.definition.name,
        "owner": found.owner,
        "url": found.definition.url,
        "kind": found.definition.kind,
        "types": list(wanted.types),
        "subjects": list(wanted.subjects),
        "area": wanted.area,
        "services": None if wanted.services is None else sorted(wanted.services),
        "mode": found.definition.mode,
        "profile": found.definition.profile,
        "heartbeat": found.definition.heartbeat,
        "granted": sorted(found.granted),
        "status": found.status,
        "reason": found.reason,
        "previous_secret_until": found.secrets.previous_until,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }


class SecretRotationIn(StrictBody):
    """How a subscription gets another secret."""

    overlap_hours: int = Field(
        default=int(OVERLAP.total_seconds()) // _HOUR,
        ge=0,
        le=int(LONGEST_OVERLAP.total_seconds()) // _HOUR,
        description="How long deliveries are signed with the secret before as well",
        examples=[24],
    )


class ReplayIn(StrictBody):
    """From where on events are delivered again."""

    after_position: Position = Field(
        description="The position of the feed after which everything is delivered again; 0 is the beginning",
        examples=[4711],
    )


class TestOut(OutBody):
    """A test that will be sent within seconds."""

    event_id: str = Field(
        description="The `webhook-id` of the test, by which the log has it",
        examples=["8a4f4a4e-3c0e-4f0b-9c7f-0d8c2f1d6a10"],
    )


class ProgressOut(OutBody):
    """How far a subscription has been served."""

    position: int = Field(
        description="Up to this position of the feed everything was delivered, or waits", examples=[4711]
    )
    last_position: int = Field(description="Where the feed ends", examples=[4714])
    waiting: int = Field(description="How many aggregates wait for a retry, each with all that follows", examples=[1])
    dead: int = Field(description="How many are tried no more until you decide", examples=[0])
    oldest_waiting_at: datetime | None = Field(description="When the first of these failed or fell due")
    failing_since: datetime | None = Field(description="Since when the receiver has taken nothing; null where it does")
    due_at: datetime = Field(
        description="Nothing is sent before, since the receiver fails or asked for time, or since a mailbox was just "
        "sent all there was"
    )
    last_success_at: datetime | None = Field(description="When the receiver last took something after failures")
    gap_detected: bool = Field(
        description="Whether it fell so far behind that the feed had no longer everything: of what was before "
        "`gap_before` it got the newest event of each aggregate alone"
    )
    gap_before: int | None = Field(description="Where the feed began then")
    resyncing: bool = Field(description="Whether present state is being sent")
    unacknowledged: int = Field(description="How many messages wait in the mailbox", examples=[0])
    oldest_sent_at: datetime | None = Field(description="When the first of these was sent")
    undelivered: int = Field(
        description="How many messages nobody is known to have collected: have them sent again", examples=[0]
    )

    @classmethod
    def of(cls, found: Progress) -> Self:
        shown = {name: getattr(found, name) for name in cls.model_fields if name != "gap_detected"}
        return cls.model_validate({**shown, "gap_detected": found.gap_before is not None})


class EndedOut(OutBody):
    """What became of a caller's subscriptions."""

    ended: int = Field(description="How many were disabled", examples=[2])


class OwnersOut(OutBody):
    """Whose subscriptions there are."""

    owners: list[str] = Field(description="Names of keys and subjects of tokens", examples=[["data-platform"]])

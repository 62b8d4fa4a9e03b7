"""Bodies of mailboxes of NHS MESH. What opens one is taken and never given out."""

import re
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from services.subscriptions.domain.mailboxes import Mailbox, Message, MessageStatus

LONGEST_PEM = 65_536
_PRINTABLE = r"^[!-~]+$"
_TEXT = r"^[\t\r\n -~]+$"

Id = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9]+$")]


def _of(pattern: str) -> AfterValidator:
    """Refuse what does not match without repeating it."""

    def check(secret: SecretStr) -> SecretStr:
        if re.fullmatch(pattern, secret.get_secret_value()) is None:
            raise PydanticCustomError("text", "holds other characters than those of ASCII that are printed")
        return secret

    return AfterValidator(check)


Secret = Annotated[
    SecretStr, Field(min_length=1, max_length=200, json_schema_extra={"pattern": _PRINTABLE}), _of(_PRINTABLE)
]
Pem = Annotated[
    SecretStr, Field(min_length=1, max_length=LONGEST_PEM, json_schema_extra={"pattern": _TEXT}), _of(_TEXT)
]

_ID = "The mailbox that messages are sent from"
_PASSWORD = "Its password"  # noqa: S105  a description
_SHARED_KEY = "The key of the MESH environment that requests are signed with"
_CERTIFICATE = "The certificate that MESH knows us by, in PEM, with those above it; null where MESH asks for none"
_PRIVATE_KEY = "The private key of the certificate, in PEM, without a password"
_AUTHORITIES = "Whose certificates MESH is believed by, in PEM; null for those of NHS England's own"


class MailboxIn(StrictBody):
    """The mailbox that messages are sent from, and what opens it: sealed at rest and never shown again."""

    id: Id = Field(description=_ID, examples=["X26ABC1"])
    password: Secret = Field(description=_PASSWORD, examples=["of-the-mailbox"])
    shared_key: Secret = Field(description=_SHARED_KEY, examples=["of-the-environment"])
    certificate: Pem | None = Field(default=None, description=_CERTIFICATE, examples=[None])
    private_key: Pem | None = Field(default=None, description=_PRIVATE_KEY, examples=[None])
    authorities: Pem | None = Field(default=None, description=_AUTHORITIES, examples=[None])

    def to_domain(self) -> Mailbox:
        return Mailbox(**{name: _plain(getattr(self, name)) for name in type(self).model_fields})


class MailboxChange(PatchBody):
    """What changes of the mailbox that is sent from; it is tried at once."""

    id: Annotated[Id, Field(description=_ID, examples=["X26ABC1"])] = UNCHANGED
    password: Annotated[Secret, Field(description=_PASSWORD, examples=["another"])] = UNCHANGED
    shared_key: Annotated[Secret, Field(description=_SHARED_KEY, examples=["another"])] = UNCHANGED
    certificate: Pem | None = Field(default=None, description=_CERTIFICATE, examples=[None])
    private_key: Pem | None = Field(default=None, description=_PRIVATE_KEY, examples=[None])
    authorities: Pem | None = Field(default=None, description=_AUTHORITIES, examples=[None])

    def to_domain(self) -> dict[str, str | None]:
        return {name: _plain(value) for name, value in self.changes().items()}


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


class MailboxMessageOut(OutBody):
    """A message to a mailbox: a file of many events, and what became of it."""

    local_id: str = Field(
        description="By which sender and receiver know it: the same however often it is sent",
        examples=["sub_4f1c0d6c5b7e4c7f8a55.17"],
    )
    number: int | None = Field(
        description="Counts the messages of a subscription from 1, so that a reader sees a gap; null for tests and "
        "heartbeats, which are not counted",
        examples=[17],
    )
    file_name: str = Field(
        description="The name it has in the mailbox", examples=["sub_4f1c0d6c5b7e4c7f8a55.000000000017.json"]
    )
    status: MessageStatus = Field(
        description="`planned`: not accepted by MESH yet; `accepted`: waits in the mailbox; `acknowledged`: collected; "
        "`undeliverable`: MESH gave it up, as it does after five days; `unknown`: MESH knows nothing of it any more"
    )
    message_id: str | None = Field(
        description="MESH's own id, of the last time that it was accepted", examples=["20180228093000123456_9AD3B2"]
    )
    events: int = Field(description="How many events it was planned with", examples=[214])
    first_position: int | None = Field(description="The position of its first event in the feed", examples=[4711])
    last_position: int | None = Field(description="The position of its last event in the feed", examples=[4982])
    bytes: int | None = Field(description="How long it was when it was last sent", examples=[182_044])
    attempts: int = Field(description="How often it was sent", examples=[1])
    planned_at: datetime = Field(description="When it was put together")
    sent_at: datetime | None = Field(description="When it was last accepted")
    ended_at: datetime | None = Field(description="When it was found to be collected, or given up")
    code: str | None = Field(description="MESH's code, where it gave it up", examples=["14"])
    description: str | None = Field(
        description="What MESH says to that", examples=["Message not collected by recipient after 5 days"]
    )

    @classmethod
    def of(cls, found: Message) -> Self:
        plain = ("local_id", "number", "file_name", "status", "message_id", "attempts", "planned_at", "sent_at")
        return cls.model_validate(
            {
                **{name: getattr(found, name) for name in (*plain, "ended_at", "code", "description")},
                "events": len(found.positions),
                "first_position": min(found.positions, default=None),
                "last_position": max(found.positions, default=None),
                "bytes": found.size,
            }
        )

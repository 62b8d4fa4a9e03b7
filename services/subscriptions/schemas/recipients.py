"""Bodies of recipients: who is told of what waits. The address of a webhook of Teams is in no answer."""

from datetime import date, datetime, time
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chassis.web.bodies import OutBody, StrictBody
from services.subscriptions.domain.addresses import LONGEST_URL
from services.subscriptions.domain.recipients import LONGEST_ADDRESS, MOST_OWNERS, Channel, Pace, Recipient

_WHOLE_TEXT: Final = r"^[^\x00-\x1f]+$"
_MOST_DAYS: Final = 366

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_WHOLE_TEXT)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Address = Annotated[str, StringConstraints(min_length=3, max_length=LONGEST_ADDRESS, pattern=_WHOLE_TEXT)]
Url = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL)]
Owners = Annotated[list[Name], Field(min_length=1, max_length=MOST_OWNERS)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Hours and minutes where people are: the time of RFC 3339, which documents mean by that format, names a zone."""
Days = Annotated[int, Field(ge=1, le=_MOST_DAYS)]

_OWNERS = "Texts that name who answers for something, as they are printed: names, posts, teams, names of keys"
_CHANNEL = "`email` by the mail server of this deployment, `notify` by GOV.UK Notify, `teams` by a channel's webhook"
_ADDRESS = "Their e-mail address; null for a channel of Teams"
_PACE = "`immediate`: of each thing as it comes up; `daily`: of all that waits, once a day"
_DAILY_AT = "At what time in England the day's message goes: the digest, or reminders"
_WORKING = "Whether nothing is sent on weekends and bank holidays"
_REMIND = "After how many days they are told again of what waits still; with `daily` it is each day"
_ESCALATE = "After how many days `escalates_to` is told of what waits still; null for never"
_TO = "The code of the recipient who is told then"
_DEPUTY = "The code of the recipient who is told in their place while they are away"
_FROM, _UNTIL = "The first day on which they are away", "The last such day; null until this is put anew"
_EXAMPLE: Final[JsonDict] = {
    "name": "Anna Coles",
    "channel": "email",
    "address": "anna.coles@council.example",
    "owners": ["Anna Coles", "Strategic co-operative commissioning"],
    "pace": "daily",
    "daily_at": "08:30",
    "escalate_after_days": 10,
    "escalates_to": "craig-mcardle",
}

_KEPT: Final[JsonDict] = {
    "working_days_only": True,
    "remind_after_days": 7,
    "deputy": "emma-crowther",
    "away_from": "2018-03-26",
    "away_until": "2018-04-06",
    "granted": ["indicators", "risks"],
    "revision": 1,
    "updated_at": "2018-02-28T09:30:00Z",
}


class RecipientIn(StrictBody):
    """Who is told, by which way and when."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name = Field(description="Whom messages greet", examples=["Anna Coles"])
    channel: Channel = Field(default=Channel.EMAIL, description=_CHANNEL)
    address: Address | None = Field(default=None, description=_ADDRESS, examples=["anna.coles@council.example"])
    url: Url | None = Field(
        default=None,
        description="The address of a channel's webhook, which is a secret: it is in no answer. Null for e-mail",
        examples=["https://council.webhook.example/workflows/4f1c0d6c"],
    )
    owners: Owners = Field(description=_OWNERS, examples=[["Anna Coles", "Strategic co-operative commissioning"]])
    pace: Pace = Field(default=Pace.DAILY, description=_PACE)
    daily_at: TimeOfDay = Field(default="08:30", description=_DAILY_AT, examples=["08:30"])
    working_days_only: bool = Field(default=True, description=_WORKING)
    remind_after_days: Days = Field(default=7, description=_REMIND)
    escalate_after_days: Days | None = Field(default=None, description=_ESCALATE, examples=[10])
    escalates_to: Code | None = Field(default=None, description=_TO, examples=["craig-mcardle"])
    deputy: Code | None = Field(default=None, description=_DEPUTY, examples=["emma-crowther"])
    away_from: date | None = Field(default=None, description=_FROM, examples=["2018-03-26"])
    away_until: date | None = Field(default=None, description=_UNTIL, examples=["2018-04-06"])

    def to_domain(self, code: str) -> Recipient:
        """The recipient, without the address of their webhook."""
        return Recipient(
            code=code,
            name=self.name,
            channel=self.channel,
            address=self.address,
            url=None,
            owners=tuple(dict.fromkeys(self.owners)),
            pace=self.pace,
            daily_at=time.fromisoformat(self.daily_at),
            working_days_only=self.working_days_only,
            remind_after=self.remind_after_days,
            escalate_after=self.escalate_after_days,
            escalates_to=self.escalates_to,
            deputy=self.deputy,
            away_from=self.away_from,
            away_until=self.away_until,
        )


class RecipientOut(OutBody):
    """Somebody who is told of what waits."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "anna-coles", **_EXAMPLE, **_KEPT}]})

    code: str = Field(description="Their code, best that in `/access/v1/people`", examples=["anna-coles"])
    name: str = Field(description="Whom messages greet")
    channel: Channel = Field(description=_CHANNEL)
    address: str | None = Field(description=_ADDRESS)
    owners: list[str] = Field(description=_OWNERS)
    pace: Pace = Field(description=_PACE)
    daily_at: TimeOfDay = Field(description=_DAILY_AT)
    working_days_only: bool = Field(description=_WORKING)
    remind_after_days: int = Field(description=_REMIND)
    escalate_after_days: int | None = Field(description=_ESCALATE)
    escalates_to: str | None = Field(description=_TO)
    deputy: str | None = Field(description=_DEPUTY)
    away_from: date | None = Field(description=_FROM)
    away_until: date | None = Field(description=_UNTIL)
    granted: list[str] = Field(
        description="The services whose things they are told of: those that whoever put this may read"
    )
    revision: int = Field(description="Counts its changes from 1")
    updated_at: datetime | None = Field(description="When it was put last")

    @classmethod
    def of(cls, found: Recipient) -> Self:
        return cls(
            code=found.code,
            name=found.name,
            channel=found.channel,
            address=found.address,
            owners=list(found.owners),
            pace=found.pace,
            daily_at=found.daily_at.isoformat(timespec="minutes"),
            working_days_only=found.working_days_only,
            remind_after_days=found.remind_after,
            escalate_after_days=found.escalate_after,
            escalates_to=found.escalates_to,
            deputy=found.deputy,
            away_from=found.away_from,
            away_until=found.away_until,
            granted=sorted(found.granted),
            revision=found.revision,
            updated_at=found.updated_at,
        )


class RecipientTestOut(OutBody):
    """A test that is on its way."""

    message: str = Field(description="The id of the message, as in the list of messages", examples=["msg_0d8c2f1d6a10"])

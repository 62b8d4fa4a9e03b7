"""Who is told: the people that things wait for, by which way they are reached, and when."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from chassis.clock import LONDON, london_date
from chassis.errors import FieldError
from contracts.working_days import is_working
from services.subscriptions.domain.addresses import AddressPolicy, url_faults
from services.subscriptions.domain.notices import OWN

MOST_OWNERS: Final = 50
LONGEST_ADDRESS: Final = 254
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


class Channel(StrEnum):
    """The way to a recipient: a mail server of the deployment, GOV.UK Notify, or a channel of Teams by a webhook."""

    EMAIL = "email"
    NOTIFY = "notify"
    TEAMS = "teams"


class Pace(StrEnum):
    """When a recipient is told: of each thing as it comes up, or of all that waits once a day."""

    IMMEDIATE = "immediate"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told of what waits for the owners that ``owners`` names, as they are printed.

    Args:
        code: best that of the person in ``/access/v1/people``; a team may be a recipient, too.
        name: whom messages greet.
        channel: the way.
        address: of e-mail; None for Teams.
        url: of the webhook, sealed as rows have it; None for e-mail.
        owners: names and posts as things have them; no text is of two recipients.
        pace: when.
        daily_at: at what time in England the day's message goes.
        working_days_only: whether nothing is sent on weekends and bank holidays.
        remind_after: days after which what was told of, and waits still, is told of again; with ``daily`` each day.
        escalate_after: days after which ``escalates_to`` is told of what waits still; None never.
        escalates_to: the code of a recipient.
        deputy: the code of the recipient who is told instead from ``away_from`` to ``away_until``.
        away_from: the first day.
        away_until: the last day.
        granted: the services whose things whoever entered this might see.
    """

    code: str
    name: str
    channel: Channel
    address: str | None
    url: str | None
    owners: tuple[str, ...]
    pace: Pace
    daily_at: time
    working_days_only: bool
    remind_after: int
    escalate_after: int | None
    escalates_to: str | None
    deputy: str | None
    away_from: date | None
    away_until: date | None
    granted: frozenset[str] = frozenset()
    revision: int = 1
    updated_at: datetime | None = None
    look_at: datetime | None = None

    @property
    def services(self) -> frozenset[str]:
        """The services whose things they may be told of."""
        return self.granted | {OWN}

    def is_quiet_on(self, day: date) -> bool:
        """Whether nothing is sent on a day."""
        return self.working_days_only and not is_working(day)

    def is_away_on(self, day: date) -> bool:
        return self.away_from is not None and self.away_from <= day <= (self.away_until or day)

    def next_look(self, now: datetime) -> datetime:
        """The next moment of their day's message, after ``now``; of an hour that is there twice, in the first."""
        day = london_date(now)
        moments = (datetime.combine(each, self.daily_at, LONDON) for each in (day, day + timedelta(days=1)))
        return next(each for each in (moment.astimezone(UTC) for moment in moments) if each > now)


def addressee(recipient: Recipient, known: Mapping[str, Recipient], day: date) -> Recipient:
    """Who is told in a recipient's place on a day: their deputy while they are away, unless that one is as well."""
    deputy = known.get(recipient.deputy) if recipient.deputy and recipient.is_away_on(day) else None
    return recipient if deputy is None or deputy.is_away_on(day) else deputy


def recipient_faults(
    recipient: Recipient, url: str | None, policy: AddressPolicy, domains: Sequence[str]
) -> Iterator[FieldError]:
    """What is wrong with a recipient. ``url`` is the plain address of their webhook, ``domains`` those of e-mail."""
    if recipient.channel is Channel.TEAMS:
        yield from _teams_faults(recipient, url, policy)
    else:
        yield from _mail_faults(recipient, url, domains)
    if (recipient.escalate_after is None) != (recipient.escalates_to is None):
        yield FieldError("escalates_to", "says to whom, and escalate_after_days after how long: both or neither")
    if recipient.code in {recipient.escalates_to, recipient.deputy}:
        yield FieldError("deputy" if recipient.deputy == recipient.code else "escalates_to", "is another recipient")
    if recipient.away_from and recipient.away_until and recipient.away_until < recipient.away_from:
        yield FieldError("away_until", "is before away_from")
    if recipient.away_until and not recipient.away_from:
        yield FieldError("away_from", "is needed with away_until")


def _teams_faults(recipient: Recipient, url: str | None, policy: AddressPolicy) -> Iterator[FieldError]:
    if recipient.address is not None:
        yield FieldError("address", "is of e-mail: a channel of Teams has a url")
    if url is None:
        yield FieldError("url", "is needed: the address of the webhook of a channel")
        return
    for fault in url_faults(url, policy):
        yield FieldError("url", fault)


def _mail_faults(recipient: Recipient, url: str | None, domains: Sequence[str]) -> Iterator[FieldError]:
    if url is not None:
        yield FieldError("url", "is of a channel of Teams: e-mail has an address")
    if recipient.address is None or not _ADDRESS.fullmatch(recipient.address):
        yield FieldError("address", "is needed: one e-mail address, without a name")
    elif domains and recipient.address.rsplit("@", 1)[1].lower() not in {each.lower() for each in domains}:
        yield FieldError("address", f"is of another domain than {', '.join(sorted(domains))}")


def definition_to_json(recipient: Recipient) -> dict[str, Any]:
    """What a row keeps beside its columns, and what the audit has; of a webhook's address there is nothing in it."""
    return {
        "name": recipient.name,
        "channel": recipient.channel.value,
        "address": recipient.address,
        "owners": list(recipient.owners),
        "pace": recipient.pace.value,
        "daily_at": recipient.daily_at.isoformat(timespec="minutes"),
        "working_days_only": recipient.working_days_only,
        "remind_after": recipient.remind_after,
        "escalate_after": recipient.escalate_after,
        "escalates_to": recipient.escalates_to,
        "deputy": recipient.deputy,
        "away_from": recipient.away_from.isoformat() if recipient.away_from else None,
        "away_until": recipient.away_until.isoformat() if recipient.away_until else None,
        "granted": sorted(recipient.granted),
    }


def recipient_of_json(code: str, said: Mapping[str, Any], url: str | None, **more: Any) -> Recipient:
    """The recipient that :func:`definition_to_json` wrote; ``url`` sealed; ``more``: other fields."""
    return Recipient(
        code=code,
        name=said["name"],
        channel=Channel(said["channel"]),
        address=said["address"],
        url=url,
        owners=tuple(said["owners"]),
        pace=Pace(said["pace"]),
        daily_at=time.fromisoformat(said["daily_at"]),
        working_days_only=said["working_days_only"],
        remind_after=said["remind_after"],
        escalate_after=said["escalate_after"],
        escalates_to=said["escalates_to"],
        deputy=said["deputy"],
        away_from=date.fromisoformat(said["away_from"]) if said["away_from"] else None,
        away_until=date.fromisoformat(said["away_until"]) if said["away_until"] else None,
        granted=frozenset(said["granted"]),
        **more,
    )

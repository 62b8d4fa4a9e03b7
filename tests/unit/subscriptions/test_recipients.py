"""Who is told: on which days, in whose place, at which moment, and what is wrong with what was entered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.subscriptions.domain.addresses import AddressPolicy
from services.subscriptions.domain.recipients import (
    Channel,
    Pace,
    Recipient,
    addressee,
    definition_to_json,
    recipient_faults,
    recipient_of_json,
)
from tests.unit.subscriptions.people import ANNE, TODAY

PUBLIC = AddressPolicy()
HOOK = "https://example.webhook.office.com/a"
TEAM = replace(ANNE, channel=Channel.TEAMS, address=None, url="sealed")
GOOD_FRIDAY, SATURDAY = date(2018, 3, 30), date(2018, 3, 3)


def test_weekends_and_bank_holidays_are_quiet_for_whoever_works_on_working_days() -> None:
    assert [ANNE.is_quiet_on(day) for day in (TODAY, SATURDAY, GOOD_FRIDAY)] == [False, True, True]
    assert not replace(ANNE, working_days_only=False).is_quiet_on(SATURDAY)


@pytest.mark.parametrize(
    ("begins", "ends", "away"),
    [
        (None, None, [False, False, False]),
        (TODAY, TODAY, [False, True, False]),
        (TODAY, None, [False, True, True]),
        (TODAY - timedelta(days=1), TODAY, [True, True, False]),
    ],
)
def test_a_deputy_is_told_from_the_first_day_away_to_the_last(begins: Any, ends: Any, away: list[bool]) -> None:
    anne, ben = replace(ANNE, deputy="ben", away_from=begins, away_until=ends), replace(ANNE, code="ben")
    days = [TODAY + timedelta(days=number) for number in (-1, 0, 1)]
    assert [anne.is_away_on(day) for day in days] == away
    assert [addressee(anne, {"ben": ben}, day) is ben for day in days] == away


def test_without_a_deputy_who_is_there_the_recipient_is_told() -> None:
    anne = replace(ANNE, deputy="ben", away_from=TODAY)
    assert addressee(anne, {}, TODAY) is anne
    assert addressee(anne, {"ben": replace(ANNE, code="ben", away_from=TODAY)}, TODAY) is anne
    assert addressee(replace(anne, deputy=None), {"ben": ANNE}, TODAY).code == "anne"


@pytest.mark.parametrize(
    ("now", "look"),
    [
        (datetime(2018, 2, 28, 8, 29, tzinfo=UTC), datetime(2018, 2, 28, 8, 30, tzinfo=UTC)),
        (datetime(2018, 2, 28, 8, 30, tzinfo=UTC), datetime(2018, 3, 1, 8, 30, tzinfo=UTC)),
        (datetime(2018, 7, 2, 7, 0, tzinfo=UTC), datetime(2018, 7, 2, 7, 30, tzinfo=UTC)),
        (datetime(2018, 3, 24, 9, 0, tzinfo=UTC), datetime(2018, 3, 25, 7, 30, tzinfo=UTC)),
    ],
)
def test_the_days_message_goes_at_the_same_hour_in_england(now: datetime, look: datetime) -> None:
    assert ANNE.next_look(now) == look


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        ({}, []),
        ({"address": "ANNE@Example.ORG"}, []),
        ({"address": None}, [("address", "is needed: one e-mail address, without a name")]),
        ({"address": "Anne <a@example.org>"}, [("address", "is needed: one e-mail address, without a name")]),
        ({"address": "a@b@nhs.uk"}, [("address", "is needed: one e-mail address, without a name")]),
        ({"address": "a@example.com"}, [("address", "is of another domain than Example.org, nhs.uk")]),
        (
            {"escalates_to": None},
            [("escalates_to", "says to whom, and escalate_after_days after how long: both or neither")],
        ),
        (
            {"escalate_after": None},
            [("escalates_to", "says to whom, and escalate_after_days after how long: both or neither")],
        ),
        ({"escalate_after": None, "escalates_to": None}, []),
        ({"escalates_to": "anne"}, [("escalates_to", "is another recipient")]),
        ({"deputy": "anne"}, [("deputy", "is another recipient")]),
        ({"away_from": TODAY, "away_until": TODAY}, []),
        ({"away_from": TODAY, "away_until": TODAY - timedelta(days=1)}, [("away_until", "is before away_from")]),
        ({"away_until": TODAY}, [("away_from", "is needed with away_until")]),
    ],
)
def test_faults_of_a_recipient_of_mail(more: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    found = recipient_faults(replace(ANNE, **more), None, PUBLIC, ["nhs.uk", "Example.org"])
    assert [(each.field, each.message) for each in found] == faults


def test_mail_goes_to_any_domain_where_none_is_named_and_has_no_webhook() -> None:
    elsewhere = replace(ANNE, address="a@example.com")
    assert list(recipient_faults(elsewhere, None, PUBLIC, [])) == []
    found = recipient_faults(elsewhere, HOOK, PUBLIC, [])
    assert [(each.field, each.message) for each in found] == [
        ("url", "is of a channel of Teams: e-mail has an address")
    ]


@pytest.mark.parametrize(
    ("address", "url", "faults"),
    [
        (None, HOOK, []),
        ("a@example.org", HOOK, [("address", "is of e-mail: a channel of Teams has a url")]),
        (None, None, [("url", "is needed: the address of the webhook of a channel")]),
        (None, "http://example.org/a", [("url", "begins with https://")]),
    ],
)
def test_faults_of_a_channel_of_teams(address: str | None, url: str | None, faults: list[tuple[str, str]]) -> None:
    found = recipient_faults(replace(TEAM, address=address), url, PUBLIC, ["nhs.uk"])
    assert [(each.field, each.message) for each in found] == faults


@pytest.mark.parametrize(
    "recipient",
    [ANNE, replace(TEAM, pace=Pace.DAILY, deputy="ben", away_from=TODAY, away_until=GOOD_FRIDAY, revision=4)],
)
def test_a_recipient_is_kept_whole_and_its_webhook_apart(recipient: Recipient) -> None:
    kept = definition_to_json(recipient)
    assert "url" not in kept
    assert recipient_of_json("anne", kept, recipient.url, revision=recipient.revision) == recipient


def test_what_is_kept_of_a_recipient_is_named_as_it_is_entered() -> None:
    away = replace(ANNE, away_from=TODAY, away_until=GOOD_FRIDAY)
    assert definition_to_json(away) == {
        "name": "Anne Hill",
        "channel": "email",
        "address": "anne.hill@example.org",
        "pace": "immediate",
        "owners": ["A. Hill", "Head of Finance"],
        "daily_at": "08:30",
        "working_days_only": True,
        "remind_after": 7,
        "escalate_after": 14,
        "escalates_to": "ben",
        "deputy": None,
        "away_from": "2018-02-28",
        "away_until": "2018-03-30",
        "granted": ["pledges", "risks"],
    }

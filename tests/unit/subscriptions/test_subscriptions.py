"""Subscriptions: who owns one, what of the feed it is given, what signs, and how it is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from chassis.identity import Caller
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.domain.mns import Profile
from services.subscriptions.domain.subscriptions import (
    PROFILE_NOT_OFFERED,
    Definition,
    Kind,
    Reason,
    Secrets,
    Status,
    Subscription,
    Wanted,
    definition_faults,
    definition_of_json,
    definition_to_json,
    state_to_json,
)
from services.subscriptions.domain.webhooks import Mode

NOW: Final = datetime(2018, 2, 28, 9, tzinfo=UTC)
WANTED: Final = Wanted(("risk.*",), ("OCC4",), "E06000026", frozenset({"risks", "finance"}))
DEFINITION: Final = Definition("Board", "https://example.org/hook", WANTED, Mode.THIN, heartbeat=True)
SUBSCRIPTION: Final = Subscription(
    id="s1",
    owner="dashboard",
    person="anne",
    definition=DEFINITION,
    granted=frozenset({"risks", "pledges"}),
    secrets=Secrets("sealed"),
    status=Status.DISABLED,
    reason=Reason.GONE,
    revision=1,
    created_at=NOW,
    updated_at=NOW,
)


def test_the_address_says_how_a_subscription_is_served() -> None:
    assert DEFINITION.kind is Kind.WEBHOOK
    assert replace(DEFINITION, url="mesh://X26?workflow_id=A").kind is Kind.MESH


def test_a_filter_is_of_what_is_wanted_and_granted() -> None:
    assert SUBSCRIPTION.filter == EventFilter(frozenset({"risks"}), ("risk.*",), ("OCC4",), "E06000026")
    everything = replace(SUBSCRIPTION, definition=replace(DEFINITION, wanted=Wanted()))
    assert everything.filter == EventFilter(frozenset({"risks", "pledges"}))


@pytest.mark.parametrize(
    ("secrets", "sealed"),
    [
        (Secrets("new"), ["new"]),
        (Secrets("new", "old", NOW + timedelta(seconds=1)), ["new", "old"]),
        (Secrets("new", "old", NOW), ["new"]),
        (Secrets("new", "old"), ["new"]),
        (Secrets("new", None, NOW + timedelta(hours=1)), ["new"]),
    ],
)
def test_the_secret_before_signs_beside_the_new_one_until_a_moment(secrets: Secrets, sealed: list[str]) -> None:
    assert secrets.sealed(NOW) == sealed
    assert repr(secrets) == f"Secrets(previous_until={secrets.previous_until!r})"


@pytest.mark.parametrize(
    ("caller", "is_owner"),
    [
        (Caller("dashboard"), True),
        (Caller("another", person="anne"), True),
        (Caller("another", names=frozenset({"dashboard"})), True),
        (Caller("another", person="ben"), False),
        (Caller("another"), False),
    ],
)
def test_an_owner_is_known_by_name_and_by_person(caller: Caller, is_owner: bool) -> None:
    assert SUBSCRIPTION.is_of(caller) is is_owner
    assert SUBSCRIPTION.is_open_to(caller, "operate") is is_owner
    assert SUBSCRIPTION.is_open_to(replace(caller, scopes={"operate"}), "other", "operate")


def test_a_subscription_of_no_person_is_of_no_caller_without_one() -> None:
    assert not replace(SUBSCRIPTION, person=None).is_of(Caller("another"))


def test_whoever_takes_over_gets_what_both_may_see() -> None:
    taken = SUBSCRIPTION.taken_over_by(Caller("ben-key", person="ben"), frozenset({"pledges", "finance"}))
    assert taken == replace(SUBSCRIPTION, owner="ben-key", person="ben", granted=frozenset({"pledges"}))


def test_faults_of_what_is_asked_for() -> None:
    mns = replace(DEFINITION, profile=Profile.MNS)
    assert list(definition_faults(DEFINITION, frozenset({"risks", "finance"}), has_mns=False)) == []
    assert list(definition_faults(mns, frozenset({"risks", "finance"}), has_mns=True)) == []
    assert list(definition_faults(replace(DEFINITION, wanted=Wanted()), frozenset(), has_mns=False)) == []
    found = [(each.field, each.message) for each in definition_faults(mns, frozenset(), has_mns=False)]
    assert found == [
        ("profile", PROFILE_NOT_OFFERED),
        ("services", "events of 'finance' are not yours to read: that needs the scope finance:read"),
        ("services", "events of 'risks' are not yours to read: that needs the scope risks:read"),
    ]


def test_a_definition_is_kept_whole_and_in_the_oldest_format_that_tells_it() -> None:
    kept = definition_to_json(DEFINITION)
    assert kept == {
        "format": 1,
        "name": "Board",
        "url": "https://example.org/hook",
        "types": ["risk.*"],
        "subjects": ["OCC4"],
        "area": "E06000026",
        "services": ["finance", "risks"],
        "mode": "thin",
        "heartbeat": True,
    }
    assert definition_of_json(kept) == DEFINITION
    mns = replace(DEFINITION, wanted=Wanted(), profile=Profile.MNS)
    assert definition_to_json(mns) | {"profile": "mns", "format": 2, "services": None} == definition_to_json(mns)
    assert definition_of_json(definition_to_json(mns)) == mns


def test_a_later_format_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^this version reads format 2 of subscriptions, not 3$"):
        definition_of_json(definition_to_json(DEFINITION) | {"format": 3})


@pytest.mark.parametrize(("reason", "said"), [(Reason.GONE, "gone"), (None, None)])
def test_audit_entries_say_everything_but_the_secrets(reason: Any, said: str | None) -> None:
    state = {"owner": "dashboard", "granted": ["pledges", "risks"], "status": "disabled", "reason": said}
    assert state_to_json(replace(SUBSCRIPTION, reason=reason)) == {**definition_to_json(DEFINITION), **state}

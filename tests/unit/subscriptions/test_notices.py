"""What each event of the feed says of things that wait: of what, for whom, by when, and that they do no more."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.event_types import EVENTS
from contracts.indicators import OBSERVATION_LATE
from contracts.pledges import RETURN_APPROVED, RETURN_MISSING, RETURN_SUBMITTED
from contracts.risks import PROPOSAL_UPDATED, REVIEW_OVERDUE, RISK_REVIEWED, TREATMENT_UPDATED
from services.subscriptions.domain.deletions import deletion_of
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.domain.notices import HEADINGS, KINDS_OF_SERVICE, TYPES, NoticeKind, Told, told_by
from tests.unit.subscriptions.people import NOW

SOON = timedelta(days=14)
DUE = date(2018, 3, 31)
LATE = {
    "area": "E06000026",
    "awaited": "2017-Q4",
    "name": "Waits",
    "late": True,
    "owner": "A. Hill",
    "due": "2018-03-31",
}
RETURN = {
    "pledge": "P7",
    "quarter": "2017-Q4",
    "department": "Housing",
    "portfolio_holder": "Cllr May",
    "missing": True,
    "due": "2018-03-31",
}
RISK = {"ref": "OCC4", "title": "Beds", "owner": "A. Hill", "status": "open", "review_due": "2018-05-01"}
ACTION = {"ref": "OCC4-2", "title": "Hire", "owner": "A. Hill", "state": "open", "due": "2018-03-31"}


def event(type_: str, service: str, data: dict[str, Any]) -> FeedEvent:
    body = json.dumps({"data": data}).encode()
    return FeedEvent(3, "e1", type_, "thing/1", service, 7, 2, None, NOW, body)


def told(type_: str, data: dict[str, Any]) -> list[Told]:
    service = next(name for name, types in EVENTS.items() if type_ in types)
    return list(told_by(event(type_, service, data), SOON))


def thing(kind: NoticeKind, title: str = "", due: date | None = None, **more: Any) -> Told:
    service = next(name for name, kinds in KINDS_OF_SERVICE.items() if kind in kinds)
    said = {"is_open": True, "owner": "A. Hill", **more}
    return Told(kind, service, "thing/1", title=title, due=due, **said)


@pytest.mark.parametrize(
    ("more", "title"),
    [
        ({}, "Waits (E06000026): no value for 2017-Q4"),
        ({"breakdown": "sex=female"}, "Waits (E06000026 sex=female): no value for 2017-Q4"),
        ({"awaited": None}, "Waits (E06000026): no value"),
    ],
)
def test_a_late_value_waits_for_its_owner(more: dict[str, Any], title: str) -> None:
    assert told(OBSERVATION_LATE, LATE | more) == [thing(NoticeKind.LATE_VALUE, title, DUE)]


def test_a_value_that_came_waits_no_more() -> None:
    [found] = told(OBSERVATION_LATE, LATE | {"late": False, "owner": None, "due": None})
    assert found == thing(NoticeKind.LATE_VALUE, found.title, is_open=False, owner=None)
    assert found.thing == (NoticeKind.LATE_VALUE, "indicators", "thing/1")


@pytest.mark.parametrize(
    ("type_", "missing", "is_open"),
    [
        (RETURN_MISSING, True, True),
        (RETURN_MISSING, False, False),
        (RETURN_SUBMITTED, True, False),
        (RETURN_APPROVED, True, False),
    ],
)
def test_a_return_is_due_until_it_is_there(type_: str, missing: bool, is_open: bool) -> None:
    title = "Pledge P7: return for 2017-Q4 by Housing"
    expected = thing(NoticeKind.RETURN_DUE, title, DUE, owner="Cllr May", is_open=is_open)
    assert told(type_, RETURN | {"missing": missing}) == [expected]


def test_a_return_that_was_submitted_need_not_say_whether_one_is_missing() -> None:
    said = {name: value for name, value in RETURN.items() if name != "missing"}
    assert [each.is_open for each in told(RETURN_SUBMITTED, said)] == [False]


def test_a_review_is_overdue() -> None:
    assert told(REVIEW_OVERDUE, RISK | {"due": "2018-03-31"}) == [thing(NoticeKind.REVIEW_OVERDUE, "OCC4 Beds", DUE)]


REVIEWED = thing(NoticeKind.REVIEW_OVERDUE, is_open=False, owner=None)
DECIDED = thing(NoticeKind.PROPOSAL_WAITS, is_open=False, owner=None)


@pytest.mark.parametrize(
    ("more", "closed"),
    [
        ({"proposed": 9}, []),
        ({}, [DECIDED]),
        ({"proposed": 9, "review_due": None}, [REVIEWED]),
        ({"proposed": 9, "status": "closed"}, [REVIEWED, DECIDED]),
    ],
)
def test_a_review_closes_what_it_answers(more: dict[str, Any], closed: list[Told]) -> None:
    found = told(RISK_REVIEWED, RISK | more)
    assert found == [*closed, thing(NoticeKind.OVERRIDE_LAPSES, "OCC4 Beds", is_open=False)]


def test_an_override_is_told_of_shortly_before_it_lapses() -> None:
    lapses = thing(NoticeKind.OVERRIDE_LAPSES, "OCC4 Beds", DUE, from_day=date(2018, 3, 17))
    assert told(RISK_REVIEWED, RISK | {"proposed": 9, "override_until": "2018-03-31"}) == [lapses]


def test_an_event_of_before_there_were_overrides_names_no_owner() -> None:
    said = {"ref": "OCC4", "title": "Beds", "status": "open"}
    lapses = thing(NoticeKind.OVERRIDE_LAPSES, "OCC4 Beds", is_open=False, owner=None)
    assert told(RISK_REVIEWED, said) == [REVIEWED, DECIDED, lapses]


def test_a_proposal_waits_until_it_is_decided() -> None:
    said = RISK | {"proposed": {"score": 12}, "effective": {"score": 9}}
    assert told(PROPOSAL_UPDATED, said) == [thing(NoticeKind.PROPOSAL_WAITS, "OCC4 Beds: 12 instead of 9")]
    decided = thing(NoticeKind.PROPOSAL_WAITS, "OCC4 Beds", is_open=False)
    assert told(PROPOSAL_UPDATED, said | {"proposed": None}) == [decided]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"due": DUE, "from_day": date(2018, 3, 17)}),
        ({"state": "done"}, {"due": DUE, "from_day": date(2018, 3, 17), "is_open": False}),
        ({"due": None}, {"is_open": False}),
    ],
)
def test_an_open_action_with_a_day_is_told_of_shortly_before(more: dict[str, Any], expected: dict[str, Any]) -> None:
    assert told(TREATMENT_UPDATED, ACTION | more) == [thing(NoticeKind.ACTION_DUE, "OCC4-2 Hire", **expected)]


def test_long_names_are_cut() -> None:
    [found] = told(TREATMENT_UPDATED, ACTION | {"owner": "o" * 201, "title": "t" * 300})
    assert (found.owner, found.title) == ("o" * 200, f"OCC4-2 {'t' * 293}")


@pytest.mark.parametrize("service", ["indicators", "pledges", "risks", "finance"])
def test_what_is_gone_waits_no_more_for_anything(service: str) -> None:
    gone = deletion_of(event("any", service, {}), "e2", NOW)
    kinds = KINDS_OF_SERVICE.get(service, ())
    expected = [Told(kind, service, "thing/1", is_open=False) for kind in kinds]
    assert list(told_by(gone, SOON)) == expected
    assert (gone.position, gone.event_id, gone.version, gone.time) == (0, "e2", 8, NOW)
    assert json.loads(gone.body) == {
        "generation": 2,
        "specversion": "1.0",
        "id": "e2",
        "source": f"/{service}",
        "type": "any",
        "subject": "thing/1",
        "time": "2018-02-28T09:00:00.000000Z",
        "partitionkey": "thing/1",
        "aggregateversion": 8,
        "method": "DELETE",
    }
    assert b" " not in gone.body


def test_events_that_nothing_waits_by_say_nothing() -> None:
    others = [each for types in EVENTS.values() for each in types if each not in TYPES]
    assert len(others) > len(TYPES)
    assert not any(list(told_by(event(each, "any", {}), SOON)) for each in others)


def test_every_kind_has_a_heading_and_is_of_one_service() -> None:
    assert list(HEADINGS) == list(NoticeKind)
    assert sorted(kind for kinds in KINDS_OF_SERVICE.values() for kind in kinds) == sorted(NoticeKind)

"""Pledges: how they are made, changed and shown, and the states that are recorded of them and of what is theirs."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.colours import Colour
from contracts.money import pounds
from services.pledges.domain.action_views import ActionView, is_newly_overdue, publishable
from services.pledges.domain.actions import ActionFilter
from services.pledges.domain.delegations import Delegation
from services.pledges.domain.dependencies import Dependency, DependencyDefinition, DependencyKind, DependencyView
from services.pledges.domain.formats import (
    read_decided_state,
    read_evidence,
    read_notes,
    read_published_action,
    write_action_state,
    write_decided_state,
    write_delegation_state,
    write_dependency_state,
    write_evidence,
    write_notes,
    write_pledge_state,
    write_priority_state,
    write_published_action,
    write_return_state,
)
from services.pledges.domain.indicators import Colours, LinkedIndicator, SeriesKey
from services.pledges.domain.linked import LinkedElsewhere, LinkedKind, LinkedRisk, WantedLinks
from services.pledges.domain.linked_formats import read_linked_state, write_linked_state
from services.pledges.domain.pledges import NO_MEASURE, Assignment, Measure, Pledge, PledgeDefinition, Published
from services.pledges.domain.priorities import Priority
from services.pledges.domain.readiness import Blocker, BlockerKind, Readiness
from services.pledges.domain.returns import EvidenceLink, QuarterlyReturn, ReturnState
from services.pledges.domain.sets import PledgeRef, plain_number, pledge_id
from services.pledges.domain.sign_offs import DecidedState
from services.pledges.domain.status import Delivery, Evidence, Progress, Schedule
from tests.unit.pledges.stating import (
    ASSIGNED,
    COLOURS,
    DUE,
    ELSEWHERE,
    NOTE,
    PLEDGE,
    POSITION,
    Q3,
    RATING,
    SERIES,
    TODAY,
    VIEW,
    action,
)


def test_a_pledge_is_made_as_it_is_defined() -> None:
    said = {"top": True, "due": DUE, "delivery": Delivery.DELIVERED, "evidence": Evidence.PARTIAL, "notes": (NOTE,)}
    definition = PledgeDefinition(None, "46", "Homes", "Build homes", (ASSIGNED,), measure=PLEDGE.measure, **said)
    made = Pledge.made(definition, "2018", TODAY)
    assert made == replace(PLEDGE, version=0, progress=Progress(Delivery.DELIVERED, TODAY))
    assert made.id == "2018-46"
    reason = replace(definition, measure=None, cannot_be_rated="a matter of opinion")
    assert Pledge.made(reason, "2018", TODAY).cannot_be_rated == "a matter of opinion"


def test_a_measure_takes_the_place_of_the_reason_why_there_was_none() -> None:
    assert PLEDGE.cannot_be_rated is None
    assert replace(PLEDGE, measure=None).cannot_be_rated == NO_MEASURE
    unrated = PLEDGE.changed({"cannot_be_rated": "opinion"}, PLEDGE.progress)
    assert (unrated.measure, unrated.cannot_be_rated) == (None, "opinion")
    measure = Measure("flats", "3", TODAY)
    measured = unrated.changed({"measure": measure}, PLEDGE.progress)
    assert (measured.measure, measured.unrated_because, measured.cannot_be_rated) == (measure, None, None)


def test_a_change_leaves_what_it_does_not_name() -> None:
    moved = Progress(Delivery.IN_PROGRESS)
    assert PLEDGE.changed({}, moved) == replace(PLEDGE, progress=moved)
    unrated = replace(PLEDGE, measure=None, unrated_because="opinion")
    assert unrated.changed({}, PLEDGE.progress) == unrated
    named = {"evidence": Evidence.COMPLETE, "due": None, "top": None, "notes": ()}
    assert PLEDGE.changed(named, moved) == replace(PLEDGE, progress=moved, **named)


def test_the_next_event_carries_what_is_shown() -> None:
    shown = Published(None, VIEW.indicators, ELSEWHERE)
    assert PLEDGE.next_version(shown, TODAY) == replace(
        PLEDGE, version=5, published=replace(shown, schedule=Schedule.ON_TIME)
    )


def test_an_assignment_holds_from_day_to_day() -> None:
    days = [date(2016, 12, 31), date(2017, 1, 1), date(2018, 2, 1), date(2018, 2, 2)]
    assert [ASSIGNED.holds(day) for day in days] == [False, True, True, False]
    always = Assignment("a", "b", "c", ())
    assert [always.holds(day) for day in days] == [True] * 4
    same_day = replace(ASSIGNED, valid_to=ASSIGNED.valid_from)
    wrong = replace(ASSIGNED, valid_to=date(2016, 12, 31))
    ends = [one.ends_before_it_begins for one in (ASSIGNED, always, same_day, wrong, replace(wrong, valid_from=None))]
    assert ends == [False, False, False, True, False]
    assert not replace(ASSIGNED, valid_to=None).ends_before_it_begins


def test_a_pledge_is_shown_by_its_newest_wording() -> None:
    assert (VIEW.wording, replace(VIEW, amendments=()).wording) == ("Build 350 homes", "Build homes")
    assert VIEW.schedule is Schedule.ON_TIME


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("2018-46", PledgeRef("46", "2018")),
        ("46", PledgeRef("46")),
        ("2018-046", PledgeRef("46", "2018")),
        ("00", PledgeRef("0")),
        ("218-46", PledgeRef("218-46")),
        ("0a", PledgeRef("0a")),
        ("1001", PledgeRef("1001")),
    ],
)
def test_a_pledge_is_named_within_a_set_or_by_number(text: str, ref: PledgeRef) -> None:
    assert PledgeRef.parse(text) == ref
    assert pledge_id("2018", plain_number("046")) == "2018-46"


STATE: dict[str, Any] = {
    "format": 1,
    "set": "2018",
    "number": "46",
    "theme": "Homes",
    "title": "Build homes",
    "top": True,
    "wording": "Build 350 homes",
    "due": "2018-01-31",
    "delivery": "delivered",
    "closed_on": "2018-01-31",
    "evidence": "partial",
    "cannot_be_rated": None,
    "risks": ["OCC4"],
    "schemes": ["s1", "s2"],
    "measure": {"measure": "homes", "baseline": "none", "date": "2018-01-31"},
    "assignments": [
        {
            "portfolio_holder": "Cllr May",
            "department": "Housing",
            "director": "D. Ray",
            "lead_officers": ["Lee", "Kim"],
            "valid_from": "2017-01-01",
            "valid_to": "2018-02-01",
        }
    ],
    "links": [{"indicator": "waits", "area": "E06000026", "breakdown": "sex=male"}],
    "notes": [
        {
            "topic": NOTE.topic,
            "used": NOTE.used,
            "why": NOTE.why,
            "figures": [{"figure": one.figure, "source": one.source} for one in NOTE.figures],
        }
    ],
}


def test_the_state_of_a_pledge_is_all_that_people_have_set() -> None:
    assert json.loads(json.dumps(write_pledge_state(VIEW))) == STATE
    alone = write_pledge_state(replace(VIEW, elsewhere=LinkedElsewhere(risks=ELSEWHERE.risks)))
    assert (alone["risks"], "schemes" in alone) == (["OCC4"], False)


def test_notes_and_evidence_are_kept_where_there_are_any() -> None:
    assert write_notes([]) is None
    assert read_notes(None) == ()
    stored = json.loads(json.dumps(write_notes([NOTE])))
    assert stored == {"format": 1, "notes": STATE["notes"]}
    assert read_notes(stored) == (NOTE,)
    link = EvidenceLink("Minutes", "https://example.org")
    assert write_evidence([link]) == {"format": 1, "links": [{"title": "Minutes", "url": "https://example.org"}]}
    assert read_evidence(write_evidence([link])) == (link,)


def test_the_state_of_an_action_is_its_definition_progress_and_links() -> None:
    one = action("a1", Delivery.DELIVERED, priority="p1", due=DUE, weight=Decimal("1.50"))
    linked = (LinkedIndicator(SERIES, COLOURS),)
    stored = write_action_state(ActionView(one, linked, TODAY))
    said = {
        "format": 1,
        "title": "Action a1",
        "priority": "p1",
        "kind": "must_do",
        "due": "2018-01-31",
        "weight": "1.50",
    }
    assert stored == stored | said | {"delivery": "delivered", "closed_on": "2018-01-31", "links": STATE["links"]}
    assert write_action_state(ActionView(action("a1"), (), TODAY))["weight"] is None


def test_what_an_event_of_an_action_carried_comes_back() -> None:
    blockers = (Blocker(BlockerKind.ACTION, "a2"), Blocker(BlockerKind.DEPENDENCY, "x"))
    one = action("a1", Delivery.DELIVERED, priority="p1", due=DUE, depends_on=("a2",), part_of="w")
    carried = publishable(one, Readiness(blockers, blockers[1:], TODAY), TODAY)
    assert (carried.blocked_by, carried.blocked_at) == (("action/a2", "dependency/x"), ("dependency/x",))
    assert (carried.closed_on, carried.schedule, carried.needed_by) == (DUE, Schedule.ON_TIME, TODAY)
    stored = json.loads(json.dumps(write_published_action(carried)))
    assert read_published_action(stored) == carried
    assert stored == stored | {"format": 1, "due": "2018-01-31", "needed_by": "2018-02-28", "depends_on": ["a2"]}
    assert write_published_action(None) is read_published_action(None) is None


def test_an_open_action_becomes_overdue_once() -> None:
    one = action("a1", due=DUE)
    now = publishable(one, Readiness(), TODAY)
    assert is_newly_overdue(one, now)
    assert not is_newly_overdue(replace(one, published=now), now)
    assert not is_newly_overdue(one, replace(now, schedule=Schedule.DUE))
    assert not is_newly_overdue(one, replace(now, delivery=Delivery.DELIVERED))
    assert is_newly_overdue(replace(one, published=replace(now, schedule=Schedule.DUE)), now)


def test_an_action_is_filtered_by_what_is_shown_of_it() -> None:
    one = ActionView(action("a1", priority="p1", phase=2, due=DUE), (), TODAY)
    fits = {
        "priority": "p1",
        "phase": 2,
        "schedule": Schedule.OVERDUE,
        "blocked": False,
        "delivery": Delivery.NOT_STARTED,
    }
    assert one.fits(ActionFilter())
    assert one.fits(ActionFilter(**fits))
    other = {"priority": "p2", "phase": 3, "schedule": Schedule.DUE, "blocked": True, "delivery": Delivery.DELIVERED}
    assert not any(one.fits(ActionFilter(**{name: value})) for name, value in {**other, "part_of": "w"}.items())
    assert (one.version, replace(one, state_on=TODAY).version) == (0, None)


def test_states_of_dependencies_delegations_priorities_and_returns() -> None:
    dependency = Dependency("x", DependencyDefinition("Grant", DependencyKind.RESOURCE, needed_by=DUE))
    state = write_dependency_state(dependency)
    assert state == state | {
        "format": 1,
        "title": "Grant",
        "kind": "resource",
        "needed_by": "2018-01-31",
        "state": "awaited",
    }
    assert DependencyView(dependency, TODAY).is_blocking
    assert write_delegation_state(Delegation("d", "Cllr May", "lee", TODAY, reason="leave")) == {
        "format": 1,
        "code": "d",
        "person": "Cllr May",
        "delegate": "lee",
        "valid_from": "2018-02-28",
        "valid_to": None,
        "reason": "leave",
        "kind": "name",
    }
    assert write_priority_state(Priority("p1", "Homes", leads=("Lee",))) == {
        "format": 1,
        "code": "p1",
        "title": "Homes",
        "gap": None,
        "leads": ("Lee",),
        "notes": (),
    }
    link = EvidenceLink("Minutes", "https://example.org")
    written = {"state": ReturnState.SUBMITTED, "colour": Colour.RED, "narrative": "Slow", "next_steps": "Hire"}
    found = QuarterlyReturn("2018-46", 1, Q3, ASSIGNED, evidence=(link,), submitted_on=DUE, **written)
    assert write_return_state(found) == {
        "format": 1,
        "pledge": "2018-46",
        "quarter": "2017/18 Q3",
        "submitted_on": "2018-01-31",
        **written,
        "evidence": [{"title": "Minutes", "url": "https://example.org"}],
    }


def test_what_a_decision_was_taken_on_comes_back() -> None:
    state = DecidedState.of(VIEW)
    assert read_decided_state(json.loads(json.dumps(write_decided_state(state)))) == state
    assert (state.wording, state.version, state.schedule) == ("Build 350 homes", 4, Schedule.ON_TIME)


@pytest.mark.parametrize(("kind", "state"), [(LinkedKind.RISK, RATING), (LinkedKind.SCHEME, POSITION)])
def test_what_is_known_of_risks_and_schemes_comes_back(kind: LinkedKind, state: Any) -> None:
    stored = json.loads(json.dumps(write_linked_state(state)))
    found = read_linked_state(kind, stored)
    assert (found, found and found.as_of) == (state, state.as_of)
    assert stored["format"] == 1
    assert read_linked_state(kind, None) is None


def test_links_elsewhere_are_by_kind_in_the_order_of_codes() -> None:
    risk, scheme = LinkedKind.RISK, LinkedKind.SCHEME
    found = LinkedElsewhere.of(
        [(scheme, "s2", None), (scheme, "s1", POSITION), (risk, "OCC4", RATING), (risk, "B1", POSITION)]
    )
    assert found == LinkedElsewhere((LinkedRisk("B1"), *ELSEWHERE.risks), ELSEWHERE.schemes)
    assert ELSEWHERE.named == {(risk, "OCC4"), (scheme, "s1"), (scheme, "s2")}
    assert WantedLinks((), ["OCC4"], ["s1", "s2"]).elsewhere == ELSEWHERE.named


def test_what_is_said_of_links_leaves_out_the_moment() -> None:
    assert RATING.said == {
        "title": "Beds",
        "status": "open",
        "impact": 4,
        "likelihood": 5,
        "score": 20,
        "band": RATING.band,
    }
    assert POSITION.said["plan_high"] == pounds(Decimal(1))
    assert (POSITION.said["flags"], "as_of" in POSITION.said) == (("late",), False)
    said = LinkedIndicator(SERIES, COLOURS, pending=True).said
    assert said == said | {"indicator": "waits", "pending": True, "benchmark": Colour.RED, "unit": "%"}
    assert len(said) == 13


def test_a_series_is_named_by_the_subject_of_its_events() -> None:
    assert SeriesKey.parse("waits/E06000026/sex=male") == SERIES
    assert SeriesKey.parse("waits/E06000026") == SeriesKey("waits", "E06000026")
    assert Colours().period is None

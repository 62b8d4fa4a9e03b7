"""Which events have a place in the feed, and who sees which."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InsufficientScope
from chassis.identity import Caller
from chassis.web.server_events import heartbeat, server_event
from contracts.indicators import INDICATOR_UPDATED
from contracts.risks import RISK_RESCORED
from contracts.topics import SERVICES
from services.subscriptions.domain.checkpoints import Checkpoint, CheckpointState
from services.subscriptions.domain.feed import FeedEvent, FeedHead, list_newest, list_rising, place_after
from services.subscriptions.domain.filters import EventFilter, readable, services_of
from services.subscriptions.schemas.state import json_lines

NOW = datetime(2018, 2, 1, tzinfo=UTC)
ONE = FeedEvent(0, "e1", RISK_RESCORED, "OCC4", "risks", 1, 1, None, NOW, b"{}")


def at(subject: str, order: tuple[int, int]) -> FeedEvent:
    return replace(ONE, subject=subject, generation=order[0], version=order[1], event_id=f"{subject}{order}")


ranks = st.tuples(st.integers(1, 3), st.integers(1, 5))
many = st.lists(st.builds(at, st.sampled_from("AB"), ranks), max_size=30)


@given(many, many)
def test_of_each_aggregate_the_order_rises_to_the_newest(known: list[FeedEvent], told: list[FeedEvent]) -> None:
    before = list_rising(known, {})
    stored = {event.aggregate: (event.order, event.event_id) for event in list_newest(before)}
    after = list_rising(told, stored)
    for subject in "AB":
        rising = [event.order for event in [*before, *after] if event.subject == subject]
        assert rising == sorted(set(rising))
        orders = [event.order for event in [*known, *told] if event.subject == subject]
        assert max(rising, default=None) == max(orders, default=None)
    assert list_rising(told, stored | {e.aggregate: (e.order, e.event_id) for e in list_newest(after)}) == []
    assert [event.position for event in place_after(7, after)] == list(range(8, 8 + len(after)))


@pytest.mark.parametrize(("position", "whole"), [(3, False), (4, True), (9, True), (10, False)])
def test_a_gap_is_where_events_after_it_are_gone_or_it_is_ahead(position: int, whole: bool) -> None:
    state = CheckpointState(Checkpoint("Ana", "w", position, None, NOW), FeedHead(5, 9, "e"))
    assert (state.gap_detected, state.behind) == (not whole, max(0, 9 - position))


def test_a_reader_sees_the_services_that_they_may_read() -> None:
    caller = Caller("Ana", frozenset({"events:read", "risks:read"}))
    assert services_of(caller) == {"risks"}
    assert services_of(Caller("root", frozenset({"admin"}))) == {"indicators", "risks", "pledges", "finance"}
    assert readable(caller, ["commissioning.risk.*"]).matches(ONE)
    assert not readable(caller).matches(replace(ONE, service="pledges"))
    with pytest.raises(InsufficientScope, match="indicators:read"):
        readable(caller, [RISK_RESCORED, INDICATOR_UPDATED])
    with pytest.raises(InsufficientScope, match=r"finance:read or indicators:read or"):
        readable(Caller("Ben", frozenset({"events:read"})))


def test_limits_to_areas_and_directorates_narrow_no_reading() -> None:
    limits = {"areas": frozenset({"RK9"}), "directorates": frozenset({"people"})}
    limited = Caller("Ana", frozenset({"risks:read"}), **limits)
    assert readable(limited) == EventFilter(frozenset({"risks"}))


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (EventFilter(frozenset({"risks"})), True),
        (EventFilter(frozenset({"risks"}), types=(RISK_RESCORED,)), True),
        (EventFilter(frozenset({"risks"}), types=("commissioning.risk.rescored",)), False),
        (EventFilter(frozenset({"risks"}), types=("other", "commissioning.risk.*")), True),
        (EventFilter(frozenset({"risks"}), subjects=("OCC",)), False),
        (EventFilter(frozenset({"risks"}), subjects=("OCC*",)), True),
        (EventFilter(frozenset({"risks"}), subjects=("occ*",)), False),
        (EventFilter(frozenset({"risks"}), area="RK9"), False),
    ],
)
def test_filters(wanted: EventFilter, *, matches: bool) -> None:
    assert wanted.matches(ONE) is matches


def test_a_filter_that_keeps_nothing_out_takes_all() -> None:
    everything = EventFilter(frozenset(SERVICES))
    assert everything.takes_all
    assert not EventFilter(frozenset(SERVICES) - {"risks"}).takes_all
    assert not any(
        replace(everything, **one).takes_all for one in ({"types": ("a",)}, {"subjects": ("a",)}, {"area": "a"})
    )


def test_lines_of_json_are_lines_of_data_and_blanks_in_a_line() -> None:
    spread = replace(ONE, body=b'{\r\n"a": 1\n}')
    assert server_event(spread.event_id, spread.body) == b'id: e1\ndata: { \ndata: "a": 1\ndata: }\n\n'
    assert json_lines([spread, ONE]) == b'{  "a": 1 }\n{}\n'
    assert heartbeat(None) == b": heartbeat\n\n"
    assert heartbeat("e1") == b": heartbeat\nid: e1\n\n"

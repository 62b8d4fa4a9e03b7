"""What is to be known of a link as it stands, and who made it."""

from datetime import UTC, date, datetime

import pytest

from contracts.period import Period
from services.risks.domain.link_audit import (
    Finding,
    LinkChange,
    LinkedRisk,
    LinkName,
    LinkOrigin,
    name_of,
    names_in,
    origins,
    standing_links,
)
from services.risks.domain.links import IndicatorLink, LinkKey, SeriesKey, fund_series
from services.risks.domain.rating import Kind
from services.risks.domain.severity import Provisional, Signal

RISK = LinkedRisk(1, "OCC4", "A risk", None, Kind.THREAT, is_assessed=True)
TODAY = date(2018, 2, 28)
LATEST = Period.parse("2018-01")


def link(
    indicator: str, at: int | None, now: int | None, signal: Signal = Signal.TARGET, points: str = ""
) -> IndicatorLink:
    key = LinkKey(SeriesKey(indicator, "RK9"), signal)
    return IndicatorLink(key, indicator, at, now, version=1, latest=LATEST, points=points)


@pytest.mark.parametrize(
    ("first", "second", "contradicted"),
    [
        (link("a", 0, 2), link("b", 2, 0), True),
        (link("a", 0, 2), link("b", 0, 1), False),
        (link("a", 0, 2), link("b", 1, 1), False),
        (link("a", 0, 2), link("b", None, 0), False),
        (link("a", 0, 2), link("b", 2, None), False),
    ],
    ids=["other way", "same way", "stays", "unknown then", "unknown now"],
)
def test_links_contradict_where_they_moved_both_ways_since(
    first: IndicatorLink, second: IndicatorLink, contradicted: bool
) -> None:
    for found in standing_links(RISK, [first, second], TODAY):
        assert (Finding.CONTRADICTED in found.findings) is contradicted


@pytest.mark.parametrize(("colour", "carried"), [("none", False), ("white", True), ("red", True)])
def test_process_control_is_carried_where_an_event_says_something_of_it(colour: str, carried: bool) -> None:
    points = f"2\n2018-01|79.29|final|red|white|none||{colour}"
    [found] = standing_links(RISK, [link("a", 0, 0, Signal.PROCESS_CONTROL, points)], TODAY)
    assert (Finding.NOT_CARRIED in found.findings) is not carried


def test_a_fund_is_stale_as_an_indicator_is_and_known_by_its_variance_alone() -> None:
    old = IndicatorLink(
        LinkKey(fund_series("pooled"), Signal.FINANCE), "money", 0, 1, version=1, latest=Period.parse("2014/15")
    )
    [found] = standing_links(RISK, [old], TODAY)
    assert found.findings == (Finding.STALE,)


FIRST, SECOND = (LinkOrigin(datetime(2018, month, 1, tzinfo=UTC), "Ana", f"reason {month}") for month in (1, 2))
A: LinkName = ("a/RK9", "target", "ignore")
B: LinkName = ("b/RK9", "target", "ignore")


def test_a_link_is_made_by_the_change_that_added_it_last() -> None:
    entered = LinkChange(FIRST, frozenset(), frozenset({A, B}))
    without, again = frozenset({B}), frozenset({A, B})
    taken = LinkChange(FIRST, again, without)
    assert origins([entered]) == {A: FIRST, B: FIRST}
    assert origins([entered, taken, LinkChange(SECOND, without, again)]) == {A: SECOND, B: FIRST}
    assert origins([]) == {}


def test_a_link_is_found_in_the_record_by_its_series_and_how_it_is_read() -> None:
    read = LinkKey(SeriesKey("a", "RK9"), Signal.TARGET, Provisional.COUNT)
    assert name_of(IndicatorLink(read, "any group", None, None)) == ("a/RK9", "target", "count")
    assert name_of(link("b", 0, 0)) == B


def test_an_entry_without_links_names_none() -> None:
    assert (names_in(None), names_in({}), names_in({"links": []})) == (frozenset(), frozenset(), frozenset())
    told = {"links": [{"series": "a/RK9", "signal": "target", "provisional": "ignore", "group": "g"}]}
    assert names_in(told) == {A}

"""Rules that only put together: what each puts where."""

from services.risks.domain.heatmap import HeatMapRating, PlacedRisk, heat_map
from services.risks.domain.links import FUND, SeriesKey, fund_series
from services.risks.domain.matrix import DEFAULT_MATRIX, OPPORTUNITY_MATRIX, Rating
from services.risks.domain.rating import Kind
from services.risks.domain.records import review_request
from services.risks.domain.register import default_matrix
from services.risks.domain.reviews import Review, review_of
from services.risks.domain.view import RiskView
from tests.unit.risks.examples import NOW, TODAY, link, risk, view


def test_a_heat_map_says_what_it_is_of_and_who_stands_in_no_cell() -> None:
    placed = [PlacedRisk("b", None), PlacedRisk("c", Rating(4, 3)), PlacedRisk("a", None)]
    found = heat_map(DEFAULT_MATRIX, HeatMapRating.TARGET, TODAY, placed)
    assert (found.matrix, found.rating, found.on) == (DEFAULT_MATRIX, HeatMapRating.TARGET, TODAY)
    assert ([(one.rating, one.refs) for one in found.cells if one.refs], len(found.cells)) == (
        [(Rating(4, 3), ["c"])],
        25,
    )
    assert found.unrated == ["a", "b"]


def test_opportunities_have_a_matrix_of_their_own() -> None:
    named = [default_matrix(kind) for kind in (Kind.THREAT, Kind.OPPORTUNITY)]
    assert named == [DEFAULT_MATRIX.name, OPPORTUNITY_MATRIX.name]
    assert named[0] != named[1]


def test_a_fund_and_its_lines_are_series_of_no_area() -> None:
    assert [fund_series("pooled"), fund_series("pooled", "beds")] == [
        SeriesKey(f"{FUND}pooled", ""),
        SeriesKey(f"{FUND}pooled/beds", ""),
    ]


def test_a_review_opens_now_and_one_that_is_asked_for_names_risk_and_link() -> None:
    opened = review_of(NOW, TODAY)
    assert opened == Review(NOW, TODAY, opened.due)
    assert opened.due > TODAY
    asked, of = review_request("OCC4", 7, link(None, 2, link_id=9)), link(None, 2)
    assert (asked.risk_id, asked.link_id, asked.series) == (7, 9, of.series)


def test_a_view_with_other_links_is_rated_by_them() -> None:
    moved = (link(0, 2),)
    found: RiskView = view(risk()).with_links(moved)
    assert found == view(risk(), *moved)
    assert found.links == moved

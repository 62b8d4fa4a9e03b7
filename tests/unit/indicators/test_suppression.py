"""Small numbers are hidden, and with them what they could be worked out from."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.breakdown import Breakdown
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period
from services.indicators.domain.observations import Observation
from services.indicators.domain.suppression import as_suppressed, suppressed


def counts(**by_text: int) -> dict[Breakdown, Decimal]:
    """By sex and age, ``m_old`` for both, ``total`` for all."""
    return {_of(text): Decimal(count) for text, count in by_text.items()}


def _of(text: str) -> Breakdown:
    names = {"m": "sex=male", "f": "sex=female", "x": "sex=other", "old": "age=65", "young": "age=18"}
    return Breakdown.parse(";".join(names[part] for part in text.split("_") if part in names))


@pytest.mark.parametrize(
    ("cells", "below", "expected"),
    [
        ({"total": 4}, 5, {"total"}),
        ({"total": 5}, 5, set()),
        ({"total": 0}, 5, set()),  # nobody is nobody's secret
        ({"m": 3, "f": 9}, 5, {"m"}),  # no total is published to take 9 from
        ({"total": 12, "m": 3, "f": 9}, 5, {"m", "f"}),
        ({"total": 20, "m": 3, "f": 9, "x": 8}, 5, {"m", "x"}),  # the smallest other part
        ({"total": 5, "m": 3, "f": 2}, 5, {"m", "f"}),
        ({"total": 12, "m": 3, "f": 9, "x": 0}, 5, {"m", "f"}),  # a zero hides nothing while there is another
        ({"total": 30, "m": 3, "f": 0, "x": 0}, 5, {"m", "f"}),
        ({"total": 3, "m": 3, "f": 0}, 5, {"total", "m"}),
        ({"total": 50, "m": 3}, 5, {"total", "m"}),  # its only part
        ({"total": 20, "m": 10, "f": 10}, 5, set()),
    ],
)
def test_what_is_hidden_by_one_dimension(cells: dict[str, int], below: int, expected: set[str]):
    assert suppressed(counts(**cells), below) == {_of(text) for text in expected}


def test_what_is_hidden_by_two_dimensions_holds_in_every_line():
    cells = counts(total=100, m=43, f=57, old=53, young=47, m_old=3, m_young=40, f_old=50, f_young=7)
    assert suppressed(cells, 5) == {_of(text) for text in ("m_old", "m_young", "f_old", "f_young")}


def test_what_carries_the_symbol_already_hides_another():
    cells = counts(total=20, f=9, x=8)
    assert suppressed(cells, 5, {_of("m")}) == {_of("x")}
    assert suppressed(counts(total=20, m=10, f=10), 5, ()) == frozenset()


@given(st.lists(st.integers(0, 30), min_size=2, max_size=5), st.integers(2, 10))
@settings(max_examples=60, deadline=None)
def test_no_hidden_part_can_be_worked_out(parts: list[int], below: int):
    cells = {Breakdown({"age": str(n)}): Decimal(count) for n, count in enumerate(parts)}
    cells[Breakdown.TOTAL] = Decimal(sum(parts))
    hidden = suppressed(cells, below)
    assert all(each in hidden for each, count in cells.items() if 0 < count < below)
    assert len(hidden) != 1
    if not any(0 < count < below for count in cells.values()):
        assert not hidden


def test_a_suppressed_observation_has_nothing_that_gives_it_away():
    seen = Observation(
        Period.parse("2017-12"), Decimal(3), count=Decimal(3), denominator=Decimal(7), lower=Decimal(1), note="three"
    )
    hidden = as_suppressed(seen)
    assert (hidden.missing, hidden.status) == (Missing.SUPPRESSED, ObservationStatus.FINAL)
    assert [hidden.value, hidden.count, hidden.denominator, hidden.lower, hidden.upper, hidden.note] == [None] * 6

"""Outliers by the modified z-score, and values that contradict another indicator by a declared relation."""

from decimal import Decimal

import pytest

from contracts.indicators import Mark
from contracts.period import Period
from services.indicators.domain.observations import Observation
from services.indicators.domain.quality import (
    DeclaredRelation,
    Relation,
    contradiction,
    contradictions,
    modified_z,
    outliers,
)


def numbers(*values: object) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


def seen(*values: object, breaks: int | None = None) -> list[Observation]:
    period, found = Period.parse("2016-01"), []
    for n, value in enumerate(values):
        marks = (Mark.BREAK,) if n == breaks else ()
        found.append(Observation(period, None if value is None else Decimal(str(value)), marks=marks))
        period = period.next()
    return found


@pytest.mark.parametrize(
    ("value", "values", "expected"),
    [
        (5, numbers(1, 2, 3, 4, 5), "1.349"),  # median 3, MAD 1
        (1, numbers(1, 2, 3, 4, 5), "-1.349"),
        (3, numbers(1, 2, 3, 4, 5), "0"),
        (10, numbers(1, 2, 3, 4, 10), "4.7215"),
        (20, numbers(1, 2, 3, 20), "11.80375"),  # median 2.5; distances 1.5, 0.5, 0.5 and 17.5, so MAD 1
        (9, numbers(5, 5, 5, 5, 9), "3.9894"),  # MAD 0: mean distance 0.8, 4 / (1.253314 x 0.8)
    ],
)
def test_the_modified_z_score(value: int, values: list[Decimal], expected: str):
    found = modified_z(Decimal(value), values)
    assert found is not None
    assert found.quantize(Decimal("0.0001")) == Decimal(expected).quantize(Decimal("0.0001"))


def test_alike_values_have_no_score():
    assert modified_z(Decimal(5), numbers(5, 5, 5)) is None


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (seen(10, 11, 10, 12, 11, 50), ["2016-06"]),
        (seen(10, 11, 10, 12, 50), []),  # too few to say
        (seen(10, 11, 10, 12, None, 50), []),
        (seen(10, 10, 10, 10, 10, 10), []),
        (seen(90, 10, 11, 10, 12, 11, 50, breaks=1), ["2016-07"]),  # what was before the break is left aside
        (seen(10, 11, 10, 12, 11, 50, breaks=3), []),
        (seen(1, 2, 3, 4, 5, 6, 7, 8), []),  # a steady rise
    ],
)
def test_outliers_of_a_series(series: list[Observation], expected: list[str]):
    assert [each.period.label for each, _ in outliers(series)] == expected


@pytest.mark.parametrize(
    ("value", "other", "relation", "tolerance", "is_wrong"),
    [
        (5, 5, Relation.AT_MOST, 0, False),
        (6, 5, Relation.AT_MOST, 0, True),
        (6, 5, Relation.AT_MOST, 1, False),
        (4, 5, Relation.AT_MOST, 0, False),
        (4, 5, Relation.AT_LEAST, 0, True),
        (6, 5, Relation.AT_LEAST, 0, False),
        (5, 5, Relation.EQUAL, 0, False),
        (6, 5, Relation.EQUAL, 0, True),
        (4, 5, Relation.EQUAL, 0, True),
        (4, 5, Relation.EQUAL, 1, False),
    ],
)
def test_a_declared_relation(value: int, other: int, relation: Relation, tolerance: int, is_wrong: bool):
    declared = DeclaredRelation("all", relation, Decimal(tolerance))
    assert (contradiction(Decimal(value), Decimal(other), declared) is not None) is is_wrong


def test_contradictions_are_of_the_same_period_and_say_so_in_words():
    others = {each.period: each for each in seen(5, None, 5)}
    found = list(contradictions(seen(6, 6, 4, 6), others, DeclaredRelation("all", Relation.AT_MOST)))
    assert [(each.period.label, reason) for each, reason in found] == [
        ("2016-01", "6 contradicts 5 of all: it should be at most that")
    ]
    declared = DeclaredRelation("all", Relation.EQUAL, Decimal("0.5"))
    assert contradiction(Decimal(6), Decimal(5), declared) == (
        "6 contradicts 5 of all: it should be equal to that, give or take 0.5"
    )

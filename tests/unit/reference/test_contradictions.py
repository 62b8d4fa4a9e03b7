"""The contradictions of the papers are found in the data, and follow it when it changes."""

from dataclasses import replace
from decimal import Decimal

import pytest

from suite.load.contradictions import Contradiction, contradictions
from suite.load.dataset import Reference, read_reference


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


@pytest.fixture(scope="module")
def found(reference: Reference) -> dict[str, Contradiction]:
    return {one.subject: one for one in contradictions(reference)}


@pytest.mark.parametrize(
    ("subject", "one", "other"),
    [
        ("dtoc-adult-social-care in E06000026, 2017/18 Q3", "11.9", "10.50"),
        ("Total of savings (million pounds)", "-2.197", "-2.195"),
        ("Total of net_budget_2018_19 (million pounds)", "75.182", "75.183"),
        ("Childrens Commissioning, net budget 2018/19 across its row (million pounds)", "4.914", "4.915"),
        ("Base of the 2014 commissioning savings (thousand pounds)", "331,450", "331,456"),
        ("pledges", "13", "10"),
        ("2014 staffing savings, PCC 2014/15 lower (thousand pounds)", "32", "32.58"),
        ("2014 commissioning savings, TOTAL 2016/17 higher (thousand pounds)", "39,774", "39,774.72"),
    ],
)
def test_both_figures_are_told(found: dict[str, Contradiction], subject: str, one: str, other: str):
    assert (found[subject].one, found[subject].other) == (one, other)
    assert found[subject].used
    assert found[subject].why


def test_the_pledge_rows_are_counted(found: dict[str, Contradiction]):
    assert found["pledges"].other_says == "numbers in the table, on 11 rows"


def test_lost_colours_are_named(found: dict[str, Contradiction]):
    assert found["benchmark-colours-lost"].other_says.endswith("cqc-good-or-outstanding")


def test_inferred_first_values_are_counted(found: dict[str, Contradiction]):
    assert found["First values of the graphs"].one == "22 values"


def test_nothing_else_is_called_a_contradiction(found: dict[str, Contradiction]):
    assert len(found) == 12


def test_a_mended_budget_is_no_contradiction(reference: Reference):
    mended = [
        row.model_copy(update={"net_budget_2018_19": Decimal("4.915")})
        if row.code == "childrens-commissioning"
        else row
        for row in reference.budget
    ]
    subjects = [one.subject for one in contradictions(replace(reference, budget=mended))]
    assert not any("Childrens" in subject for subject in subjects)
    assert "Total of net_budget_2018_19 (million pounds)" in subjects

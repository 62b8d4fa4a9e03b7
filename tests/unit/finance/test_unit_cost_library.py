"""What a unit costs by the library: versions as schemes reckon with them, and prices of another year by one release."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts.period import Period
from services.finance.domain.savings import UnitCost
from services.finance.domain.unit_costs import (
    CostKind,
    Deflator,
    LibraryCost,
    UnitCostTerms,
    UnitCostVersion,
    shared_cost,
)
from tests.unit.finance.world import AT, DAY

D, P = Decimal, Period.parse
TERMS = UnitCostTerms("A day in hospital", "bed day", D(300), CostKind.FISCAL, P("2017/18"), "Reference costs")


def version(number: int, terms: UnitCostTerms) -> UnitCostVersion:
    return UnitCostVersion(number, terms, "Ana", AT, DAY, None)


def test_schemes_reckon_with_fiscal_versions_alone_and_an_illustrative_one_says_so():
    versions = [
        version(1, TERMS),
        version(2, replace(TERMS, kind=CostKind.SOCIAL)),
        version(3, replace(TERMS, illustrative=True, effective_to=date(2018, 3, 31), ends=True)),
    ]
    first, last = shared_cost("bed", versions).versions
    assert first == UnitCost(D(300), "Reference costs; per bed day", "2017/18", version=1)
    assert (last.source, last.version, last.ends, last.illustrative) == (
        "illustrative: Reference costs; per bed day",
        3,
        True,
        True,
    )
    assert LibraryCost("bed", versions).newest.number == 3
    assert shared_cost("bed", versions).at(P("2018-04")) is None, "it ended"


@pytest.mark.parametrize(("kind", "counts"), [("fiscal", True), ("economic", False), ("social", False)])
def test_only_money_of_the_public_purse_is_saved(kind: str, counts: bool):
    assert replace(TERMS, kind=CostKind(kind)).counts_in_ledger is counts


INDEX = Deflator("2018-03", P("2017/18"), "HM Treasury", {P("2017/18"): D(100), P("2018/19"): D("101.455")})


@pytest.mark.parametrize(
    ("before", "after", "amount"),
    [
        ("2017/18", "2018/19", "304.37"),
        ("2018/19", "2017/18", "295.70"),
        ("2017/18", "2019/20", None),
        ("2016/17", "2017/18", None),
    ],
)
def test_an_amount_is_brought_to_another_year_by_one_release_or_not_at_all(before: str, after: str, amount: str | None):
    assert INDEX.uprate(D(300), P(before), P(after)) == (None if amount is None else D(amount))

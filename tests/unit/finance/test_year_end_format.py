"""Results of years that older versions stored are read as what they said."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.finance.domain.fund_sharing import SharedPart
from services.finance.domain.risk_share import RiskShareRule
from services.finance.domain.sharing import SharedVariance, obligation
from services.finance.domain.year_end import YearResult
from services.finance.repository.year_end_format import read, written

D = Decimal
SHARED = SharedVariance((("pool", D("1.00")),), {"PCC": D("2.00")}, unallocated=D("0.50"))
RESULT = YearResult(
    agreement=2,
    rule=RiskShareRule.HOST,
    budget=D("10.00"),
    outturn=D("13.50"),
    spent=D("0.00"),
    shared=SHARED,
    obliges=obligation(D("3.50")),
)
PLANNED = replace(RESULT, action_plan="overspend")
PARTED = replace(RESULT, parts=(SharedPart("a", RiskShareRule.OWN, D("3.50"), SHARED),), plan="Do it")
FORMAT_1 = {
    "format": 1,
    "agreement": 2,
    "rule": "host",
    "budget": "10.00",
    "outturn": "13.50",
    "spent": "0.00",
    "drawn": [["pool", "1.00"]],
    "by_partner": {"PCC": "2.00"},
    "retained": "0",
    "carried_forward": "0",
    "unallocated": "0.50",
}


@pytest.mark.parametrize(
    ("result", "number"), [(RESULT, 1), (PARTED, 2), (replace(RESULT, obliges="Else"), 2), (PLANNED, 3)]
)
def test_a_result_is_written_in_the_oldest_format_that_says_it_and_read_back(result: YearResult, number: int):
    stored = written(result)
    assert (stored["format"], read(stored)) == (number, result)


def test_format_1_is_written_and_read_as_it_was():
    assert (written(RESULT), read(FORMAT_1)) == (FORMAT_1, RESULT)


def test_a_format_of_a_newer_version_is_refused():
    with pytest.raises(ValueError, match="format 4"):
        read(FORMAT_1 | {"format": 4})

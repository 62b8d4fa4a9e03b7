"""An agreement written with other digits is the same agreement."""

from typing import Any

import httpx

from tests.integration.finance.world import fund_body


def _agreement(amount: str) -> dict[str, Any]:
    part = {"partner": "PCC", "financial_year": "2017/18", "amount": {"amount": amount}}
    return fund_body(agreement={"effective_from": "2017-04-01", "contributions": [part]})


async def test_the_same_amount_in_other_digits_is_no_new_version(bare: httpx.AsyncClient) -> None:
    for amount in ("100.00", "100", "100.0", "1E+2"):
        answer = await bare.put("/finance/v1/funds/integrated-fund", json=_agreement(amount))
        (agreement,) = answer.json()["agreements"]
        assert agreement["contributions"][0]["amount"] == {"amount": "100.00", "currency": "GBP"}


async def test_amounts_come_out_as_digits(bare: httpx.AsyncClient) -> None:
    answer = await bare.put("/finance/v1/funds/integrated-fund", json=_agreement("1E+2"))
    assert answer.json()["agreements"][0]["contributions"][0]["amount"]["amount"] == "100.00"

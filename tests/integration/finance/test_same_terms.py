"""An agreement written with other digits is the same agreement."""

from typing import Any

import httpx

from tests.integration.finance.world import fund_body


def _agreement(amount: str) -> dict[str, Any]:
    part = {"partner": "PCC", "financial_year": "2017/18", "amount": {"amount": amount}}
    return fund_body(agreement={"effective_from": "2017-04-01", "contributions": [part]})


async def test_the_same_amount_in_other_digits_is_no_new_version(bare: httpx.AsyncClient) -> None:
    for amount in ("100.00", "100", "100.0"):
        answer = await bare.put("/finance/v1/funds/integrated-fund", json=_agreement(amount))
        (agreement,) = answer.json()["agreements"]
        assert agreement["contributions"][0]["amount"] == {"amount": "100.00", "currency": "GBP"}


async def test_an_amount_that_is_not_plain_digits_is_refused(bare: httpx.AsyncClient) -> None:
    for amount in ("1E+2", "1e3", "1_000.00", "\u0661\u0660\u0660", " 100", "+100"):
        answer = await bare.put("/finance/v1/funds/integrated-fund", json=_agreement(amount))
        assert answer.status_code == 422, amount
        (error,) = answer.json()["errors"]
        assert error["field"] == "agreement.contributions.0.amount.amount"

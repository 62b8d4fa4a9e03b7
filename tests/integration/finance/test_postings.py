"""What finance posts by hand: in both signs, once a month, corrected by name, banked up to a line's budget."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.finance.models import EntryRow
from tests.integration.finance.world import entries, fund_body, money, published, scheme_body

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"


async def define(api: httpx.AsyncClient, *codes: str, **changes: Any) -> None:
    for code in codes:
        answer = await api.post(SCHEMES, json=scheme_body(code, link=None, **changes))
        assert answer.status_code == 201, answer.text


async def post(
    api: httpx.AsyncClient, code: str, state: str, amount: str, period: str = "2017/18 Q1", **changes: Any
) -> httpx.Response:
    body = {
        "reference": f"{state}-{period}",
        "state": state,
        "period": period,
        "amount": money(amount),
        "reason": "Invoices",
    }
    return await api.post(f"{SCHEMES}/{code}/entries", json=body | changes)


async def bank(api: httpx.AsyncClient, code: str, amount: str, period: str = "2017/18 Q1") -> None:
    for state in ("validated", "banked"):
        answer = await post(api, code, state, amount, period)
        assert answer.status_code == 201, answer.text


async def test_a_loss_is_validated_and_then_banked(api: httpx.AsyncClient):
    await define(api, "a")
    refused = await post(api, "a", "banked", "-9.95")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/banked-beyond-validated")
    await bank(api, "a", "-9.95")
    fund = (await api.get(f"{FUND}/position")).json()
    assert (fund["variance"], fund["savings"]["banked"]) == (money("9.95"), money("-9.95"))
    more = await post(api, "a", "banked", "-0.01", "2017/18 Q2")
    assert more.status_code == 409


@pytest.mark.parametrize(
    ("validated", "banked", "correction", "unbank"),
    [
        ("100", "100", "-40", "Un-bank £40.00 first: post -£40.00 as banked"),
        ("100", "60", "-40.01", "Un-bank £0.01 first: post -£0.01 as banked"),
        ("100", "100", "-105", "Un-bank £100.00 first: post -£100.00 as banked"),
        ("-100", "-100", "40", "Un-bank -£40.00 first: post £40.00 as banked"),
    ],
)
async def test_what_would_leave_banked_outside_is_refused_with_what_to_unbank_first(
    api: httpx.AsyncClient, validated: str, banked: str, correction: str, unbank: str
):
    await define(api, "a")
    await post(api, "a", "validated", validated)
    await post(api, "a", "banked", banked)
    lower = {"reference": "lower", "corrects": "validated-2017/18 Q1"}
    refused = await post(api, "a", "validated", correction, **lower)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/banked-beyond-validated")
    assert unbank in refused.json()["detail"]
    amount = str(-Decimal(unbank.split(" ")[1].replace("£", "")))
    back = {"reference": "back", "corrects": "banked-2017/18 Q1"}
    assert (await post(api, "a", "banked", amount, **back)).status_code == 201
    assert (await post(api, "a", "validated", correction, **lower)).status_code == 201


async def test_no_month_is_posted_twice_in_a_state_and_a_correction_names_what_it_corrects(api: httpx.AsyncClient):
    await define(api, "a")
    assert (await post(api, "a", "validated", "1200.00", "2017/18")).status_code == 201
    for amount, period in (("300.00", "2017/18 Q4"), ("100.00", "2018-01")):
        refused = await post(api, "a", "validated", amount, period)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/period-posted")
        assert "validated-2017/18 covers 2017/18" in refused.json()["detail"]
    assert (await post(api, "a", "banked", "300.00", "2017/18 Q4")).status_code == 201
    mended = await post(api, "a", "validated", "-200.00", "2017/18", reference="mend", corrects="validated-2017/18")
    assert (mended.json()["corrects"], mended.json()["relates_to"]) == ("validated-2017/18", "2017/18")
    position = (await api.get(f"{SCHEMES}/a/position")).json()
    assert (position["validated"], position["banked"]) == (money(1000), money(300))


async def test_the_same_month_may_be_posted_on_another_scheme(api: httpx.AsyncClient):
    await define(api, "a", "b")
    for code in ("a", "b"):
        assert (await post(api, code, "validated", "5")).status_code == 201


async def shown(api: httpx.AsyncClient, code: str) -> tuple[str, str]:
    position = (await api.get(f"{SCHEMES}/{code}/position")).json()
    assert ("held_at_budget" in position["flags"]) is (position["held"]["banked"] != money(0))
    return position["banked"]["amount"], position["held"]["banked"]["amount"]


async def test_what_a_line_banks_beyond_its_budget_is_shared_back_and_everything_adds_up(
    api: httpx.AsyncClient, database: Database
):
    body = fund_body()
    body["budget_lines"][0]["opening"] = money(100_000)
    assert (await api.put(FUND, json=body)).status_code == 200
    await define(api, "a", "b")
    await define(api, "elsewhere", budget_line="leisure")
    await bank(api, "a", "80000", "2017/18 Q1")
    assert await shown(api, "a") == ("80000.00", "0.00")
    await bank(api, "b", "80000", "2017/18 Q2")
    await bank(api, "elsewhere", "1", "2017/18 Q2")
    assert [await shown(api, code) for code in ("a", "b")] == [("50000.00", "30000.00")] * 2
    fund = (await api.get(f"{FUND}/position")).json()
    lines = {line["code"]: line for line in fund["lines"]}
    assert lines["commissioning"]["savings"]["banked"] == money(100_000)
    assert "held_at_budget" in lines["commissioning"]["flags"]
    assert "held_at_budget" not in lines["leisure"]["flags"]
    assert [(q["quarter"], q["banked"]) for q in fund["quarters"]] == [
        ("2017/18 Q1", money(80_000)),
        ("2017/18 Q2", money(20_001)),
    ]
    assert fund["savings"]["banked"] == money(100_001)
    line = (await api.get(f"{SCHEMES}/a/position")).json()["budget_line"]
    assert (line["before"], line["banked"], line["after"]) == (money(100_000), money(100_000), money(0))
    for code in ("a", "b"):
        told = (await published(database, code))[-1]["data"]
        assert (told["banked"], told["flags"]) == (money(50_000), ["held_at_budget", "illustrative"])


async def test_a_posting_says_the_business_date_beside_its_real_time(
    api: httpx.AsyncClient, database: Database, move_to: Callable[[date], Awaitable[None]]
):
    await define(api, "a")
    await post(api, "a", "validated", "5")
    await move_to(date(2018, 5, 2))
    assert (await post(api, "a", "validated", "6", "2017/18 Q2")).json()["business_date"] == "2018-05-02"
    found = await entries(api, "a")
    assert [entry["business_date"] for entry in found] == ["2018-02-28", "2018-05-02"]
    assert all(entry["at"] > "2020" for entry in found)

    async def stored(tx: Tx) -> list[date]:
        return list(await tx.session.scalars(select(EntryRow.business_date).order_by(EntryRow.id)))

    assert await database.read(stored) == [date(2018, 2, 28), date(2018, 5, 2)]
    closed = (await api.put(f"{FUND}/closed-quarters/2017/18 Q1")).json()
    assert closed["business_date"] == "2018-05-02"


NOTE = {
    "topic": "Childrens Commissioning, net budget 2018/19",
    "figures": [{"figure": "4.915", "source": "the line's parts"}, {"figure": "4.914", "source": "printed net"}],
    "used": "4.914",
    "why": "The printed net was approved",
}


async def test_contradictions_are_noted_where_they_belong(api: httpx.AsyncClient):
    body = fund_body(notes=[NOTE])
    body["budget_lines"][0]["notes"] = [NOTE, NOTE | {"used": "4.915"}]
    assert (await api.put(FUND, json=body)).status_code == 200
    await define(api, "a", notes=[NOTE])
    fund = (await api.get(FUND)).json()
    assert (fund["notes"], fund["budget_lines"][1]["notes"]) == ([NOTE], [])
    assert fund["budget_lines"][0]["notes"] == [NOTE, NOTE | {"used": "4.915"}]
    assert (await api.get(f"{SCHEMES}/a")).json()["notes"] == [NOTE]
    assert (await api.put(FUND, json=fund_body())).status_code == 200
    fund = (await api.get(FUND)).json()
    assert (fund["notes"], fund["budget_lines"][0]["notes"]) == ([], [])

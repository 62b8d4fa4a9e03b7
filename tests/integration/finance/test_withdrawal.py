"""A scheme that is withdrawn gives back what it claimed and what it indicated, and nothing comes after."""

from decimal import Decimal

import httpx

from chassis.storage.database import Database
from tests.integration.finance.world import (
    Source,
    cash,
    entries,
    hear,
    link_body,
    money,
    published,
    scheme_body,
    totals,
    worth,
)

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"
MISTYPED = {"state": "withdrawn", "reason": "Mistyped"}


async def withdraw(api: httpx.AsyncClient) -> httpx.Response:
    return await api.patch(f"{SCHEMES}/admissions", json=MISTYPED)


async def post(api: httpx.AsyncClient, reference: str, amount: str, corrects: str | None = None) -> httpx.Response:
    body = {"reference": reference, "state": "validated", "period": "2017-12", "amount": money(amount), "reason": "x"}
    return await api.post(f"{SCHEMES}/admissions/entries", json=body | {"corrects": corrects})


async def test_what_it_claimed_can_be_claimed_again(api: httpx.AsyncClient):
    await api.post(SCHEMES, json=scheme_body(link=link_body(attribution="1")))
    again = scheme_body("admissions-2", link=link_body(attribution="1"))
    assert (await api.post(SCHEMES, json=again)).status_code == 409
    answer = await withdraw(api)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["state"], shown["withdrawn_reason"], shown["withdrawn_by"]) == ("withdrawn", "Mistyped", "accountant")
    assert (await api.post(SCHEMES, json=again)).status_code == 201
    assert (await api.post(SCHEMES, json=scheme_body())).status_code == 409, "its code stays taken"


async def test_what_it_indicated_is_taken_back_and_closed_quarters_stay(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body())
    source = Source()
    await hear(database, [source.say({"2017-09": "1390", "2017-12": "1371"})])
    await api.put(f"{FUND}/closed-quarters/2017/18 Q2")
    before = (await api.get(f"{FUND}/position")).json()["quarters"][0]
    await withdraw(api)
    found = await entries(api, "admissions")
    assert cash(found) == 0
    assert await totals(api, "admissions") == {}
    back = [(e["period"], e["posted_in"], e["relates_to"], e["reason"]) for e in found[2:]]
    assert sorted(back) == [
        ("2017-09", "2017/18 Q3", "2017-09", "Mistyped"),
        ("2017-12", "2017/18 Q3", "2017-12", "Mistyped"),
    ]
    fund = (await api.get(f"{FUND}/position")).json()
    assert fund["quarters"][0] == before
    assert Decimal(before["indicated"]["amount"]) == worth("1390")
    assert (fund["savings"]["plan_high"], fund["savings"]["indicated"]) == (money(0), money(0))
    told = (await published(database, "admissions"))[-1]["data"]
    assert (told["indicated"], told["colour"]) == (money(0), "none")
    assert "withdrawn_scheme" in told["flags"]
    assert "Mistyped" in told["why"]


async def test_nothing_comes_after(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body())
    source = Source()
    await hear(database, [source.say({"2017-12": "1371"})])
    await withdraw(api)
    before = (await entries(api, "admissions"), await published(database, "admissions"))
    assert (await withdraw(api)).status_code == 200
    await hear(database, [source.say({"2017-12": "1300", "2018-01": "1300"})])
    refused = await post(api, "late", "5")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/scheme-withdrawn")
    assert (await entries(api, "admissions"), await published(database, "admissions")) == before


async def test_money_that_stands_on_it_is_taken_back_first(api: httpx.AsyncClient):
    await api.post(SCHEMES, json=scheme_body(link=None))
    await post(api, "one", "5")
    refused = await withdraw(api)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/scheme-holds-money")
    assert "£5.00 validated" in refused.json()["detail"]
    await post(api, "back", "-5", corrects="one")
    assert (await withdraw(api)).status_code == 200


async def test_it_takes_a_reason_and_a_scheme(api: httpx.AsyncClient):
    await api.post(SCHEMES, json=scheme_body())
    for body in ({"state": "withdrawn"}, {"state": "active", "reason": "x"}, {"state": "withdrawn", "reason": " "}):
        assert (await api.patch(f"{SCHEMES}/admissions", json=body)).status_code == 422
    assert (await api.patch(f"{SCHEMES}/nothing", json=MISTYPED)).status_code == 404

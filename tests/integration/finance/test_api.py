"""What callers of finance see: definitions, postings, positions, and how bad input is answered."""

import base64
import hashlib
import json
from typing import Any

import httpx
import pytest

from chassis.storage.database import Database
from services.finance.app import SPEC
from tests.integration.finance.world import (
    Source,
    entries,
    fund_body,
    hear,
    link_body,
    money,
    published,
    scheme_body,
)

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"


async def post(api: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await api.post(SCHEMES, json=scheme_body(**changes))


def entry_body(**changes: Any) -> dict[str, Any]:
    return {
        "reference": "journal-1",
        "state": "validated",
        "period": "2017/18 Q3",
        "amount": money("25000.00"),
        "reason": "Agreed with the invoices",
    } | changes


async def book(api: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await api.post(f"{SCHEMES}/admissions/entries", json=entry_body(**changes))


async def test_a_scheme_is_read_as_it_was_defined(api: httpx.AsyncClient):
    body = scheme_body(link=link_body(baseline={"periods": [{"period": "Dec-17", "value": "1387.5"}]}))
    made = await api.post(SCHEMES, json=body)
    assert made.status_code == 201
    found = (await api.get(f"{SCHEMES}/admissions")).json()
    assert made.json() == found
    assert found["link"]["baseline"]["periods"] == [{"period": "2017-12", "value": "1387.5"}]
    assert found["link"]["unit_cost"]["amount"] == money(1609)
    assert (found["version"], found["created_by"]) == (1, "planner")


async def test_schemes_are_listed_page_by_page_and_filtered(api: httpx.AsyncClient):
    for code in ("a", "b", "c"):
        await post(api, code=code, link=None, workstream="packages_of_care")
    await post(api, code="d")
    first = (await api.get(SCHEMES, params={"limit": 3})).json()
    assert [s["code"] for s in first["items"]] == ["a", "b", "c"]
    second = (await api.get(SCHEMES, params={"limit": 3, "cursor": first["next"]})).json()
    assert ([s["code"] for s in second["items"]], second["next"]) == (["d"], None)
    linked = (await api.get(SCHEMES, params={"indicator": "emergency-admissions-65-plus"})).json()
    assert [s["code"] for s in linked["items"]] == ["d"]
    assert (await api.get(SCHEMES, params={"financial_year": "2016/17"})).json()["items"] == []
    assert (await api.get(SCHEMES, params={"financial_year": "soon"})).status_code == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "green"}, "colour"),
        ({"code": "no spaces"}, "code"),
        ({"fund": "elsewhere"}, "fund"),
        ({"budget_line": "nothing"}, "budget_line"),
        ({"partner": "UHP"}, "partner"),
        ({"financial_year": "2017/18 Q3"}, "financial_year"),
        ({"financial_year": "2018/19"}, "plan.0.period"),
        ({"cashable_share": "-0.1"}, "cashable_share"),
        ({"cashable_share": "NaN"}, "cashable_share"),
        ({"confidence": "1.1"}, "confidence"),
        ({"plan": []}, "plan"),
        ({"plan": [{"period": "2017/18", "low": money(2), "high": money(1)}]}, "plan.0.low"),
        ({"plan": [{"period": "2017/18", "low": {"amount": "1.001"}, "high": money(2)}]}, "plan.0.low.amount"),
        ({"plan": [{"period": "2017/18", "low": {"amount": "NaN"}, "high": money(2)}]}, "plan.0.low.amount"),
        ({"plan": [{"period": "someday", "low": money(1), "high": money(2)}]}, "plan.0.period"),
        ({"plan": [{"period": "2017/18", "low": money(-1), "high": money(2)}]}, "plan.0.low"),
        ({"plan": [{"period": p, "low": money(1), "high": money(2)} for p in ("2017/18", "2017-04")]}, "plan.1.period"),
        ({"link": link_body(attribution="-0.1")}, "link.attribution"),
        ({"link": link_body(attribution="0")}, "link.attribution"),
        ({"link": link_body(volume="0")}, "link.volume"),
        ({"link": link_body(volume="Infinity")}, "link.volume"),
        ({"link": link_body(volume="1_0")}, "link.volume"),
        ({"link": link_body(attribution="1e-1")}, "link.attribution"),
        ({"cashable_share": "\u0660"}, "cashable_share"),
        ({"link": link_body(area="e06000026")}, "link.area"),
        ({"link": link_body(area="E0600002")}, "link.area"),
        ({"link": link_body(area="Plymouth")}, "link.area"),
        ({"link": link_body(breakdown={"Sex": "male"})}, "link.breakdown"),
        ({"link": link_body(breakdown="sex=male")}, "link.breakdown"),
        ({"notes": [{"topic": "x", "figures": [], "used": "1", "why": "y"}]}, "notes.0.figures"),
        ({"link": link_body(baseline={"value": "1"})}, "link.baseline.every"),
        ({"link": link_body(baseline={})}, "link.baseline.periods"),
        ({"link": link_body(baseline={"value": "1", "every": "rolling_year"})}, "link.baseline.every"),
        (
            {"link": link_body(baseline={"periods": [{"period": "2016-12", "value": "1"}]})},
            "link.baseline.periods.0.period",
        ),
    ],
)
async def test_a_scheme_that_does_not_fit_is_refused_by_field(
    api: httpx.AsyncClient, changes: dict[str, Any], field: str
):
    answer = await post(api, **changes)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert (await api.get(SCHEMES)).json()["items"] == []


async def test_a_code_is_taken_once(api: httpx.AsyncClient, database: Database):
    assert (await post(api)).status_code == 201
    again = await post(api, link=link_body(attribution="0.1"))
    assert (again.status_code, again.json()["type"]) == (409, "/problems/scheme-exists")
    assert len(await published(database, "admissions")) == 1


async def test_no_more_than_the_whole_of_an_indicator_is_claimed_and_the_others_are_named(api: httpx.AsyncClient):
    await post(api)
    refused = await post(api, code="greedy", link=link_body(attribution="0.61"))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/attribution-exceeded")
    assert "admissions (0.4)" in refused.json()["detail"]
    assert (await post(api, code="modest", link=link_body(attribution="0.6"))).status_code == 201
    tiny = await post(api, code="tiny", link=link_body(attribution="0.00000001"))
    assert "With 0.00000001 more" in tiny.json()["detail"]
    assert tiny.json()["errors"] == [{"field": "link.attribution", "message": "at most 0 is left"}]
    elsewhere = link_body(attribution="1", area="E92000001")
    assert (await post(api, code="elsewhere", link=elsewhere)).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        "/finance/v1/schemes/nothing",
        "/finance/v1/schemes/nothing/entries",
        "/finance/v1/schemes/nothing/position",
        "/finance/v1/funds/nothing",
        "/finance/v1/funds/nothing/position",
    ],
)
async def test_an_unknown_code_is_not_found(api: httpx.AsyncClient, path: str):
    answer = await api.get(path)
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("-unknown")
    assert answer.json()["instance"] == path


async def test_money_is_validated_then_banked_and_only_banked_money_moves_the_outturn(
    api: httpx.AsyncClient, database: Database
):
    await post(api)
    await hear(database, [Source().say({"2017-12": "1371"})])
    assert (await book(api)).status_code == 201
    fund = (await api.get(f"{FUND}/position")).json()
    assert (fund["budget"], fund["outturn"]) == (money(1_005_000), money(1_005_000))
    assert (await book(api, reference="journal-2", state="banked", amount=money("10000.00"))).status_code == 201
    fund = (await api.get(f"{FUND}/position")).json()
    assert fund["savings"] == {
        "plan_low": money(100_000),
        "plan_high": money(180_000),
        "indicated": money("6999.15"),
        "validated": money(25_000),
        "banked": money(10_000),
    }
    assert (fund["outturn"], fund["variance"]) == (money(995_000), money(-10_000))
    assert fund["quarters"] == [
        {
            "quarter": "2017/18 Q3",
            "closed": False,
            "indicated": money("6999.15"),
            "validated": money(25_000),
            "banked": money(10_000),
        }
    ]
    position = (await api.get(f"{SCHEMES}/admissions/position")).json()
    assert position["plan"] == {"low": money(100_000), "high": money(180_000)}
    assert position["forecast"] == {"low": money(100_000), "high": money(160_000)}
    assert (position["colour"], position["validated"], position["banked"]) == ("amber", money(25_000), money(10_000))
    assert position["budget_line"] == {
        "code": "commissioning",
        "before": money(1_000_000),
        "banked": money(10_000),
        "after": money(990_000),
    }
    told = [
        (e["aggregateversion"], e["data"]["validated"], e["data"]["banked"])
        for e in await published(database, "admissions")
    ]
    assert told[-2:] == [(3, money(25_000), money(0)), (4, money(25_000), money(10_000))]


async def test_a_reference_makes_a_posting_safe_to_repeat(api: httpx.AsyncClient, database: Database):
    await post(api, link=None)
    first = await book(api)
    again = await book(api)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert (first.json()["actor"], first.json()["relates_to"]) == ("accountant", None)
    other = await book(api, amount=money(1))
    assert (other.status_code, other.json()["type"]) == (409, "/problems/reference-used")
    assert len(await published(database, "admissions")) == 2


async def test_who_defined_a_scheme_validates_none_of_it(api: httpx.AsyncClient):
    """Whatever else is wrong is said first; what was validated by another is banked by anybody."""
    await post(api, link=None)
    planner = {"x-actor": "planner"}

    async def own(**changes: Any) -> tuple[int, str]:
        answer = await api.post(f"{SCHEMES}/admissions/entries", json=entry_body(**changes), headers=planner)
        return answer.status_code, answer.json().get("type", "").removeprefix("/problems/")

    assert await own() == (409, "same-person")
    assert (await own(period="2016/17"))[0] == 422
    assert await entries(api, "admissions") == []
    assert (await book(api)).status_code == 201
    assert (await own(reference="b", state="banked"))[0] == 201


async def test_no_more_is_banked_than_was_validated(api: httpx.AsyncClient):
    await post(api, link=None)
    refused = await book(api, state="banked")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/banked-beyond-validated")
    await book(api)
    assert (await book(api, reference="b", state="banked")).status_code == 201
    taken_back = await book(api, reference="c", amount=money(-1), corrects="journal-1")
    assert taken_back.status_code == 409
    assert "Un-bank £1.00 first: post -£1.00 as banked" in taken_back.json()["detail"]
    assert len(await entries(api, "admissions")) == 2
    unbanked = await book(api, reference="d", state="banked", amount=money(-1), corrects="b")
    assert unbanked.status_code == 201
    assert (await book(api, reference="c", amount=money(-1), corrects="journal-1")).status_code == 201
    assert len(await entries(api, "admissions")) == 4


async def test_a_closed_quarter_takes_no_posting_and_is_corrected_in_an_open_one(api: httpx.AsyncClient):
    await post(api, link=None)
    await api.put(f"{FUND}/closed-quarters/2017/18 Q3")
    refused = await book(api, posted_in="2017/18 Q3")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/quarter-closed")
    late = await book(api)
    assert late.status_code == 201
    assert (late.json()["posted_in"], late.json()["relates_to"]) == ("2017/18 Q4", "2017/18 Q3")
    assert (await book(api)).json() == late.json()
    assert (await book(api, posted_in="2017/18 Q4")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": {"amount": "1.001"}}, "amount.amount"),
        ({"amount": {"amount": "NaN"}}, "amount.amount"),
        ({"amount": {"amount": "100000000000.01"}}, "amount"),
        ({"amount": {"amount": "1", "currency": "EUR"}}, "amount.currency"),
        ({"state": "indicated"}, "state"),
        ({"period": "2018/19 Q1"}, "period"),
        ({"period": "2017/18 - Q5"}, "period"),
        ({"posted_in": "2017/18 Q2"}, "posted_in"),
        ({"posted_in": "2018-01"}, "posted_in"),
        ({"posted_in": "2018/19 Q1"}, "posted_in"),
        ({"period": "2017/18 Q4", "posted_in": "2030/31 Q1"}, "posted_in"),
        ({"corrects": "nothing"}, "corrects"),
        ({"amount": {"amount": "1_000.00"}}, "amount.amount"),
        ({"amount": {"amount": "1e3"}}, "amount.amount"),
        ({"amount": {"amount": "\u0661\u0662"}}, "amount.amount"),
        ({"reason": " "}, "reason"),
        ({"approved": True}, "approved"),
    ],
)
async def test_a_posting_that_does_not_fit_is_refused_by_field(
    api: httpx.AsyncClient, changes: dict[str, Any], field: str
):
    await post(api, link=None)
    answer = await book(api, **changes)
    assert answer.status_code == 422, answer.text
    assert field in {error["field"] for error in answer.json()["errors"]}
    assert await entries(api, "admissions") == []


async def test_entries_are_listed_page_by_page(api: httpx.AsyncClient, database: Database):
    await post(api)
    await book(api)
    await hear(database, [Source().say({"2017-11": "1390", "2017-12": "1371"})])
    path = f"{SCHEMES}/admissions/entries"
    first = (await api.get(path, params={"limit": 2})).json()
    second = (await api.get(path, params={"limit": 2, "cursor": first["next"]})).json()
    assert [e["state"] for e in first["items"] + second["items"]] == ["validated", "indicated", "indicated"]
    only = (await api.get(path, params={"state": "validated"})).json()["items"]
    assert [e["reference"] for e in only] == ["journal-1"]


COLLECTIONS = {
    "/finance/v1/funds": {},
    SCHEMES: {"workstream": "prevention_and_demand"},
    f"{SCHEMES}/a/entries": {"state": "validated"},
}
"""Every collection, and a filter of it where it has any."""


def sealed(after: str, collection: list[object]) -> str:
    """A cursor as it is given out, for any sort key."""
    seal = hashlib.sha256(f"{json.dumps(collection)}\n{after}".encode()).hexdigest()[:32]
    return base64.urlsafe_b64encode(json.dumps([seal, after]).encode()).decode().rstrip("=")


async def two_of_each(api: httpx.AsyncClient) -> None:
    await api.put("/finance/v1/funds/other-fund", json=fund_body())
    for code in ("a", "b"):
        await post(api, code=code, link=None)
        for reference in ("one", "two"):
            period = {"one": "2017-11", "two": "2017-12"}[reference]
            await api.post(f"{SCHEMES}/{code}/entries", json=entry_body(reference=reference, period=period))


async def first_cursor(api: httpx.AsyncClient, path: str, filters: dict[str, str]) -> str:
    page = (await api.get(path, params={"limit": 1, **filters})).json()
    cursor: str = page["next"]
    assert (await api.get(path, params={"cursor": cursor, **filters})).json()["items"]
    return cursor


@pytest.mark.parametrize("path", COLLECTIONS)
async def test_a_cursor_goes_with_its_collection_and_filters_only(api: httpx.AsyncClient, path: str):
    await two_of_each(api)
    foreign = [await first_cursor(api, other, {}) for other in COLLECTIONS if other != path]
    foreign.append(await first_cursor(api, f"{SCHEMES}/b/entries", {}))
    filtered = await first_cursor(api, path, COLLECTIONS[path])
    refused = [*foreign, filtered] if COLLECTIONS[path] else foreign
    for cursor in [*refused, "made-up", base64.urlsafe_b64encode(b'"a"').decode()]:
        answer = await api.get(path, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


@pytest.mark.parametrize("after", ["9" * 30, str(2**53), "x", "٣", "-1", "1.0"])
async def test_a_cursor_that_names_no_entry_is_refused(api: httpx.AsyncClient, after: str):
    await post(api)
    path = f"{SCHEMES}/admissions/entries"
    answer = await api.get(path, params={"cursor": sealed(after, [path, []])})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")
    assert (await api.get(path, params={"cursor": sealed("1", [path, []])})).status_code == 200


async def test_refusals_speak_of_what_may_be_sent(api: httpx.AsyncClient):
    await post(api, link=None)
    (error,) = (await book(api, state="indicated")).json()["errors"]
    assert error == {"field": "state", "message": "Input should be 'validated' or 'banked'"}


async def test_the_document_describes_every_call_and_its_examples_work(bare: httpx.AsyncClient):
    document = (await bare.get("/openapi.json")).json()
    for path, calls in document["paths"].items():
        assert path.startswith("/finance/v1/")
        assert all(call["summary"] and call["description"] for call in calls.values())
    schemas = document["components"]["schemas"]
    fund = schemas["FundBody"]["examples"][0]
    assert (await bare.put("/finance/v1/funds/example", json=fund)).status_code == 201
    calculator = schemas["SavingsRangeBody"]["examples"][0]
    assert (await bare.post("/finance/v1/calculators/savings-range", json=calculator)).status_code == 200
    await bare.put(FUND, json=fund_body())
    assert (await bare.post(SCHEMES, json=schemas["SchemeBody"]["examples"][0])).status_code == 201
    entry = schemas["EntryBody"]["examples"][0]
    posted = await bare.post(f"{SCHEMES}/fewer-emergency-admissions/entries", json=entry)
    assert posted.status_code == 201
    assert document["info"]["title"] == SPEC.title

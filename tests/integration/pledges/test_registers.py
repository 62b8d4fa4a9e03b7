"""Registers, providers and ratings, one by one and many at once, on a real database."""

import csv
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from chassis.storage.database import Database

ROOT = "/pledges/v1"


async def call(api: httpx.AsyncClient, method: str, path: str, status: int, body: Any = None) -> dict[str, Any]:
    answer = await api.request(method, f"{ROOT}/{path}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


APPRAISAL = {
    "title": "Form",
    "options": [
        {"code": "shared", "title": "Shared", "verdict": "rejected", "scope": 1, "risks": ["Silos", "No sight"]},
        {"code": "new", "title": "New", "verdict": "preferred", "scope": 4, "benefits": ["Partners are equal"]},
    ],
}
CONSULTATION = {
    "title": "Draft",
    "first_day": "2018-02-01",
    "last_day": "2018-03-31",
    "asked": ["Staff"],
    "feedback": [{"given_by": "Board", "text": "Say more", "answer": None}],
}
RATING = {"home": "a", "grade": "good", "rated_on": "2017-06-01"}
CONTRACT = {
    "title": "Community",
    "provider": "care",
    "value_from": {"amount": "1000.00", "currency": "GBP"},
    "value_to": {"amount": "250000.00", "currency": "GBP"},
    "management": "close",
    "indicators": ["dtoc-all"],
}
PRINTED = {
    "title": "What hubs offer",
    "items": [
        {"text": "Advice", "number": 1, "group": "targeted", "figure": "12", "figure_unit": "sites", "note": "about"}
        | {"source": "2018-20 intentions"},
        {"text": "Website"} | dict.fromkeys(("number", "group", "figure", "figure_unit", "note", "source")),
    ],
}
ASSESSMENT = {
    "title": "Impact",
    "subject_kind": "action",
    "subject": "cafe",
    "done": True,
    "done_by": "Ana",
    "characteristics": ["age", "race"],
}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("impact-assessments", ASSESSMENT),
        ("benefits", {"title": "Less waiting", "beneficiary": "workforce", "owner": "Ana", "indicators": ["a"]}),
        ("consultations", CONSULTATION),
        ("options-appraisals", APPRAISAL),
        ("contracts", CONTRACT),
        ("printed-lists", PRINTED),
    ],
)
async def test_each_reads_as_it_was_put(api: httpx.AsyncClient, path: str, body: dict[str, Any]):
    await call(api, "PUT", "actions/cafe", 201, {"title": "Cafe"})
    await call(api, "PUT", "providers/care", 201, {"title": "Care", "kind": "provider"})
    made = await call(api, "PUT", f"{path}/1", 201, body)
    assert {name: made[name] for name in body if name != "options"} == {n: v for n, v in body.items() if n != "options"}
    if path == "options-appraisals":
        assert [one["risks"] for one in made["options"]] == [["Silos", "No sight"], []]
    assert await call(api, "PUT", f"{path}/1", 200, body) == made
    assert await call(api, "GET", f"{path}/1", 200) == made
    assert (await call(api, "GET", path, 200))["items"] == [made]
    rows = list(csv.DictReader((await api.get(f"{ROOT}/{path}.csv")).text.splitlines()))
    assert [row["title"] for row in rows] == [body["title"]]
    assert (await call(api, "GET", f"{path}/none", 404))["type"] == "/problems/governance-record-unknown"


async def test_what_they_name_has_to_be_there(api: httpx.AsyncClient):
    for path, body, field in (
        ("impact-assessments/1", ASSESSMENT, "subject"),
        ("impact-assessments/1", ASSESSMENT | {"subject_kind": "decision"}, "subject"),
        ("impact-assessments/1", ASSESSMENT | {"done": False}, ""),
        ("contracts/1", CONTRACT, "provider"),
        ("contracts/1", CONTRACT | {"value_from": {"amount": "250000.01"}}, ""),
        ("contracts/1", CONTRACT | {"value_from": {"amount": "-0.01"}}, "value_from"),
        ("contracts/1", CONTRACT | {"value_from": {"amount": "1", "currency": "EUR"}}, "value_from.currency"),
        ("consultations/1", CONSULTATION | {"board": "none"}, "board"),
        ("options-appraisals/1", APPRAISAL | {"report": "none"}, "report"),
        ("printed-lists/1", PRINTED | {"report": "none"}, "report"),
        ("printed-lists/1", PRINTED | {"items": []}, "items"),
    ):
        refused = await call(api, "PUT", path, 422, body)
        assert not field or [one["field"] for one in refused["errors"]] == [field]
    await call(
        api, "PUT", "impact-assessments/1", 201, ASSESSMENT | {"subject_kind": "scheme", "subject": "front-door"}
    )
    assert len((await call(api, "GET", "impact-assessments?subject=front-door", 200))["items"]) == 1
    assert (await call(api, "GET", "impact-assessments?subject=cafe", 200))["items"] == []


async def test_a_home_has_the_grade_of_its_last_rating(api: httpx.AsyncClient):
    ratings = [("a", "good", "2017-06-01"), ("a", "inadequate", "2018-01-05"), ("b", "outstanding", "2017-01-01")]
    for number, (home, grade, day) in enumerate(ratings):
        await call(api, "PUT", f"ratings/{number}", 201, {"home": home, "grade": grade, "rated_on": day})
    now = await call(api, "GET", "rated-homes", 200)
    assert (now["on"], now["count"], now["denominator"], now["percentage"]) == ("2018-02-28", 1, 2, "50.00")
    then = await call(api, "GET", "rated-homes?on=2017-12-31", 200)
    assert (then["grades"]["good"], then["percentage"]) == (1, "100.00")
    assert (await call(api, "GET", "rated-homes?on=2016-01-01", 200))["percentage"] is None


async def test_a_rating_ends(api: httpx.AsyncClient):
    for number, body in enumerate([{"rated_on": "2017-01-01"}, {"rated_on": "2017-06-01", "last_day": "2018-01-31"}]):
        await call(api, "PUT", f"ratings/{number}", 201, RATING | body)
    before = await call(api, "GET", "rated-homes?on=2018-01-31", 200)
    assert (before["count"], before["denominator"]) == (1, 1)
    after = await call(api, "GET", "rated-homes", 200)
    assert (after["count"], after["denominator"], after["percentage"]) == (0, 0, None)
    backwards = RATING | {"rated_on": "2017-06-01", "last_day": "2017-05-31"}
    assert (
        "last_day is before rated_on" in (await call(api, "PUT", "ratings/2", 422, backwards))["errors"][0]["message"]
    )


@pytest.mark.parametrize(
    "query",
    [
        "benefits?beneficiary=nobody",
        "benefits.csv?beneficiary=nobody",
        "rating-counts?grade=fine",
        "meetings?since=2018-03-01&until=2018-02-28",
        "decisions?since=2018-03-01&until=2018-02-28",
        "pledges?pledge_set=18",
        "pledges.csv?pledge_set=twenty",
        "pledges.csv?quarter=2018-19-Q1",
        "returns?pledge=the first",
    ],
)
async def test_a_filter_that_nothing_can_fit_is_refused(api: httpx.AsyncClient, query: str):
    assert (await call(api, "GET", query, 422))["errors"]


async def test_many_are_put_at_once_all_or_none(api: httpx.AsyncClient):
    many = {
        "contracts": [CONTRACT | {"code": "1"}],
        "providers": [{"code": "care", "title": "Care", "kind": "provider"}],
        "benefits": [{"code": "1", "title": "Less waiting", "beneficiary": "providers"}],
    }
    assert await call(api, "POST", "records", 200, many) == {"created": 3, "changed": 0, "unchanged": 0}
    many["benefits"][0] |= {"title": "No waiting"}
    assert await call(api, "POST", "records", 200, many) == {"created": 0, "changed": 1, "unchanged": 2}
    wrong = {
        "contracts": [CONTRACT | {"code": "2", "provider": "none"}],
        "benefits": [{"code": "2", "title": "X", "beneficiary": "providers", "board": "none"}],
        "providers": [{"code": "CARE", "title": "Care", "kind": "provider"}, {"code": "x", "title": "X", "kind": "k"}],
    }
    refused = await call(api, "POST", "records", 422, wrong)
    assert [one["field"] for one in refused["errors"]] == [
        "provider/CARE/code",
        "contract/2/provider",
        "benefit/2/board",
    ]
    await call(api, "GET", "providers/x", 404)


async def test_a_code_stands_once_among_many(api: httpx.AsyncClient):
    benefit = {"title": "Less waiting", "beneficiary": "providers"}
    twice = [benefit | {"code": code} for code in ("a", "b", "a", "B")]
    refused = await call(api, "POST", "records", 422, {"benefits": twice, "ratings": [RATING | {"code": "a"}]})
    assert [(one["field"], one["message"]) for one in refused["errors"]] == [
        ("benefit/a/code", "stands there twice"),
        ("benefit/B/code", "is taken"),
    ]
    assert (await call(api, "GET", "benefits", 200))["items"] == []


@pytest.mark.both_engines
async def test_many_cost_no_more_than_few(api: httpx.AsyncClient, database: Database):
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))
    await call(api, "PUT", "actions/cafe", 201, {"title": "Cafe"})

    async def cost(prefix: str, records: int, title: str) -> int:
        named = [f"{prefix}{n}" for n in range(records)]
        care = {"title": title, "provider": named[0]}
        visit = care | {"reviewed_on": "2018-02-01", "reviewed_by": "Us", "actions": ["cafe"]}
        body = {
            "providers": [{"code": code, "title": title, "kind": "provider"} for code in named],
            "contracts": [care | {"code": code} for code in named],
            "quality_reviews": [visit | {"code": code} for code in named],
            "impact_assessments": [ASSESSMENT | {"code": code, "title": title} for code in named],
        }
        statements.clear()
        put = await call(api, "POST", "records", 200, body)
        assert sum(put.values()) == 4 * records
        return len(statements)

    few = [await cost("a", 3, title) for title in ("New", "Newer", "Newer")]
    many = [await cost("b", 90, title) for title in ("New", "Newer", "Newer")]
    assert all(one <= other for one, other in zip(many, few, strict=True)), (many, few)

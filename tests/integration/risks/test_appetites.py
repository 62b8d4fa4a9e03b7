"""What is wanted and tolerated by category, the risks that pass it, and where a category drifts."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from tests.integration.risks.conftest import counted

STATED = {"category": "Financial", "appetite": 8, "tolerance": 12, "reason": "Agreed with the budget"}
OF_IT = {"category": "Financial"}


async def state(register: Any, status: int = 201, **fields: Any) -> Any:
    return await register.post("/appetites", STATED | fields, status)


async def assess(register: Any, likelihood: int) -> Any:
    return await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": likelihood, "reason": "r"})


async def breaches(register: Any, **params: str) -> list[tuple[str, int, str, str | None]]:
    found = (await register.get("/breaches", **params))["items"]
    return [(one["risk"], one["rating"]["score"], one["began_on"], one["ended_on"]) for one in found]


async def told(register: Any) -> list[str]:
    """The kinds of events about the risk, whose versions have no gap."""
    found = [(kind, version) for kind, subject, version in await register.outbox() if subject == "OCC4"]
    assert [version for _, version in found] == list(range(1, len(found) + 1))
    return [kind for kind, _ in found]


@pytest.mark.both_engines
async def test_indicators_carry_a_risk_beyond_and_back(register: Any, tied: Any) -> None:
    await state(register)
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"), **OF_IT)
    before = await register.get("/risks/OCC4")
    assert (before["limits"], before["appetite_status"]) == ({"appetite": 8, "tolerance": 12}, "within_tolerance")
    assert await breaches(register) == []
    await register.say("ae/RK9", 2, "ggr")
    shown = await register.get("/risks/OCC4")
    assert (shown["appetite_status"], "tolerance_breached" in shown["flags"]) == ("beyond_tolerance", True)
    assert await told(register) == ["rescored", "reviewed", "rescored", "breached"]
    event = (await register.events("OCC4"))[-1]
    assert (event["category"], event["appetite"], event["tolerance"], event["effective"]["score"]) == (
        "Financial",
        8,
        12,
        16,
    )
    assert (event["since"], event["status"], len(event["links"])) == ("2018-02-28", "open", 1)
    await register.say("ae/RK9", 3, "ggrr")
    assert await breaches(register, state="open") == [("OCC4", 16, "2018-02-28", None)]
    await register.pin(date(2018, 3, 9))
    await register.say("ae/RK9", 4, "ggrrgg")
    assert await told(register) == ["rescored", "reviewed", "rescored", "breached", "rescored"]
    assert (await register.get("/risks/OCC4"))["version"] == 5
    assert await breaches(register, state="ended") == [("OCC4", 16, "2018-02-28", "2018-03-09")]
    assert await breaches(register, state="open") == []


@pytest.mark.both_engines
async def test_a_lower_tolerance_publishes_what_passes_it_and_a_higher_one_what_is_within_again(register: Any) -> None:
    await register.risk(**OF_IT)
    await register.risk("OTHER", category="Operational")
    await register.risk("DRAFT", status="draft", **OF_IT)
    await register.risk("CHANCE", kind="opportunity", **OF_IT)
    await register.risk("BC01", assessment=None, legacy_band="red", **OF_IT)
    before = await register.outbox()
    first = await state(register, tolerance=8)
    assert (await register.outbox())[len(before) :] == [("breached", "OCC4", 3)]
    assert await state(register, 200, tolerance=8) == first
    await state(register)
    assert (await register.outbox())[len(before) + 1 :] == [("reviewed", "OCC4", 4)]
    assert [one[0] for one in await breaches(register, risk="OCC4")] == ["OCC4"]
    await state(register, tolerance=8)
    await state(register, appetite=None, tolerance=None)
    assert [one[3] for one in await breaches(register)] == ["2018-02-28"] * 2
    assert (await register.get("/risks/OCC4"))["limits"] is None
    assert await register.get("/appetites") == {"items": []}
    assert await register.get(f"/appetites/{first['id']}") == first
    assert [(action, subject) for action, subject, *_ in await register.audited()][5:] == [
        ("appetite.stated", "Financial")
    ] * 4


async def test_what_a_person_decides_of_a_risk_begins_and_ends_it_too(register: Any) -> None:
    await state(register)
    await register.risk(**OF_IT)
    await assess(register, 5)
    await register.patch("/risks/OCC4", {"category": "Operational"})
    await register.patch("/risks/OCC4", {"category": "Financial"})
    await register.post("/risks/OCC4/close", {"reason": "r"}, 200)
    await register.post("/risks/OCC4/reopen", {"reason": "r"}, 200)
    assert await breaches(register) == [("OCC4", 20, "2018-02-28", "2018-02-28")] * 2 + [
        ("OCC4", 20, "2018-02-28", None)
    ]
    await register.patch("/risks/OCC4", {"category": "Operational"})
    categories = [one["category"] for one in (await register.get("/breaches"))["items"]]
    assert categories == ["Financial"] * 3
    await register.patch("/risks/OCC4", {"category": "Financial"})
    assert await told(register) == [
        *("rescored", "reviewed", "rescored", "reviewed", "breached"),
        *("reviewed", "breached", "reviewed", "reviewed", "breached", "reviewed", "breached"),
    ]
    await assess(register, 4)
    assert (await breaches(register))[-1][3] is None
    await assess(register, 2)
    assert await breaches(register, state="open") == []
    assert (await register.get("/risks/OCC4"))["appetite_status"] == "within_appetite"


async def test_a_statement_is_of_one_matrix(register: Any) -> None:
    matrix = {
        "code": "small",
        "version": 1,
        "title": "Small",
        "impacts": ["Low", "High"],
        "likelihoods": ["Rare", "Likely"],
        "grid": [["green", "amber"], ["amber", "red"]],
    }
    await register.post("/matrices", matrix)
    await register.risk(**OF_IT)
    await register.risk("SMALL", matrix="small@1", assessment={"impact": 2, "likelihood": 2, "reason": "r"}, **OF_IT)
    problem = await state(register, 422, matrix="small@1")
    assert (problem["type"], problem["errors"][0]["field"]) == ("/problems/appetite-off-matrix", "tolerance")
    await state(register, matrix="small@1", appetite=1, tolerance=2)
    assert [one[0] for one in await breaches(register)] == ["SMALL"]
    assert (await register.get("/risks/OCC4"))["limits"] is None


@pytest.mark.parametrize(
    "fields",
    [
        {"appetite": 13},
        {"appetite": None},
        {"tolerance": None},
        {"tolerance": 26},
        {"appetite": 0},
        {"category": ""},
        {"reason": ""},
        {"matrix": "none@1"},
    ],
)
async def test_what_cannot_be_stated_is_refused(register: Any, fields: dict[str, Any]) -> None:
    await state(register, 422, **fields)
    assert await register.get("/appetites") == {"items": []}
    await register.get("/appetites/1", 404)


@pytest.mark.both_engines
async def test_a_category_drifts_and_each_quarter_is_judged_by_what_was_stated_then(register: Any) -> None:
    await state(register)
    await register.risk(**OF_IT)
    await register.risk("OCC2", assessment={"impact": 2, "likelihood": 3, "reason": "r"}, **OF_IT)
    known = (await register.get("/risks/OCC2"))["changed_at"]
    await register.pin(date(2018, 5, 1))
    await assess(register, 5)
    await state(register, appetite=4, tolerance=16)
    [found] = (await register.get("/appetites", quarters=2))["items"]
    assert found["statement"]["limits"] == {"appetite": 4, "tolerance": 16}
    shown = [
        (then["quarter"], then["within_appetite"], then["within_tolerance"], then["beyond_tolerance"])
        for then in (*found["drift"], found["present"])
    ]
    assert shown == [("2017/18 Q3", 0, 0, 0), ("2017/18 Q4", 1, 1, 0), (None, 0, 1, 1)]
    assert (found["drift"][0]["limits"], found["present"]["furthest_beyond"]) == (None, 4)
    [then] = (await register.get("/appetites", quarter="2017/18 Q4", quarters=0))["items"]
    assert (then["statement"]["limits"]["tolerance"], then["present"]["within_tolerance"]) == (12, 1)
    assert (await register.get("/appetites", as_of=known))["items"][0]["present"]["within_appetite"] == 1


@pytest.mark.both_engines
async def test_the_register_as_a_file_says_where_each_risk_is(register: Any) -> None:
    await state(register)
    await register.risk(**OF_IT)
    await register.risk("CHANCE", kind="opportunity", **OF_IT)
    text = (await register.http.get("/risks/v1/register.csv")).text
    found = {
        row["ref"]: (row["appetite_score"], row["tolerance_score"], row["appetite_status"])
        for row in csv.DictReader(io.StringIO(text))
    }
    assert found == {"CHANCE": ("", "", ""), "OCC4": ("8", "12", "within_tolerance")}
    answer = await register.http.post(
        "/risks/v1/imports", content=text, params={"reason": "r"}, headers={"content-type": "text/csv"}
    )
    assert answer.json()["unchanged"] == ["CHANCE", "OCC4"]


@pytest.mark.both_engines
async def test_an_event_costs_no_statement_more_where_limits_are_stated(register: Any, tied: Any) -> None:
    await register.say("ae/RK9", 1, "ggg")
    await register.risk(links=tied("ae/RK9"), **OF_IT)
    sent = []
    for version, colours in ((2, "ggr"), (3, "ggg")):
        with counted(register.database) as statements:
            await register.say("ae/RK9", version, colours)
        sent.append(len(statements))
    await state(register, tolerance=20)
    for version, colours in ((4, "ggr"), (5, "ggg")):
        with counted(register.database) as statements:
            await register.say("ae/RK9", version, colours)
        sent.append(len(statements))
    assert sent[:2] == sent[2:], statements

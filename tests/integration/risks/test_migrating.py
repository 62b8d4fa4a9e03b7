"""Risks move to another matrix by an assessment on it, and their past stays where it was."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from tests.integration.risks.conftest import Register, links
from tests.integration.risks.test_acceptances import accepted

THREE: dict[str, Any] = {
    "code": "three-by-three",
    "version": 1,
    "title": "Three by three",
    "impacts": ["Minor", "Moderate", "Major"],
    "likelihoods": ["Unlikely", "Possible", "Likely"],
    "grid": [["green"] * 3, ["green", "amber", "amber"], ["amber", "red", "red"]],
}
MOVED = {"matrix": "three-by-three@1", "impact": 3, "likelihood": 2, "reason": "New words"}
OLD = {"matrix": "five-by-five@1", "to": "three-by-three@1"}


async def rows(register: Register, **params: str) -> dict[str, dict[str, str]]:
    text = (await register.http.get("/risks/v1/register.csv", params=params)).text
    return {row["ref"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.both_engines
async def test_a_risk_is_assessed_on_the_new_matrix_and_its_past_stays(register: Register) -> None:
    await register.post("/matrices", THREE)
    await register.say("ae/RK9", 1, "gg")
    aims = {"inherent": {"impact": 5, "likelihood": 5}, "target": {"impact": 4, "likelihood": 2}}
    await register.risk(links=links("ae/RK9"), mode="propose", category="Financial", **aims)
    await register.risk("OCC5", assessment={"impact": 5, "likelihood": 5, "reason": "First"})
    await register.say("ae/RK9", 2, "ggr")
    before = await register.get("/risks/OCC4/explanation")
    known = (await register.get("/risks/OCC4"))["changed_at"]
    left = (await register.get("/migrations", **OLD))["items"]
    assert [(one["ref"], one["words"]["impact"], one["suggested"] and one["suggested"]["score"]) for one in left] == [
        ("OCC4", "Major", 6),
        ("OCC5", "Catastrophic", None),
    ]
    await register.pin(date(2018, 4, 10))
    moved = await register.post("/risks/OCC4/move", MOVED | {"target": {"impact": 3, "likelihood": 1}}, 200)
    assert (moved["matrix"], moved["effective"], moved["inherent"], moved["target"]["score"]) == (
        "three-by-three@1",
        {"impact": 3, "likelihood": 2, "score": 6, "band": "red"},
        None,
        3,
    )
    assert (moved["previous"], moved["movement"], moved["open_proposal"]) == (None, "new", None)
    assert [one["ref"] for one in (await register.get("/migrations", **OLD))["items"]] == ["OCC5"]
    [*_, event, _] = await register.events("OCC4")
    assert (event["matrix"], event["before"], event["after"]["score"]) == ("three-by-three@1", None, 6)
    proposed = (await register.get("/risks/OCC4/proposals"))["items"][0]["proposed"]
    assert (proposed["score"], proposed["band"]) == (16, "amber")
    now, then = await rows(register), await rows(register, quarter="2017/18 Q4")
    assert (now["OCC4"]["matrix"], now["OCC4"]["previous_score"]) == ("three-by-three@1", "")
    assert (then["OCC4"]["matrix"], then["OCC4"]["current_score"], then["OCC4"]["inherent_impact"]) == (
        "five-by-five@1",
        "12",
        "5",
    )
    cells = (await register.get("/heatmap", quarter="2017/18 Q4"))["cells"]
    assert [cell["refs"] for cell in cells if cell["refs"]] == [["OCC4"], ["OCC5"]]
    explained = await register.get("/risks/OCC4/explanation", as_of=known)
    assert (explained["matrix"], explained["effective"]) == ("five-by-five@1", before["effective"])
    await register.say("ae/RK9", 3, "ggrgg")
    assert (await register.get("/risks/OCC4"))["indicated"]["likelihood"] == 1


async def test_what_was_decided_by_cells_of_the_old_matrix_ends(register: Register) -> None:
    await register.post("/matrices", THREE)
    await register.post("/appetites", {"category": "Financial", "appetite": 8, "tolerance": 12, "reason": "r"})
    found = await accepted(register, category="Financial")
    losses = [{"likelihood": 3, "chance": "0.5", "low": "10", "high": "20"}]
    await register.put("/risks/OCC4/losses", {"losses": losses, "reason": "r"})
    override = {"impact": 4, "likelihood": 2, "until": "2018-03-15", "reason": "For a while"}
    await register.post("/risks/OCC4/override", override, 200)
    moved = await register.post("/risks/OCC4/move", MOVED, 200)
    assert (moved["status"], moved["override"], moved["losses"], moved["limits"]) == ("open", None, [], None)
    assert (await register.get(f"/risks/OCC4/acceptances/{found['id']}"))["state"] == "withdrawn"
    assert (await register.audited())[-1][:2] == ("risk.moved", "OCC4")


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (MOVED | {"matrix": "none@1"}, 422, "matrix-unknown"),
        (MOVED | {"impact": 4}, 422, "rating-off-matrix"),
        (MOVED | {"target": {"impact": 4, "likelihood": 1}}, 422, "rating-off-matrix"),
        (MOVED | {"matrix": "five-by-five@1"}, 409, "risk-on-this-matrix"),
    ],
)
async def test_what_cannot_be_moved_stays(register: Register, body: Any, status: int, problem: str) -> None:
    await register.post("/matrices", THREE)
    before = await register.risk()
    assert (await register.post("/risks/OCC4/move", body, status))["type"] == f"/problems/{problem}"
    assert await register.get("/risks/OCC4") == before

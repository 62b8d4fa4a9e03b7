"""The heat map, and proposals across the register."""

import io
from datetime import date
from typing import Any

import pytest

from chassis.tabular.reading import sheets


async def _cells(register: Any, **params: str) -> dict[tuple[int, int], list[str]]:
    """Cells that are not empty."""
    found = await register.get("/heatmap", **params)
    assert [cell["count"] for cell in found["cells"]] == [len(cell["refs"]) for cell in found["cells"]]
    return {(cell["impact"], cell["likelihood"]): cell["refs"] for cell in found["cells"] if cell["refs"]}


async def test_every_cell_with_its_band_and_the_risks_in_it(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk("B", links=tied("ae/RK9"), inherent={"impact": 5, "likelihood": 5})
    await register.risk("A", target={"impact": 4, "likelihood": 2}, category="Financial")
    await register.risk("LEGACY", assessment=None, legacy_band="yellow")
    found = await register.get("/heatmap")
    assert (found["matrix"], found["rating"], found["business_date"]) == ("five-by-five@1", "residual", "2018-02-28")
    assert len(found["cells"]) == 25
    assert [cell["band"] for cell in found["cells"]].count("red") == 3
    assert await _cells(register) == {(4, 3): ["A", "B"]}
    assert found["unrated"] == ["LEGACY"]
    await register.say("ae/RK9", 2, "ggr")
    assert await _cells(register) == {(4, 3): ["A"], (4, 4): ["B"]}
    assert await _cells(register, rating="inherent") == {(5, 5): ["B"]}
    assert await _cells(register, rating="target") == {(4, 2): ["A"]}
    assert (await register.get("/heatmap", rating="target"))["unrated"] == ["B", "LEGACY"]
    assert await _cells(register, category="Financial") == {(4, 3): ["A"]}


async def test_opportunities_drafts_and_closed_risks_stand_in_no_threat_map(register: Any):
    await register.risk("THREAT")
    await register.risk("CHANCE", kind="opportunity")
    await register.risk("DRAFT", status="draft")
    await register.risk("CLOSED")
    await register.post("/risks/CLOSED/close", {"reason": "Done"}, 200)
    assert await _cells(register) == {(4, 3): ["THREAT"]}
    assert await _cells(register, kind="opportunity") == {(4, 3): ["CHANCE"]}


async def test_a_map_is_of_one_matrix(register: Any):
    small = {
        "code": "small",
        "version": 1,
        "title": "Small",
        "impacts": ["low", "high"],
        "likelihoods": ["rare", "sure"],
        "grid": [["green", "amber"], ["amber", "red"]],
    }
    await register.post("/matrices", small)
    await register.risk("S", matrix="small@1", assessment={"impact": 2, "likelihood": 1, "reason": "x"})
    await register.risk("A")
    assert await _cells(register) == {(4, 3): ["A"]}
    assert await _cells(register, matrix="small@1") == {(2, 1): ["S"]}
    problem = await register.get("/heatmap", 422, matrix="none@1")
    assert problem["errors"][0]["field"] == "matrix"


async def test_an_override_that_ended_and_was_not_swept_places_nothing(register: Any):
    await register.risk()
    override = {"impact": 5, "likelihood": 5, "until": "2018-03-15", "reason": "Strike"}
    await register.post("/risks/OCC4/override", override, 200)
    assert await _cells(register) == {(5, 5): ["OCC4"]}
    await register.pin(date(2018, 3, 16))
    assert await _cells(register) == {(4, 3): ["OCC4"]}


async def test_proposals_of_the_whole_register(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    for ref in ("A", "B", "C"):
        await register.risk(ref, links=tied("ae/RK9"), mode="auto" if ref == "C" else "propose")
    await register.say("ae/RK9", 2, "gga")
    found = (await register.get("/proposals"))["items"]
    assert [(one["risk"], one["title"], one["state"]) for one in found] == [
        ("A", "Risk A", "open"),
        ("B", "Risk B", "open"),
    ]
    assert found[0]["proposed"]["likelihood"] == 4
    await register.post(f"/risks/A/proposals/{found[0]['id']}/accept", {"reason": "Agreed"}, 200)
    answer = await register.http.get("/risks/v1/proposals", params={"state": "open"})
    assert [one["risk"] for one in answer.json()["items"]] == ["B"]
    assert [one["risk"] for one in (await register.get("/proposals"))["items"]] == ["A", "B"]


@pytest.mark.parametrize("params", [{"rating": "current"}, {"kind": "both"}, {"matrix": "five"}])
async def test_a_map_that_cannot_be_is_refused(register: Any, params: dict[str, str]):
    await register.get("/heatmap", 422, **params)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
async def test_it_is_taken_out_as_a_file(register: Any, ending: str) -> None:
    await register.risk()
    await register.risk("BC01", assessment=None, legacy_band="red")
    content = (await register.http.get(f"/risks/v1/heatmap.{ending}")).content
    found = [row.cells for sheet in sheets(io.BytesIO(content)) for row in sheet]
    assert ["4", "Major", "3", "Possible", "12", "amber", "1", "OCC4"] in [row[:8] for row in found]
    assert ["", "", "", "", "", "not rated", "1", "BC01"] in [row[:8] for row in found]
    assert sum(row[5:7] == ["amber", "0"] for row in found) > 1
    await register.get(f"/heatmap.{ending}", 422, matrix="none@1")

"""Risks priced by their owners, and what the register could cost."""

import csv
import io
from typing import Any

import pytest

from tests.integration.risks.conftest import Register, links

LOSSES: dict[str, Any] = {
    "losses": [
        {"likelihood": 4, "chance": "0.5", "low": "50000", "high": "400000"},
        {"likelihood": 3, "chance": "1", "low": "1000", "high": "1000"},
    ],
    "reason": "With finance",
}


@pytest.mark.both_engines
async def test_the_curve_follows_the_likelihood_in_effect(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=links("ae/RK9"))
    await register.risk("OTHER")
    await register.risk("CHANCE", kind="opportunity")
    await register.risk("DRAFT", status="draft")
    shown = await register.put("/risks/OCC4/losses", LOSSES)
    assert [band["likelihood"] for band in shown["losses"]] == [3, 4]
    assert await register.get("/risks/OCC4/losses") == {"losses": shown["losses"]}
    assert (await register.put("/risks/OCC4/losses", LOSSES))["version"] == shown["version"]
    found = await register.get("/exposure", seed="7", years="1000")
    assert (found["expected"], found["unpriced"], found["seed"], found["years"]) == ("1000", ["OTHER"], 7, 1000)
    assert {point["loss"] for point in found["curve"]} == {"1000"}
    await register.say("ae/RK9", 2, "ggr")
    moved = await register.get("/exposure", seed="7", years="1000")
    assert (moved["risks"][0]["chance"], moved["curve"][0]["loss"]) == ("0.5", "0")
    assert await register.get("/exposure", seed="7", years="1000") == moved
    text = (await register.http.get("/risks/v1/exposure.csv", params={"seed": 7, "years": 1000})).text
    assert [row["loss"] for row in csv.DictReader(io.StringIO(text))] == [each["loss"] for each in moved["curve"]]
    assert [event["losses"][0]["low"] for event in (await register.events("OCC4"))[-2:]] == ["1000", "1000"]
    assert (await register.audited())[-1][0] == "risk.priced"


@pytest.mark.parametrize(
    ("band", "field"),
    [
        ({"likelihood": 6}, "losses.0.likelihood"),
        ({"chance": "1.1"}, "losses.0.chance"),
        ({"chance": "0"}, "losses.0.chance"),
        ({"low": "0"}, "losses.0.low"),
        ({"high": "10"}, "losses.0"),
        ({"likelihood": 3}, "body"),
    ],
)
async def test_what_cannot_be_priced_is_refused(register: Register, band: dict[str, Any], field: str) -> None:
    await register.risk()
    losses = [LOSSES["losses"][0] | band, LOSSES["losses"][1]]
    problem = await register.put("/risks/OCC4/losses", LOSSES | {"losses": losses}, 422)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert (await register.get("/risks/OCC4"))["losses"] == []

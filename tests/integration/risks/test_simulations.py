"""What would be, across the register."""

from typing import Any

import pytest

from tests.integration.risks.conftest import counted

RED = {"indicator": "ae", "area": "RK9", "colour": "red"}


async def test_those_that_would_move_are_named_and_nothing_is_stored(register: Any, tied: Any) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.say("beds/RK9", 1, "gg")
    await register.risk("A", links=tied("ae/RK9"))
    await register.risk("B", links=tied("ae/RK9", "beds/RK9"), assessment={"impact": 4, "likelihood": 2, "reason": "x"})
    await register.risk("C", links=tied("ae/RK9"), mode="propose")
    await register.risk("D", links=tied("beds/RK9"))
    await register.risk("E", links=tied("ae/RK9"))
    await register.post("/risks/E/close", {"reason": "Over"}, 200)
    told = await register.outbox()
    beds = RED | {"indicator": "beds"}
    found = await register.post("/simulations", {"signals": [RED, beds, RED | {"indicator": "none"}]}, 200)
    assert (found["looked_at"], found["unlinked"]) == (4, ["none/RK9"])
    moved = [(one["ref"], one["present"]["score"], one["supposed"]["effective"]["score"]) for one in found["moved"]]
    assert moved == [("A", 12, 16), ("B", 8, 16), ("D", 12, 16)]
    only = await register.post("/simulations", {"signals": [RED], "risks": ["A", "D"]}, 200)
    assert (only["looked_at"], [one["ref"] for one in only["moved"]]) == (2, ["A"])
    assert await register.outbox() == told
    assert (await register.get("/risks/A"))["effective"]["score"] == 12


@pytest.mark.parametrize(
    ("body", "status"), [({"signals": []}, 422), ({"signals": [RED], "risks": ["NONE"]}, 404), ({}, 422)]
)
async def test_what_cannot_be_supposed_is_refused(register: Any, body: Any, status: int) -> None:
    await register.post("/simulations", body, status)


async def test_four_statements_for_any_number_of_risks(register: Any, tied: Any) -> None:
    await register.say("ae/RK9", 1, "gg")
    for ref in ("A", "B", "C"):
        await register.risk(ref, links=tied("ae/RK9"))
        with counted(register.database) as statements:
            await register.post("/simulations", {"signals": [RED]}, 200)
        assert len(statements) == 4, statements


async def test_what_is_supposed_has_no_periods_that_say_otherwise(register: Any, tied: Any) -> None:
    await register.hear_both("gg")
    await register.risk("A", links=tied("beds/RK9", "flow/RK9"))
    now = await register.get("/risks/A/explanation")
    supposed = {"signals": [RED | {"indicator": "flow"}]}
    found = (await register.post("/risks/A/simulations", supposed, 200))["supposed"]
    [beds, flow] = found["links"]
    assert beds == now["links"][0]
    assert (flow["severity_now"], flow["periods"], flow["event_id"], flow["unconfirmed"]) == (2, [], None, False)
    assert found["event_ids"] == ["beds/RK9@1.0"]
    assert "flow/RK9@" not in found["text"]

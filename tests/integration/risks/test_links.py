"""Changing which indicators move a risk: what keeps its snapshot, and what is refused."""

from typing import Any

import pytest


async def test_a_link_in_another_group_keeps_its_snapshot_and_the_risk_its_score(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(assessment={"impact": 4, "likelihood": 4, "reason": "First"}, links=tied("ae/RK9#flow"))
    await register.say("ae/RK9", 2, "ggr")
    before = await register.get("/risks/OCC4")
    assert before["effective"]["score"] == 20
    told = await register.outbox()
    after = await register.put("/risks/OCC4/links", {"links": tied("ae/RK9#front-door")})
    assert after["links"] == [before["links"][0] | {"group": "front-door"}]
    assert (after["effective"], after["indicated"]) == (before["effective"], before["indicated"])
    assert await register.outbox() == told
    explained = await register.get("/risks/OCC4/explanation")
    assert explained["groups"] == [{"group": "front-door", "severity_at": 0, "severity_now": 2}]


async def test_a_new_group_counts_at_once(register: Any, tied: Any):
    for subject in ("ae/RK9", "dtoc/RK9"):
        await register.say(subject, 1, "gg")
    risk = {"impact": 4, "likelihood": 2, "reason": "First"}
    await register.risk(assessment=risk, links=tied("ae/RK9#flow", "dtoc/RK9#flow"))
    for subject in ("ae/RK9", "dtoc/RK9"):
        await register.say(subject, 2, "ggr")
    assert await register.likelihoods() == (2, 3, 3)
    await register.put("/risks/OCC4/links", {"links": tied("ae/RK9#flow", "dtoc/RK9#discharge"), "reason": "Two"})
    assert await register.likelihoods() == (2, 4, 4)


async def test_another_signal_is_another_link_and_is_snapshotted_now(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9#flow"))
    await register.say("ae/RK9", 2, "ggr")
    replaced = await register.put("/risks/OCC4/links", {"links": tied("ae/RK9#flow", signal="best"), "reason": "Best"})
    assert [(link["signal"], link["severity_at"]) for link in replaced["links"]] == [("best", 2)]
    assert replaced["effective"]["likelihood"] == 3


@pytest.mark.parametrize("how", ["put", "post"])
async def test_one_indicator_does_not_pass_for_two_causes(register: Any, tied: Any, how: str):
    one = [*tied("ae/RK9#flow"), *tied("dtoc/RK9#flow"), *tied("ae/RK9#discharge", signal="trend")]
    if how == "put":
        await register.risk()
        problem = await register.put("/risks/OCC4/links", {"links": one}, 422)
    else:
        body = {"ref": "OCC5", "register": "people-2018", "title": "T", "links": one}
        problem = await register.post("/risks", body, 422)
    assert problem["type"] == "/problems/link-repeated"
    assert problem["errors"] == [
        {"field": "links.2.group", "message": "ae in RK9 stands in the group flow already"},
    ]


async def test_two_signals_of_an_indicator_may_share_a_group_and_other_areas_are_others(register: Any, tied: Any):
    shared = [*tied("ae/RK9#flow"), *tied("ae/RK9#flow", signal="trend"), *tied("ae/RH8#other")]
    await register.risk(links=shared)
    problem = await register.put("/risks/OCC4/links", {"links": [*shared, shared[0]]}, 422)
    assert [error["field"] for error in problem["errors"]] == ["links.3"]

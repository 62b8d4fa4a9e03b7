"""Priorities and actions over HTTP."""

from typing import Any

import httpx
import pytest

MENTAL_HEALTH = {
    "title": "Local, integrated and responsive mental health services",
    "gap": "care-and-quality",
    "leads": ["Dave MacAulay"],
}


async def put(api: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = await api.put(f"/pledges/v1/{path}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_priority_is_put_replaced_and_rolled_up(api: httpx.AsyncClient):
    made = await put(api, "priorities/mental-health", MENTAL_HEALTH)
    assert made["roll_up"]["actions"] == 0
    assert made["roll_up"]["progress"] is None
    assert await put(api, "priorities/mental-health", MENTAL_HEALTH, 200) == made
    must_do = {"priority": "mental-health", "title": "A must-do", "source": "business plan"}
    await put(api, "actions/crisis-cafe", must_do | {"due": "2018-04-30", "delivery": "delivered"})
    await put(api, "actions/recovery-pathways", must_do | {"due": "2018-01-31"})
    await put(api, "actions/rapid-response", must_do | {"delivery": "in_progress"})
    shown = (await api.get("/pledges/v1/priorities/mental-health")).json()
    assert [one["code"] for one in shown["actions"]] == ["crisis-cafe", "rapid-response", "recovery-pathways"]
    assert shown["roll_up"] == {
        "actions": 3,
        "parts": 0,
        "overdue": 1,
        "delivered": "33.33",
        "in_progress": "33.33",
        "not_started": "33.34",
        "undeliverable_external": "0.00",
        "progress": "33.33",
    }
    await api.patch("/pledges/v1/actions/crisis-cafe", json={"weight": "8"})
    (listed,) = (await api.get("/pledges/v1/priorities")).json()["items"]
    assert (listed["roll_up"]["delivered"], listed["roll_up"]["progress"]) == ("80.00", "80.00")


async def test_hub_sites_and_workforce_steps_are_actions(api: httpx.AsyncClient):
    for phase, site, confirmed in ((1, "four-greens", True), (2, "estover", False), (2, "city-centre", True)):
        body = {"kind": "hub", "title": site, "phase": phase, "confirmed": confirmed, "due": f"20{18 + phase}-03-31"}
        await put(api, f"actions/hub-{site}", body)
    await put(api, "priorities/workforce", {"title": "The workforce plan"})
    for step in (11, 2, 1):
        body = {"kind": "workforce_step", "title": f"Step {step}", "step": step, "priority": "workforce"}
        await put(api, f"actions/workforce-{step}", body)

    async def codes(**query: Any) -> list[str]:
        return [one["code"] for one in (await api.get("/pledges/v1/actions", params=query)).json()["items"]]

    assert await codes(kind="hub") == ["hub-city-centre", "hub-estover", "hub-four-greens"]
    assert await codes(kind="hub", phase=2) == ["hub-city-centre", "hub-estover"]
    assert await codes(schedule="on_time") == ["hub-city-centre", "hub-estover", "hub-four-greens"]
    assert await codes(priority="workforce", schedule="unscheduled", delivery="not_started") == [
        "workforce-1",
        "workforce-11",
        "workforce-2",
    ]
    steps = (await api.get("/pledges/v1/priorities/workforce")).json()["actions"]
    assert [one["step"] for one in steps] == [1, 2, 11]
    confirmed = (await api.patch("/pledges/v1/actions/hub-estover", json={"confirmed": True})).json()
    assert confirmed == (await api.get("/pledges/v1/actions/hub-estover")).json()
    assert confirmed["confirmed"] is True


async def test_putting_a_definition_again_keeps_what_was_recorded(api: httpx.AsyncClient):
    body = {"title": "Open the first wellbeing hub", "due": "2018-03-31"}
    made = await put(api, "actions/first-wellbeing-hub", body)
    assert await put(api, "actions/first-wellbeing-hub", body, 200) == made
    change = {"delivery": "delivered", "closed_on": "2018-02-20"}
    delivered = (await api.patch("/pledges/v1/actions/first-wellbeing-hub", json=change)).json()
    assert (delivered["schedule"], delivered["closed_on"]) == ("on_time", "2018-02-20")
    assert await put(api, "actions/first-wellbeing-hub", body, 200) == delivered
    opened = await put(api, "actions/first-wellbeing-hub", body | {"delivery": "in_progress"}, 200)
    assert (opened["delivery"], opened["closed_on"], opened["schedule"]) == ("in_progress", None, "due")


async def test_dependencies_must_exist_and_not_go_round(api: httpx.AsyncClient):
    await put(api, "actions/hubs-phase-1", {"title": "Six hubs"})
    await put(api, "actions/hubs-phase-2", {"title": "All hubs", "depends_on": ["hubs-phase-1"]})
    body = {"title": "?", "priority": "nowhere", "depends_on": ["hubs-phase-1", "hubs-phase-3"]}
    unknown = await put(api, "actions/hubs-phase-4", body, 422)
    assert unknown["type"] == "/problems/reference-unknown"
    assert [one["field"] for one in unknown["errors"]] == ["priority", "depends_on"]
    circle = await put(api, "actions/hubs-phase-1", {"title": "Six hubs", "depends_on": ["hubs-phase-2"]}, 422)
    assert circle["detail"] == "hubs-phase-1 waits for hubs-phase-2 waits for hubs-phase-1."
    itself = await put(api, "actions/alone", {"title": "Alone", "depends_on": ["alone"]}, 422)
    assert itself["type"] == "/problems/dependency-circular"
    assert (await api.get("/pledges/v1/actions/alone")).status_code == 404


async def test_an_action_shows_its_indicators_once_each(api: httpx.AsyncClient):
    link = {"indicator": "dementia-diagnosis-rate", "area": "E38000129"}
    body = {"title": "Reach the diagnosis rate", "indicators": [link, link]}
    made = await put(api, "actions/dementia-diagnosis", body)
    provisional = dict.fromkeys(("benchmark_provisional", "trend_provisional", "target_provisional"), False)
    colours = dict.fromkeys(("period", "value", "unit", "benchmark", "trend", "target"))
    assert made["indicators"] == [{**link, "breakdown": {}, "pending": True, **colours, **provisional}]
    assert (await put(api, "actions/dementia-diagnosis", {"title": "Bare"}, 200))["indicators"] == []


@pytest.mark.parametrize("weight", ["-1", "NaN", "Infinity", "1.00001", "1e9", "1e3", "1_000", "\u0661", " 1", "heavy"])
async def test_weights_that_weigh_nothing_sensible_are_refused(api: httpx.AsyncClient, weight: str):
    refused = await put(api, "actions/first-wellbeing-hub", {"title": "Open it", "weight": weight}, 422)
    assert [one["field"] for one in refused["errors"]] == ["weight"]


@pytest.mark.parametrize("path", ["priorities/none", "actions/none"])
async def test_unknown_codes_are_a_404(api: httpx.AsyncClient, path: str):
    answer = await api.get(f"/pledges/v1/{path}")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("-unknown")


async def test_an_odd_code_is_refused_before_it_is_kept(api: httpx.AsyncClient):
    assert (await api.put("/pledges/v1/actions/first hub", json={"title": "x"})).status_code == 422
    assert (await api.patch("/pledges/v1/actions/no%00body", json={})).status_code == 400  # no path holds a NUL
    assert (await api.get("/pledges/v1/actions", params={"priority": "a\x00b"})).status_code == 422


async def test_milestones_are_parts_of_one_action(api: httpx.AsyncClient):
    await put(api, "priorities/care", {"title": "Care"})
    await put(api, "priorities/other", {"title": "Other"})
    await put(api, "actions/care-homes", {"title": "Care homes", "priority": "care"})
    for n in range(7):
        await put(api, f"actions/element-{n}", {"title": "An element", "priority": "care", "part_of": "care-homes"})
    await put(api, "actions/home-care", {"title": "Home care", "priority": "care"})
    await api.patch("/pledges/v1/actions/home-care", json={"delivery": "delivered"})
    shown = (await api.get("/pledges/v1/priorities/care")).json()
    assert (shown["roll_up"]["actions"], shown["roll_up"]["parts"], shown["roll_up"]["delivered"]) == (2, 7, "50.00")
    parts = (await api.get("/pledges/v1/actions", params={"part_of": "care-homes"})).json()["items"]
    assert [one["code"] for one in parts] == [f"element-{n}" for n in range(7)]
    for bad in (
        {"part_of": "nothing", "priority": "care"},
        {"part_of": "element-1", "priority": "care"},
        {"part_of": "care-homes", "priority": "other"},
        {"part_of": "care-homes"},
    ):
        refused = await put(api, "actions/new", {"title": "x"} | bad, 422)
        assert [one["field"] for one in refused["errors"]] == ["part_of"]
    nested = {"title": "Care homes", "priority": "care", "part_of": "home-care"}
    assert (await put(api, "actions/care-homes", nested, 422))["type"] == "/problems/part-not-possible"
    itself = {"title": "Home care", "priority": "care", "part_of": "home-care"}
    assert (await put(api, "actions/home-care", itself, 422))["type"] == "/problems/part-not-possible"


async def test_workforce_steps_count_as_one_action(api: httpx.AsyncClient):
    await put(api, "priorities/partnership", {"title": "The partnership"})
    for n in range(9):
        await put(api, f"actions/a-{n}", {"title": "x", "priority": "partnership"})
    for step in range(1, 12):
        body = {"title": "x", "priority": "partnership", "kind": "workforce_step", "step": step}
        await put(api, f"actions/workforce-{step}", body)
    roll_up = (await api.get("/pledges/v1/priorities/partnership")).json()["roll_up"]
    assert (roll_up["actions"], roll_up["parts"]) == (10, 11)

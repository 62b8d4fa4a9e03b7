"""Indicators, areas, frameworks, targets: what may be sent, and what each change tells the world."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import select

from chassis.storage.transaction import Tx
from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api, as_shown

AE = "/indicators/ae-four-hour-wait"
PHOF = {"code": "PHOF", "name": "Public health", "benchmark_method": "significance"}


async def test_an_indicator_is_defined_and_shown_with_its_frameworks_method(api: Api):
    await api.post("/frameworks", PHOF)
    sent = MONTHLY | {"code": "smoking", "framework": "PHOF", "owner": "Ruth", "definition": "d", "source": "s"}
    made = await api.post("/indicators", sent)
    assert {name: made[name] for name in sent} == sent
    assert (made["benchmark_method"], made["benchmark_method_from"]) == ("significance", "framework")
    assert (made["frameworks"], made["calculation"], made["rounded_to"]) == (["PHOF"], "crude", 1)
    assert (made["dimensions"], made["gap"], made["retired_on"]) == ({}, None, None)
    assert (made["inferred"], made["notes"]) == ([], [])
    assert await api.get("/indicators/smoking") == made
    assert (await api.get(AE))["benchmark_method"] == "fifteen_percent"
    assert [i["code"] for i in (await api.get("/indicators"))["items"]] == ["ae-four-hour-wait", "smoking"]
    assert [i["code"] for i in (await api.get("/indicators", framework="PHOF"))["items"]] == ["smoking"]


async def test_indicators_come_in_pages(api: Api):
    for n in range(4):
        await api.post("/indicators", MONTHLY | {"code": f"b-{n}"})
    first = await api.get("/indicators", limit=3)
    rest = await api.get("/indicators", limit=3, cursor=first["next"])
    codes = [i["code"] for i in first["items"] + rest["items"]]
    assert codes == ["ae-four-hour-wait", "b-0", "b-1", "b-2", "b-3"]
    assert rest["next"] is None


async def test_a_code_is_taken_once(api: Api):
    assert (await api.post("/indicators", MONTHLY, 200))["code"] == MONTHLY["code"]
    problem = await api.post("/indicators", MONTHLY | {"decimals": 3}, 409)
    assert (problem["type"], problem["errors"]) == (
        "/problems/indicator-exists",
        [{"field": "code", "message": "is taken"}],
    )


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"code": "Not A Slug"}, ["code"]),
        ({"code": "x" * 81}, ["code"]),
        ({"name": ""}, ["name"]),
        ({"name": "x" * 301}, ["name"]),
        ({"unit": "furlongs"}, ["unit"]),
        ({"decimals": 9}, ["decimals"]),
        ({"polarity": "up"}, ["polarity"]),
        ({"frequency": "fortnight"}, ["frequency"]),
        ({"framework": "NONE"}, ["framework"]),
        ({"benchmark_method": "guess"}, ["benchmark_method"]),
        ({"calculation": "guess"}, ["calculation"]),
        ({"rounded_to": 0}, ["rounded_to"]),
        ({"dimensions": {"Sex": ["male"]}}, ["dimensions.Sex.[key]"]),
        ({"dimensions": {"sex": ["all"]}}, ["dimensions.sex.0"]),
        ({"frameworks": ["NONE", "NEITHER"]}, ["framework", "frameworks"]),
    ],
)
async def test_a_definition_that_is_not_valid_names_its_fields(api: Api, body: dict[str, Any], fields: list[str]):
    problem = await api.post("/indicators", MONTHLY | {"code": "new"} | body, 422)
    assert [e["field"] for e in problem["errors"]] == fields


async def test_text_that_no_encoding_can_hold_is_refused(api: Api):
    body = json.dumps(MONTHLY | {"code": "new", "name": "a\ud800b"})
    answer = await api.client.post(
        "/indicators/v1/indicators", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == ["name"]


async def test_a_changed_definition_publishes_every_area_and_the_same_again_none(api: Api):
    for area in (PLYMOUTH, "E06000027"):
        await api.observe("Nov-17", "40", area=area)
        await api.observe("Dec-17", "50", area=area)
    before = len(await api.events())
    changed = await api.patch(AE, {"polarity": "low_is_good"})
    assert changed["polarity"] == "low_is_good"
    news = (await api.events())[before:]
    assert [(e["subject"], e["aggregateversion"]) for e in news] == [
        (f"ae-four-hour-wait/{PLYMOUTH}", 3),
        ("ae-four-hour-wait/E06000027", 3),
    ]
    assert {e["data"]["trend"]["colour"] for e in news} == {"red"}
    assert [e["data"]["changed"] for e in news] == [[], []]
    assert await api.patch(AE, {"polarity": "low_is_good"}) == changed
    assert await api.patch(AE, {}) == changed
    await api.patch(AE, {"owner": "Craig McArdle"})  # no part of any state
    assert len(await api.events()) == before + 2
    assert (await api.get(AE))["owner"] == "Craig McArdle"
    assert (await api.patch(AE, {"owner": None}))["owner"] is None


async def test_another_framework_is_another_benchmark_method(api: Api):
    await api.post("/frameworks", PHOF)
    await api.observe("Dec-17", "50", lower="45", upper="55")
    await api.observe("Dec-17", "44", area=ENGLAND)
    await api.patch(AE, {"framework": "PHOF"})
    benchmark = (await api.get(f"{AE}/status", area=PLYMOUTH))["benchmark"]
    assert (benchmark["rule"], benchmark["colour"]) == ("significance", "green")
    assert (await api.patch(AE, {"framework": "NONE"}, 422))["errors"][0]["field"] == "framework"


async def test_unit_and_frequency_are_fixed_once_anything_was_recorded(api: Api):
    await api.patch(AE, {"unit": "count", "frequency": "quarter"})
    await api.patch(AE, {"unit": "percentage", "frequency": "month"})
    await api.observe("Dec-17", "50")
    problem = await api.patch(AE, {"unit": "count", "frequency": "quarter"}, 409)
    assert [e["field"] for e in problem["errors"]] == ["frequency", "unit"]
    assert problem["type"] == "/problems/definition-fixed"


async def test_what_an_indicator_needs_cannot_be_nulled(api: Api):
    problem = await api.patch(AE, {"name": None, "unit": None}, 422)
    assert [error["field"] for error in problem["errors"]] == ["name", "unit"]
    assert (await api.patch(AE, {"code": "other"}, 422))["errors"][0]["field"] == "code"


async def test_areas_and_frameworks_are_added_once(api: Api):
    trust = {
        "code": "RK9",
        "name": "University Hospitals Plymouth",
        "type": "provider",
        "valid_from": None,
        "valid_to": None,
        "parents": [],
        "successors": [],
    }
    assert await api.post("/areas", trust) == trust
    assert await api.post("/areas", trust, 200) == trust
    problem = await api.post("/areas", trust | {"name": "Derriford"}, 409)
    assert (problem["type"], problem["errors"][0]["field"]) == ("/problems/area-differs", "code")
    assert [a["code"] for a in (await api.get("/areas", type="provider"))["items"]] == ["RK9"]
    await api.post("/areas", trust | {"code": "RK0", "valid_from": "2018-01-02", "valid_to": "2018-01-01"}, 422)
    await api.post("/frameworks", PHOF)
    await api.post("/frameworks", PHOF, 200)
    assert (await api.post("/frameworks", PHOF | {"name": "x"}, 409))["type"] == "/problems/framework-differs"
    assert (await api.get("/frameworks"))["items"] == [PHOF | {"ended_on": None}]


@pytest.mark.parametrize("path", [AE, f"/areas/{PLYMOUTH}"])
async def test_a_change_says_why_and_who(api: Api, path: str):
    problem = await api.patch(path, {"name": "Another"}, 422, reason=None)
    assert (problem["type"], problem["errors"][0]["field"]) == ("/problems/reason-needed", "reason")
    same = await api.get(path)
    assert await api.patch(path, {"name": same["name"]}, reason=None) == same
    await api.patch(path, {"name": "Another"}, reason="renamed by its owner")
    table = "indicator_revision" if path == AE else "area_revision"

    async def newest(tx: Tx) -> Any:
        rows = tx.table(table)
        query = select(rows.c.actor, rows.c.reason).order_by(rows.c.revision.desc()).limit(1)
        audit = tx.table("audit_entry")
        entry = select(audit.c.actor, audit.c.reason, audit.c.subject).order_by(audit.c.id.desc()).limit(1)
        return (await tx.session.execute(query)).one(), (await tx.session.execute(entry)).one()

    recorded, entry = await api.database.read(newest)
    assert tuple(recorded) == ("anonymous", "renamed by its owner")
    assert tuple(entry) == ("anonymous", "renamed by its owner", path.rsplit("/", 1)[1])


TARGET = {"area": PLYMOUTH, "kind": "reach", "value": "95", "source": "NHS constitution"}


async def test_a_target_colours_the_state_and_is_told(api: Api):
    await api.observe("Dec-17", "79.29")
    made = await api.post(f"{AE}/targets", TARGET, actor="performance lead")
    assert (made["version"], made["indicator"], made["value"], made["tolerance_percent"], made["actor"]) == (
        1,
        "ae-four-hour-wait",
        "95",
        "5",
        "performance lead",
    )
    event = (await api.events())[-1]
    assert event["aggregateversion"] == 2
    assert event["data"]["target"] == {
        "colour": "red",
        "expected": "95",
        "reason": "missed by 15.71, beyond 5 per cent: 79.29 against 95 expected in 2017-12",
        "provisional": False,
    }
    assert event["data"]["series"][-1]["target"] == "red"
    assert event["data"]["changed"] == []


async def test_the_same_target_again_is_no_new_version(api: Api):
    first = await api.post(f"{AE}/targets", TARGET)
    sent = TARGET | {"value": "90", "illustrative": True, "applies_from": "2018/19", "reason": "National"}
    second = await api.post(f"{AE}/targets", sent)
    assert await api.post(f"{AE}/targets", sent | {"value": "90.0"}, 200) == second
    assert (first["version"], second["version"], second["illustrative"]) == (1, 2, True)
    listed = await api.get(f"{AE}/targets", area=PLYMOUTH)
    assert listed["items"] == [first, second]
    part = await api.get(f"{AE}/targets", limit=1)
    assert (await api.get(f"{AE}/targets", limit=1, cursor=part["next"]))["items"] == [second]
    assert (await api.observe("Dec-17", "50"))["version"] == 2  # the first was told, the rest changed no state


async def test_an_officer_can_go_back_to_an_earlier_target(api: Api):
    await api.observe("Dec-17", "50")
    sent = TARGET | {"applies_from": "2017-12", "reason": "Agreed anew"}
    versions = [await api.post(f"{AE}/targets", sent | {"value": value}) for value in ("60", "40", "60")]
    assert [made["version"] for made in versions] == [1, 2, 3]
    assert (await api.get(f"{AE}/targets"))["items"] == versions
    assert (await api.get(f"{AE}/status", area=PLYMOUTH))["target"]["expected"] == "60"
    assert [event["data"]["target"]["expected"] for event in (await api.events())[-3:]] == ["60", "40", "60"]
    assert await api.post(f"{AE}/targets", sent | {"value": "60"}, 200) == versions[2]


async def test_each_period_is_held_against_the_version_in_force_for_it(api: Api):
    for n in (1, 2, 3):
        await api.observe(f"2017-0{n}", "92")
    await api.post(f"{AE}/targets", TARGET | {"value": "90"})
    later = {"applies_from": "2017-03", "tolerance_percent": "0", "reason": "Agreed anew"}
    await api.post(f"{AE}/targets", TARGET | later)
    series = (await api.get(f"{AE}/status", area=PLYMOUTH))["series"]
    assert [point["target"] for point in series] == ["green", "green", "red"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"kind": "reach", "value": None}, ["value"]),
        ({"kind": "reduce_by_percent"}, ["baseline"]),
        ({"kind": "wish"}, ["kind"]),
        ({"low": "1"}, ["low"]),
        ({"kind": "range", "value": None, "low": "2", "high": "1"}, ["low"]),
        ({"milestones": [{"period": "2017/18 Q3", "value": "1"}]}, ["milestones.0.period"]),
        ({"baseline": {"period": "2018-01", "value": "1"}, "due": "2018-01"}, ["due"]),
        ({"due": "someday"}, ["due"]),
        ({"tolerance_percent": "-1"}, ["tolerance_percent"]),
        ({"area": "E99999999"}, ["area"]),
        ({"value": "NaN"}, ["value"]),
        ({"colour": "green"}, ["colour"]),
    ],
)
async def test_an_unusable_target_names_its_fields(api: Api, body: dict[str, Any], fields: list[str]):
    problem = await api.post(f"{AE}/targets", TARGET | body, 422)
    assert [e["field"] for e in problem["errors"]] == fields
    assert (await api.get(f"{AE}/targets"))["items"] == []


async def test_redefining_while_others_write_leaves_every_state_as_last_told(api: Api):
    """A new area that opens while the polarity turns and England changes cannot miss either."""
    for n in range(1, 5):
        await api.observe(f"2017-0{n}", str(40 + n))
    work: list[Any] = [api.observe(f"2017-0{n}", "50", area=a) for a in ("E06000027", "E10000008") for n in (3, 4)]
    work += [api.patch(AE, {"polarity": "low_is_good"}), api.observe("2017-04", "80", area=ENGLAND)]
    work += [api.post(f"{AE}/targets", TARGET), api.post(f"{AE}/targets", TARGET | {"area": "E10000008"})]
    await asyncio.gather(*work)
    newest = {e["subject"]: e for e in await api.events()}
    for area in (PLYMOUTH, "E06000027", "E10000008", ENGLAND):
        status, told = await api.get(f"{AE}/status", area=area), newest[f"ae-four-hour-wait/{area}"]
        assert status["version"] == told["aggregateversion"]
        assert told["data"]["indicator"]["polarity"] == "low_is_good"
        assert status["series"] == as_shown(told["data"]["series"])
        for part in ("benchmark", "trend", "target"):
            assert status[part] == told["data"][part]

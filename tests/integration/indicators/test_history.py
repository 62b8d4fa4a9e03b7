"""Definitions that change, end and are read as they were; projections and contradictions beside them."""

from typing import Any

import pytest

from tests.integration.indicators.conftest import MONTHLY, PLYMOUTH, Api

AE = "/indicators/ae-four-hour-wait"
NOTE: dict[str, Any] = {
    "topic": "Delayed transfers, 2017/18 Q3",
    "figures": [{"figure": "11.9", "source": "table"}, {"figure": "10.50", "source": "narrative"}],
    "used": "10.50",
    "why": "The narrative is the later statement",
}


async def test_an_indicator_has_frameworks_and_a_method_of_its_own(api: Api):
    for code, method in (("PHOF", "significance"), ("ASCOF", "fifteen_percent")):
        await api.post("/frameworks", {"code": code, "name": code, "benchmark_method": method})
    both = await api.post("/indicators", MONTHLY | {"code": "both", "frameworks": ["ASCOF", "PHOF"]})
    assert (both["framework"], both["benchmark_method"], both["benchmark_method_from"]) == (
        "ASCOF",
        "fifteen_percent",
        "framework",
    )
    own = await api.patch("/indicators/both", {"benchmark_method": "significance"})
    assert (own["benchmark_method"], own["benchmark_method_from"]) == ("significance", "indicator")
    assert (await api.patch("/indicators/both", {"benchmark_method": None}))["benchmark_method"] == "fifteen_percent"
    for framework in ("PHOF", "ASCOF"):
        assert [i["code"] for i in (await api.get("/indicators", framework=framework))["items"]] == ["both"]
    first = await api.patch("/indicators/both", {"framework": "PHOF"})
    assert (first["frameworks"], first["benchmark_method"]) == (["PHOF"], "significance")
    assert (await api.patch("/indicators/both", {"frameworks": ["ASCOF", "PHOF"]}))["framework"] == "ASCOF"
    assert (await api.patch("/indicators/both", {"framework": None}))["frameworks"] == []
    assert (await api.get("/indicators", framework="PHOF"))["items"] == []
    await api.post("/indicators", MONTHLY | {"code": "odd", "framework": "PHOF", "frameworks": ["ASCOF"]}, 422)


async def test_a_retired_indicator_keeps_its_history_and_takes_nothing_new(api: Api):
    await api.observe("Dec-17", "80")
    later = await api.patch(AE, {"retired_on": "2018-03-01"})
    assert later["retired_on"] == "2018-03-01"
    await api.observe("Nov-17", "80")
    await api.patch(AE, {"retired_on": "2018-02-28"}, reason="Replaced by another")
    assert (await api.observe("Oct-17", "80", 409))["type"] == "/problems/indicator-retired"
    assert (await api.get(f"{AE}/status", area=PLYMOUTH))["latest"]["value"] == "80"
    await api.patch(AE, {"retired_on": None})
    await api.observe("Oct-17", "80")


async def test_a_scorecard_is_read_as_it_was_known(api: Api):
    def card(name: str, *codes: str) -> dict[str, Any]:
        aims = [{"name": "a", "indicators": list(codes)}]
        return {"name": name, "area": PLYMOUTH, "sections": [{"code": "s", "name": "s", "aims": aims}]}

    early = api.clock.moment.isoformat()
    api.clock.forward(hours=1)
    await api.post("/indicators", MONTHLY | {"code": "rtt"})
    await api.put("/scorecards/c", card("Before", "ae-four-hour-wait", "rtt"), 201)
    await api.observe("Dec-17", "79")
    then = api.clock.moment.isoformat()
    api.clock.forward(hours=1)
    await api.put("/scorecards/c", card("After", "ae-four-hour-wait"))
    await api.observe("Dec-17", "70", reason="recount")
    await api.patch(AE, {"name": "Four hours"})
    await api.patch(f"/areas/{PLYMOUTH}", {"name": "Plymouth City"})
    old = await api.get("/scorecards/c", as_of=then)
    rows = old["sections"][0]["aims"][0]["rows"]
    assert (old["name"], old["area"]["name"], len(rows), rows[0]["latest"]["value"]) == ("Before", "Plymouth", 2, "79")
    assert (rows[0]["indicator"]["name"], old["as_of"][:10]) == ("A&E four hour wait", "2018-02-28")
    new = await api.get("/scorecards/c")
    assert (new["name"], len(new["sections"][0]["aims"][0]["rows"]), new["as_of"]) == ("After", 1, None)
    assert (await api.get("/scorecards/c", 404, as_of=early))["type"] == "/problems/indicator-not-defined-yet"


async def test_targets_and_definitions_are_read_as_they_were_known(api: Api):
    before = api.clock.moment.isoformat()
    api.clock.forward(hours=1)
    await api.post(f"{AE}/targets", {"area": PLYMOUTH, "kind": "reach", "value": "95"})
    await api.patch(AE, {"polarity": "low_is_good"})
    assert (await api.get(f"{AE}/targets", as_of=before))["items"] == []
    assert len((await api.get(f"{AE}/targets"))["items"]) == 1
    assert (await api.get(AE, as_of=before))["polarity"] == "high_is_good"


WHY = {"reason": "Agreed anew"}


async def test_a_later_target_says_when_it_begins_and_recolours_nothing_before(api: Api):
    for n in range(1, 4):
        await api.observe(f"2017-0{n}", "90")
    await api.post(f"{AE}/targets", {"area": PLYMOUTH, "kind": "reach", "value": "90"})
    later = {"area": PLYMOUTH, "kind": "reach", "value": "99", "tolerance_percent": "0"}
    problem = await api.post(f"{AE}/targets", later, 422)
    assert [error["field"] for error in problem["errors"]] == ["applies_from"]
    made = await api.post(f"{AE}/targets", later | {"applies_from": "2016/17 Q4", "applies_to": "Feb-17"} | WHY)
    assert (made["applies_from"], made["applies_to"]) == ("2016/17 Q4", "2017-02")
    series = (await api.get(f"{AE}/status", area=PLYMOUTH))["series"]
    assert [point["target"] for point in series] == ["red", "red", "white"]
    absolute = {"area": PLYMOUTH, "kind": "reach", "value": "99", "absolute_tolerance": "10", "applies_from": "2017-03"}
    made = await api.post(f"{AE}/targets", absolute | WHY)
    assert (made["tolerance_percent"], made["absolute_tolerance"]) == (None, "10")
    assert (await api.get(f"{AE}/status", area=PLYMOUTH))["series"][-1]["target"] == "amber"
    await api.post(f"{AE}/targets", absolute | {"tolerance_percent": "5"}, 422)


async def test_a_projection_is_never_an_observation(api: Api):
    sent = {"area": PLYMOUTH, "name": "forecast", "period": "2019-01", "value": "95", "lower": "90", "notes": [NOTE]}
    made = await api.post(f"{AE}/projections", sent)
    assert (made["revision"], made["period"], made["lower"], made["notes"]) == (1, "2019-01", "90", [NOTE])
    assert await api.post(f"{AE}/projections", sent, 200) == made
    before = api.clock.moment.isoformat()
    api.clock.forward(hours=1)
    revised = await api.post(f"{AE}/projections", sent | {"value": "96"})
    assert revised["revision"] == 2
    assert (await api.get(f"{AE}/projections", area=PLYMOUTH))["items"] == [revised]
    assert (await api.get(f"{AE}/projections", as_of=before))["items"] == [made]
    assert (await api.get(f"{AE}/observations"))["items"] == []
    assert await api.events() == []
    wrong = await api.post(f"{AE}/projections", sent | {"lower": "96", "upper": "94"}, 422)
    assert [error["field"] for error in wrong["errors"]] == ["lower", "upper"]
    for field, value in (("period", "soon"), ("area", "E99999999"), ("value", "1e3")):
        problem = await api.post(f"{AE}/projections", sent | {field: value}, 422)
        assert [error["field"] for error in problem["errors"]] == [field]
    await api.post("/indicators/nope/projections", sent, 404)


@pytest.mark.parametrize("what", ["indicator", "observation", "target"])
async def test_contradictions_and_inferences_are_shown_where_they_belong(api: Api, what: str):
    marks = {"notes": [NOTE], "inferred": ["period"]}
    if what == "indicator":
        made = await api.post("/indicators", MONTHLY | {"code": "noted"} | marks)
        shown = await api.get("/indicators/noted")
        assert (await api.patch("/indicators/noted", {"inferred": []}))["notes"] == [NOTE]
    elif what == "observation":
        made = await api.observe("Dec-17", "80", **marks)
        (shown,) = (await api.get(f"{AE}/observations"))["items"]
        assert (await api.get(f"{AE}/status", area=PLYMOUTH))["latest"]["notes"] == [NOTE]
        assert (await api.observe("Dec-17", "80", inferred=["period"]))["revision"] == 2
    else:
        made = await api.post(f"{AE}/targets", {"area": PLYMOUTH, "kind": "reach", "value": "1"} | marks)
        (shown,) = (await api.get(f"{AE}/targets"))["items"]
    assert (made["notes"], made["inferred"]) == (shown["notes"], shown["inferred"]) == ([NOTE], ["period"])


@pytest.mark.parametrize("note", [{}, {"topic": "x"}, NOTE | {"figures": []}, NOTE | {"more": 1}])
async def test_a_contradiction_has_both_figures_the_one_used_and_why(api: Api, note: dict[str, Any]):
    problem = await api.observe("Dec-17", "80", 422, notes=[note])
    assert all(error["field"].startswith("notes.0") for error in problem["errors"])

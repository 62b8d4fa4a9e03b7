"""Process control over HTTP: charts, breaks, decisions, annotations, the matrix of an area, and files of all that."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
import python_calamine

from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api
from tests.integration.indicators.test_service import count_statements

AE = "ae-four-hour-wait"
CHART = f"/indicators/{AE}/process-control"
LOW_THEN_HIGH = [50 + n % 2 for n in range(14)] + [60 + n % 2 for n in range(14)]


def months(count: int) -> list[str]:
    """The last so many months before February 2018."""
    last = 2018 * 12
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(last - count + 1, last + 1)]


async def record(api: Api, values: Sequence[Any], code: str = AE, area: str = PLYMOUTH, **of: dict[str, Any]) -> None:
    """Final values of the last months; None leaves a month out, ``of`` has more of some."""
    rows = [
        {"indicator": code, "area": area, "period": period, "value": str(value), "status": "final"} | of.get(period, {})
        for period, value in zip(months(len(values)), values, strict=True)
        if value is not None
    ]
    await api.post("/observations", {"observations": rows}, 200)


async def chart(api: Api, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = await api.get(CHART, area=PLYMOUTH, **params)
    return found


@pytest.mark.both_engines
async def test_a_chart_shows_points_limits_and_what_they_come_to(api: Api) -> None:
    await record(api, [50, 52, 48, 51, 49, 52, 48, 51, 49, 52, 48, 50, 51, 49, 52, 48, 51, 49, 52, 48, 66])
    await api.post(f"/indicators/{AE}/targets", {"area": PLYMOUTH, "kind": "reach", "value": "40"})
    found = await chart(api)
    limits = {"mean": "50.76190476", "mean_moving_range": "3.60000000", "lower": "41.18590476", "upper": "60.33790476"}
    assert found["limits"] == limits
    assert found["variation"]["icon"] == "VariationIconImprovementHigh"
    assert (found["assurance"]["name"], found["assurance"]["target"]) == ("pass", "40")
    [cause] = found["special_causes"]
    assert (cause["period"], cause["type"], cause["rules"][0]["rule"]) == ("2018-01", "improvement", "beyond_high")
    assert (len(found["points"]), found["points"][-1]["segment"]) == (21, 1)
    assert "beside the council's colours" in found["about"]
    status = await api.get(f"/indicators/{AE}/status", area=PLYMOUTH)
    assert {name: found["colours"][name] for name in found["colours"]} == {
        name: status[name] for name in ("benchmark", "trend", "target")
    }
    other = await chart(api, variant="plotthedots")
    assert (other["limits"]["upper"], other["variation"]["icon"]) == ("58.32190476", "improvement_high")


async def test_a_run_of_six_is_a_choice_of_one_variant(api: Api) -> None:
    await record(api, [48, 51, 48, 51, 47, 52, 48, 51, 47, 49, 52, 51, 53, 51, 52, 51, 50, 51, 48, 49])
    assert (await chart(api))["special_causes"] == []
    assert len((await chart(api, run=6))["special_causes"]) == 6
    refused = await api.get(CHART, 422, area=PLYMOUTH, run=6, variant="plotthedots")
    assert refused["errors"][0]["field"] == "run"
    await api.get(CHART, 422, area=PLYMOUTH, run=8)
    await api.get(CHART, 422, area=PLYMOUTH, variant="other")
    await api.get(CHART, 422, area="E06099999")
    await api.get(CHART, 422, area=PLYMOUTH, breakdown="sex=male")
    await api.get("/indicators/unheard-of/process-control", 404, area=PLYMOUTH)


async def test_a_missing_month_and_a_symbol_are_gaps(api: Api) -> None:
    values: list[Any] = [48, 50, 47, 49, 48, 50, 47, 49, 48, 50, 47, 49, 48, 51, 53, 50, None, 52, 51, 53, 51]
    await record(api, values)
    found = await chart(api)
    assert (found["special_causes"], found["limits"]["lower"]) == ([], "44.08222222")
    assert [each["period"] for each in found["points"] if each["after_gap"]] == [months(21)[17]]
    await api.observe(months(21)[16], None, missing="[x]")
    found = await chart(api)
    assert (found["special_causes"], found["limits"]["lower"]) == ([], "44.08222222")
    assert found["points"][16]["missing"] == "[x]"


async def test_periods_that_overlap_make_no_limits(api: Api) -> None:
    await api.post("/indicators", MONTHLY | {"code": "pooled", "frequency": "pooled_years"})
    rows = [
        {"indicator": "pooled", "area": PLYMOUTH, "period": f"{n} - {n + 2}", "value": str(50 + n % 2)}
        for n in range(2000, 2015)
    ]
    await api.post("/observations", {"observations": rows}, 200)
    for variant in ("mdc", "plotthedots"):
        found = await api.get("/indicators/pooled/process-control", area=PLYMOUTH, variant=variant)
        assert (found["limits"]["upper"], found["variation"]["name"]) == (None, "none")
        assert found["warnings"][0].startswith("overlapping_periods")


async def test_limits_begin_anew_at_a_break_and_a_person_is_asked(api: Api) -> None:
    broken = months(28)[14]
    await record(api, LOW_THEN_HIGH, **{broken: {"marks": ["[b]"]}})
    found = await chart(api)
    assert [(each["first"], each["mean"]) for each in found["segments"]] == [
        (months(28)[0], "50.50000000"),
        (broken, "60.50000000"),
    ]
    assert [(each["period"], each["cause"]) for each in found["proposals"]] == [(broken, "break")]
    decision = {"area": PLYMOUTH, "period": broken, "baseline_to": months(28)[25], "reason": "New way of counting"}
    await api.post(f"{CHART}/recalculations", decision)
    found = await chart(api)
    assert found["proposals"] == []
    assert found["segments"][1]["baseline_to"] == months(28)[25]


@pytest.mark.both_engines
async def test_a_long_shift_changes_no_limits_until_a_person_decides(api: Api) -> None:
    await record(api, LOW_THEN_HIGH)
    shifted, path = months(28)[14], f"{CHART}/recalculations"
    before = await chart(api)
    assert [(each["period"], each["cause"]) for each in before["proposals"]] == [(shifted, "long_shift")]
    assert len(before["segments"]) == 1
    await api.post(path, {"area": PLYMOUTH, "period": shifted}, 422)
    events = len(await api.events())
    body = {"area": PLYMOUTH, "period": shifted, "reason": "A second unit", "decided_on": "2018-02-20"}
    made = await api.post(path, body)
    assert (made["decision"], made["revision"], made["decided_on"]) == ("recalculate", 1, "2018-02-20")
    assert await api.post(path, body, 200) == made
    after = await chart(api)
    assert ([each["mean"] for each in after["segments"]], after["proposals"]) == (["50.50000000", "60.50000000"], [])
    assert after["recalculations"] == [made]
    then = api.clock().isoformat()
    api.clock.forward(days=1)
    kept = await api.post(path, body | {"decision": "keep", "reason": "The unit closed"})
    assert (kept["revision"], len((await chart(api))["segments"])) == (2, 1)
    assert (await chart(api))["proposals"] == []
    assert len((await chart(api, as_of=then))["segments"]) == 2
    listed = await api.get(path, area=PLYMOUTH, revisions="true")
    assert listed["items"] == [made, kept]
    assert (await api.get(path))["items"] == [kept]
    assert (await api.get(path, area=ENGLAND))["items"] == []
    assert (await api.get(path, as_of=then))["items"] == [made]
    assert len(await api.events()) == events


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"period": "2010-01"}, "period"),
        ({"period": "2017/18 Q1"}, "period"),
        ({"baseline_to": months(28)[15]}, "baseline_to"),
        ({"baseline_to": "2017/18"}, "baseline_to"),
        ({"baseline_to": months(28)[26], "decision": "keep"}, "baseline_to"),
        ({"decided_on": "2018-03-01"}, "decided_on"),
        ({"area": "E06099999"}, "area"),
        ({"breakdown": {"sex": "male"}}, "breakdown"),
        ({"reason": ""}, "reason"),
    ],
)
async def test_a_decision_that_does_not_fit_is_refused(api: Api, changed: dict[str, Any], field: str) -> None:
    await record(api, LOW_THEN_HIGH)
    body = {"area": PLYMOUTH, "period": months(28)[14], "reason": "r"} | changed
    refused = await api.post(f"{CHART}/recalculations", body, 422)
    assert [each["field"] for each in refused["errors"]] == [field]


@pytest.mark.both_engines
async def test_annotations_stand_on_the_chart_and_are_never_lost(api: Api) -> None:
    await record(api, [50, 51])
    body = {"area": PLYMOUTH, "period": "2018-01", "text": "Heavy snow"}
    first = await api.post(f"{CHART}/annotations", body)
    assert await api.post(f"{CHART}/annotations", body, 200) == first
    assert [each["annotation"] for each in (await chart(api))["points"]] == [None, "Heavy snow"]
    second = await api.post(f"{CHART}/annotations", body | {"text": None})
    assert [each["annotation"] for each in (await chart(api))["points"]] == [None, None]
    listed = await api.get(f"{CHART}/annotations", revisions="true")
    assert listed["items"] == [first, second]
    refused = await api.post(f"{CHART}/annotations", body | {"period": "2016-01"}, 422)
    assert refused["errors"][0]["field"] == "period"


async def test_a_chart_reads_what_was_known_then(api: Api) -> None:
    await record(api, [50 + n % 2 for n in range(20)])
    then = api.clock().isoformat()
    api.clock.forward(days=1)
    await api.observe("2018-01", "90", reason="late returns")
    assert (await chart(api))["points"][-1]["value"] == "90"
    assert (await chart(api, as_of=then))["points"][-1]["value"] == "51"
    matrix = await api.get("/process-control", area=PLYMOUTH, as_of=then)
    assert matrix["rows"][0]["latest"]["value"] == "51"


@pytest.mark.both_engines
async def test_the_matrix_costs_the_same_for_any_number_of_indicators(api: Api) -> None:
    await record(api, LOW_THEN_HIGH)
    seen, costs = count_statements(api), []
    for count in (1, 8, 20):
        for n in range(count):
            code = f"other-{count}-{n}"
            await api.post("/indicators", MONTHLY | {"code": code})
            await record(api, [50, 51, 52], code)
        await api.get("/process-control", area=PLYMOUTH)
        seen.clear()
        matrix = await api.get("/process-control", area=PLYMOUTH)
        costs.append(len([each for each in seen if not each.startswith("BEGIN")]))
    assert len(set(costs)) == 1, costs
    assert costs[0] <= 7
    codes = [each["indicator"] for each in matrix["rows"]]
    assert (len(codes), codes) == (30, sorted(codes))
    row = matrix["rows"][0]
    assert (row["indicator"], row["variation"]["icon"], row["assurance"]["icon"]) == (
        AE,
        "VariationIconImprovementHigh",
        "IconEmpty",
    )
    assert [each["cause"] for each in row["proposals"]] == ["long_shift"]
    assert (await api.get("/process-control", area="E10000008"))["rows"] == []
    await api.get("/process-control", 422, area="E06099999")


async def test_the_matrix_may_be_of_a_scorecard_alone(api: Api) -> None:
    await record(api, LOW_THEN_HIGH)
    await api.post("/indicators", MONTHLY | {"code": "another"})
    await record(api, [50, 51, 52], "another")
    sections = [{"code": "a", "name": "A", "aims": [{"name": "A", "indicators": [AE]}]}]
    card = {"name": "A card", "area": PLYMOUTH, "sections": sections}
    (await api.client.put("/indicators/v1/scorecards/card", json=card)).raise_for_status()
    every = (await api.get("/process-control", area=PLYMOUTH))["rows"]
    of_card = (await api.get("/process-control", area=PLYMOUTH, scorecard="card"))["rows"]
    assert [each["indicator"] for each in every] == [AE, "another"]
    assert of_card == every[:1]
    await api.get("/process-control", 404, area=PLYMOUTH, scorecard="unheard-of")


async def test_charts_and_the_matrix_are_files(api: Api) -> None:
    await record(api, LOW_THEN_HIGH)
    for path, count in ((CHART, 28), ("/process-control", 1)):
        answer = await api.client.get(f"/indicators/v1{path}.csv", params={"area": PLYMOUTH})
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert (answer.status_code, len(rows)) == (200, count)
        assert rows[-1]["value"] == "61"
        for ending in ("xlsx", "ods"):
            answer = await api.client.get(f"/indicators/v1{path}.{ending}", params={"area": PLYMOUTH})
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
            assert book.sheet_names[-1] == "Table"
    rows = list(csv.DictReader(io.StringIO((await api.client.get(f"/indicators/v1{CHART}.csv?area={PLYMOUTH}")).text)))
    assert (rows[0]["type"], rows[0]["rules"].split("; ")[-1]) == ("concern", "7 points below the mean")


@pytest.mark.both_engines
async def test_a_number_too_small_to_be_published_is_a_gap_on_every_chart(api: Api) -> None:
    await api.post("/indicators", MONTHLY | {"code": "falls", "unit": "count", "decimals": 0})
    await record(api, [8, 9, 3, 9, 8, 9], "falls")
    await api.put("/indicators/falls/quality-rules", {"suppress_below": 5})
    found = await api.get("/indicators/falls/process-control", area=PLYMOUTH, variant="plotthedots")
    assert [each["missing"] for each in found["points"]] == [None, None, "[c]", None, None, None]
    assert found["limits"]["mean"] == "8.60000000"
    forecast = await api.get("/indicators/falls/forecast", area=PLYMOUTH)
    assert forecast["made_from"] == months(6)[3:]
    assert "3" not in [each["value"] for each in found["points"]]

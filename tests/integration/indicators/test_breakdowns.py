"""Series of breakdowns, symbols and marks, through every layer."""

from typing import Any

import pytest

from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api

LIFE: dict[str, Any] = MONTHLY | {
    "code": "life",
    "name": "Life expectancy",
    "unit": "years",
    "calculation": "modelled",
    "dimensions": {"sex": ["male", "female"], "deprivation": ["most", "middle", "least"]},
}
MALE, FEMALE = {"sex": "male"}, {"sex": "female"}


@pytest.fixture
async def life(api: Api) -> Api:
    await api.post("/indicators", LIFE)
    return api


async def observe(api: Api, period: str, value: str | None, expect: int = 201, **more: Any) -> Any:
    return await api.observe(period, value, expect, code="life", **more)


@pytest.mark.both_engines
async def test_each_breakdown_is_a_series_of_its_own(life: Api):
    total = await observe(life, "Dec-17", "80")
    male = await observe(life, "Dec-17", "78", breakdown=MALE)
    assert (total["breakdown"], male["breakdown"], male["version"]) == ({}, MALE, 1)
    most = await observe(life, "Dec-17", "70", breakdown={"sex": "male", "deprivation": "most"})
    assert (most["breakdown"], most["revision"]) == ({"deprivation": "most", "sex": "male"}, 1)
    subjects = [event["subject"] for event in await life.events()]
    assert subjects == [
        f"life/{PLYMOUTH}",
        f"life/{PLYMOUTH}/sex=male",
        f"life/{PLYMOUTH}/deprivation=most;sex=male",
    ]
    assert (await life.events())[1]["data"]["breakdown"] == MALE
    assert (await life.events())[1]["data"]["indicator"]["dimensions"]["sex"] == ["male", "female"]
    assert (await observe(life, "Dec-17", "78.0", 200, breakdown={"deprivation": "all", "sex": "male"}))[
        "revision"
    ] == 1
    status = await life.get("/indicators/life/status", area=PLYMOUTH, breakdown="sex=male;deprivation=most")
    assert (status["latest"]["value"], status["breakdown"]) == ("70", {"deprivation": "most", "sex": "male"})
    assert (await life.get("/indicators/life/status", area=PLYMOUTH))["latest"]["value"] == "80"


async def test_observations_are_listed_by_breakdown(life: Api):
    for breakdown in (FEMALE, {}, MALE):
        await observe(life, "Dec-17", "80", breakdown=breakdown)
    listed = (await life.get("/indicators/life/observations"))["items"]
    assert [each["breakdown"] for each in listed] == [{}, FEMALE, MALE]
    male = (await life.get("/indicators/life/observations", breakdown="sex=male"))["items"]
    assert [each["breakdown"] for each in male] == [MALE]
    total = (await life.get("/indicators/life/observations", breakdown=""))["items"]
    assert [each["breakdown"] for each in total] == [{}]


@pytest.mark.parametrize(
    ("breakdown", "message"),
    [
        ({"age": "65+"}, "life is not broken down by age"),
        ({"sex": "men"}, "men is no sex of life: male, female"),
    ],
)
async def test_a_breakdown_that_is_not_declared_is_refused(life: Api, breakdown: dict[str, str], message: str):
    problem = await observe(life, "Dec-17", "80", 422, breakdown=breakdown)
    assert problem["errors"] == [{"field": "breakdown", "message": message}]
    target = {"area": PLYMOUTH, "kind": "reach", "value": "1", "breakdown": breakdown}
    problem = await life.post("/indicators/life/targets", target, 422)
    assert problem["errors"] == [{"field": "breakdown", "message": message}]
    text = ";".join(f"{name}={value}" for name, value in breakdown.items())
    problem = await life.get("/indicators/life/status", 422, area=PLYMOUTH, breakdown=text)
    assert problem["errors"] == [{"field": "breakdown", "message": message}]
    rows = [{"indicator": "life", "breakdown": breakdown}]
    card = {"name": "c", "sections": [{"code": "s", "name": "s", "aims": [{"name": "a", "rows": rows}]}]}
    assert (await life.put("/scorecards/c", card, 422))["errors"][0]["field"] == "breakdown"
    forecast = {"area": PLYMOUTH, "name": "f", "period": "2019-01", "value": "1", "breakdown": breakdown}
    assert (await life.post("/indicators/life/projections", forecast, 422))["errors"][0]["field"] == "breakdown"


@pytest.mark.parametrize(
    "breakdown", ["sex", "Sex=male", "sex=male;sex=female", "sex=m\u0661le", "sex=a\x00b", "=", "x" * 500]
)
async def test_text_that_is_no_breakdown_is_refused(life: Api, breakdown: str):
    for path in ("status", "observations", "targets", "projections"):
        problem = await life.get(f"/indicators/life/{path}", 422, area=PLYMOUTH, breakdown=breakdown)
        assert [error["field"] for error in problem["errors"]] == ["breakdown"]
    for sent in ({"Sex": "male"}, {"sex": 1}, "sex=male", None):
        assert (await observe(life, "Dec-17", "80", 422, breakdown=sent))["errors"][0]["field"] == "breakdown"


async def test_the_comparator_is_the_same_breakdown_of_england(life: Api):
    for breakdown, england in ((MALE, "60"), (FEMALE, "90"), ({}, "80")):
        await observe(life, "Dec-17", "80", breakdown=breakdown)
        before = len(await life.events())
        await observe(life, "Dec-17", england, area=ENGLAND, breakdown=breakdown)
        told = {event["subject"] for event in (await life.events())[before:]}
        text = "".join(f"/{k}={v}" for k, v in breakdown.items())
        assert told == {f"life/{PLYMOUTH}{text}", f"life/{ENGLAND}{text}"}
    colours = {}
    for text in ("", "sex=male", "sex=female"):
        status = await life.get("/indicators/life/status", area=PLYMOUTH, breakdown=text)
        colours[text] = status["benchmark"]["colour"]
    assert colours == {"": "amber", "sex=male": "green", "sex=female": "amber"}


async def test_a_target_is_of_its_breakdown(life: Api):
    for breakdown in (MALE, FEMALE):
        await observe(life, "Dec-17", "80", breakdown=breakdown)
    sent = {"area": PLYMOUTH, "kind": "reach", "value": "79", "breakdown": MALE}
    made = await life.post("/indicators/life/targets", sent)
    assert (made["breakdown"], made["version"]) == (MALE, 1)
    male = await life.get("/indicators/life/status", area=PLYMOUTH, breakdown="sex=male")
    female = await life.get("/indicators/life/status", area=PLYMOUTH, breakdown="sex=female")
    assert (male["target"]["colour"], female["target"]) == ("green", None)
    other = await life.post("/indicators/life/targets", sent | {"breakdown": FEMALE})
    assert other["version"] == 1
    listed = await life.get("/indicators/life/targets", breakdown="sex=male")
    assert listed["items"] == [made]
    assert (await life.get("/indicators/life/targets"))["items"] == [other, made]


async def test_a_scorecard_shows_a_row_of_each_breakdown_with_its_notes(life: Api):
    note = {
        "topic": "Delayed transfers",
        "figures": [{"figure": "11.9", "source": "table"}, {"figure": "10.50", "source": "narrative"}],
        "used": "10.50",
        "why": "the narrative is the later statement",
    }
    rows = [{"indicator": "life", "breakdown": MALE, "notes": [note], "inferred": ["framework"]}, {"indicator": "life"}]
    card = {
        "name": "c",
        "area": PLYMOUTH,
        "sections": [{"code": "s", "name": "s", "aims": [{"name": "a", "rows": rows}]}],
    }
    put = await life.put("/scorecards/c", card, 201)
    assert put["sections"][0]["aims"][0]["rows"][0] == rows[0]
    await observe(life, "Dec-17", "78", breakdown=MALE)
    await observe(life, "Dec-17", "80")
    shown = (await life.get("/scorecards/c"))["sections"][0]["aims"][0]["rows"]
    assert [(row["breakdown"], row["latest"]["value"]) for row in shown] == [(MALE, "78"), ({}, "80")]
    assert (shown[0]["notes"], shown[0]["inferred"], shown[1]["notes"]) == ([note], ["framework"], [])
    both = card | {"sections": [{"code": "s", "name": "s", "aims": [{"name": "a", "rows": rows, "indicators": []}]}]}
    await life.put("/scorecards/c", both, 422)


async def test_dimensions_in_use_stay(life: Api):
    await observe(life, "Dec-17", "78", breakdown=MALE)
    problem = await life.patch("/indicators/life", {"dimensions": {"sex": ["female"]}}, 409)
    assert [error["field"] for error in problem["errors"]] == ["dimensions"]
    more = {"sex": ["male", "female", "other"]}
    assert (await life.patch("/indicators/life", {"dimensions": more}))["dimensions"] == more
    assert (await life.events())[-1]["data"]["indicator"]["dimensions"] == more


@pytest.mark.parametrize(
    ("symbol", "reason"),
    [
        ("[c]", "missing: [c] suppressed"),
        ("[x]", "missing: [x] not available"),
        ("[z]", "missing: [z] not applicable"),
        ("[low]", "missing: [low] rounds to zero"),
    ],
)
async def test_a_symbol_takes_the_place_of_a_value(life: Api, symbol: str, reason: str):
    await observe(life, "Nov-17", "80")
    await observe(life, "Dec-17", "80", area=ENGLAND)
    made = await observe(life, "Dec-17", None, missing=symbol)
    assert (made["value"], made["missing"], made["status"]) == (None, symbol, "final")
    await life.post("/indicators/life/targets", {"area": PLYMOUTH, "kind": "reach", "value": "1"})
    status = await life.get("/indicators/life/status", area=PLYMOUTH)
    assert {status[part]["reason"] for part in ("benchmark", "trend", "target")} == {reason}
    assert [(point["value"], point["missing"]) for point in status["series"]] == [("80", None), (None, symbol)]
    event = (await life.events())[-2]["data"]
    assert (event["latest"]["missing"], event["changed"][0]["missing"]) == (symbol, symbol)
    assert (await observe(life, "Dec-17", None, 200, missing=symbol))["revision"] == 1
    assert (await observe(life, "Dec-17", "80", 409))["type"] == "/problems/final-value"
    assert (await observe(life, "Dec-17", "80", reason="released"))["revision"] == 2


async def test_a_symbol_has_no_value_beside_it(life: Api):
    for beside in ({"value": "1"}, {"lower": "1"}, {"marks": ["[e]"]}):
        problem = await life.post(
            "/indicators/life/observations", {"area": PLYMOUTH, "period": "Dec-17", "missing": "[c]"} | beside, 422
        )
        assert [error["field"] for error in problem["errors"]] == list(beside)
    assert (await observe(life, "Dec-17", None, 422, missing="c"))["errors"][0]["field"] == "missing"
    assert (await observe(life, "Dec-17", None, 422))["errors"][0]["field"] == "value"


async def test_marks_are_kept_and_a_break_ends_the_run(life: Api):
    await observe(life, "Oct-17", "70")
    made = await observe(life, "Nov-17", "80", marks=["[b]", "[e]", "[b]"])
    assert made["marks"] == ["[b]", "[e]"]
    status = await life.get("/indicators/life/status", area=PLYMOUTH)
    assert (status["trend"]["colour"], status["trend"]["reason"]) == ("none", "break in the series in 2017-11")
    assert status["series"][-1]["marks"] == ["[b]", "[e]"]
    await observe(life, "Dec-17", "90")
    status = await life.get("/indicators/life/status", area=PLYMOUTH)
    assert status["trend"]["reason"].endswith("1 change in a row; break in the series in 2017-11")
    assert (await observe(life, "Dec-17", "90", 409, marks=["[u]"]))["type"] == "/problems/final-value"


async def test_six_withdrawn_periods_leave_the_six_before_them(api: Api):
    """They are newer than all that is left of the series, and take the room of none of it."""
    values = {f"2017-{month:02d}": str(70 + month) for month in range(1, 13)}
    for period, value in values.items():
        await api.observe(period, value)
    for period in list(values)[6:]:
        await api.observe(period, None, status="withdrawn", reason="of another hospital")
    left = list(values.items())[:6]
    status = await api.get("/indicators/ae-four-hour-wait/status", area=PLYMOUTH)
    assert [(point["period"], point["value"]) for point in status["series"]] == left
    assert (status["latest"]["period"], status["trend"]["colour"]) == ("2017-06", "amber")
    carried = (await api.events())[-1]["data"]
    assert [(point["period"], point["value"]) for point in carried["series"]] == left


async def test_what_was_withdrawn_is_not_the_latest(api: Api):
    """Right of a series that a mistake in the future had blanked."""
    for n in (1, 2, 3):
        await api.observe(f"2017-0{n}", "80")
    await api.observe("2017-12", "1")
    await api.observe("2017-12", None, status="withdrawn", reason="a mistake")
    await api.observe("2017-04", "81")
    status = await api.get("/indicators/ae-four-hour-wait/status", area=PLYMOUTH)
    assert [point["period"] for point in status["series"]] == ["2017-01", "2017-02", "2017-03", "2017-04"]
    assert (status["latest"]["period"], status["trend"]["colour"]) == ("2017-04", "amber")
    revisions = await api.get("/indicators/ae-four-hour-wait/observations", period="2017-12", revisions="true")
    assert [(each["revision"], each["status"]) for each in revisions["items"]] == [(1, "final"), (2, "withdrawn")]


async def test_a_final_value_that_comes_back_different_says_why(api: Api):
    await api.observe("Dec-17", "80")
    await api.observe("Dec-17", None, status="withdrawn", reason="counted twice")
    assert (await api.observe("Dec-17", "81", 409))["errors"] == [{"field": "reason", "message": "say why it changes"}]
    assert (await api.observe("Dec-17", "81", 409, status="provisional"))["type"] == "/problems/final-value"
    assert (await api.observe("Dec-17", "80", status="provisional"))["revision"] == 3
    assert (await api.observe("Dec-17", "81", 409))["type"] == "/problems/final-value"
    assert (await api.observe("Dec-17", "81", reason="counted again"))["revision"] == 4
    await api.observe("Nov-17", "1", status="provisional")
    await api.observe("Nov-17", None, status="withdrawn")  # never final: no reason
    assert (await api.observe("Nov-17", "2"))["revision"] == 3


async def test_provisional_colours_say_so(api: Api):
    await api.observe("Nov-17", "80")
    await api.observe("Dec-17", "81", status="provisional")
    await api.observe("Dec-17", "81", area=ENGLAND)
    await api.post("/indicators/ae-four-hour-wait/targets", {"area": PLYMOUTH, "kind": "reach_benchmark"})
    status = await api.get("/indicators/ae-four-hour-wait/status", area=PLYMOUTH)
    assert [status[part]["provisional"] for part in ("benchmark", "trend", "target")] == [True] * 3
    latest = status["series"][-1]
    assert [latest[f"{part}_provisional"] for part in ("benchmark", "trend", "target")] == [True] * 3
    await api.observe("Dec-17", "81")
    event = (await api.events())[-1]["data"]
    assert [event[part]["provisional"] for part in ("benchmark", "trend", "target")] == [False] * 3
    await api.observe("Dec-17", "81", area=ENGLAND, status="provisional", reason="withdrawn by its publisher")
    event = next(e for e in reversed(await api.events()) if e["subject"].endswith(PLYMOUTH))["data"]
    assert [event[part]["provisional"] for part in ("benchmark", "trend", "target")] == [True, False, True]


async def test_a_value_is_held_against_its_count_and_computed_where_there_is_none(api: Api):
    await api.post("/frameworks", {"code": "PHOF", "name": "PHOF", "benchmark_method": "significance"})
    await api.post("/indicators", MONTHLY | {"code": "life", "framework": "PHOF", "decimals": 1})
    problem = await observe(api, "Dec-17", "90", 422, count="10", denominator="100")
    assert problem["errors"] == [{"field": "value", "message": "count and denominator make it 10"}]
    made = await observe(api, "Dec-17", None, count="1", denominator="3")
    assert made["value"] == "33.3333333"
    assert (await observe(api, "Dec-17", None, 200, count="1", denominator="3"))["revision"] == 1
    await api.patch("/indicators/life", {"calculation": "other"})
    assert (await observe(api, "Nov-17", "90", count="10", denominator="100"))["limits"] is None


async def test_sort_keys_and_lone_quarters_are_read_by_the_kind_of_the_indicator(api: Api):
    await api.observe("20170012", "80")
    assert (await api.get("/indicators/ae-four-hour-wait/observations", period="20170012"))["items"][0][
        "period"
    ] == "2017-12"
    await api.post("/indicators", MONTHLY | {"code": "life", "frequency": "cumulative_quarters"})
    made = await observe(api, "2017/18 Q1", "1")
    assert made["period"] == "2017/18 Q1 - 2017/18 Q1"
    assert (await observe(api, "20170300", "3"))["period"] == "2017/18 Q1 - 2017/18 Q3"
    problem = await observe(api, "20170312", "3", 422)
    assert [error["field"] for error in problem["errors"]] == ["period"]
    await api.post("/indicators", MONTHLY | {"code": "yearly", "frequency": "financial_year"})
    assert (await api.observe("2011-12", "1", code="yearly"))["period"] == "2011/12"
    assert (await api.get("/scorecards/x", 422, period="20170012"))["errors"][0]["field"] == "period"
    target = {"area": PLYMOUTH, "kind": "reach", "value": "1", "due": "20170312"}
    problem = await api.post("/indicators/ae-four-hour-wait/targets", target, 422)
    assert [error["field"] for error in problem["errors"]] == ["due"]


async def test_sort_keys_are_read_in_targets_projections_and_commentaries(api: Api):
    await api.post("/indicators", MONTHLY | {"code": "life", "frequency": "financial_year"})
    for code, key, period in [("ae-four-hour-wait", "20180003", "2018-03"), ("life", "20170000", "2017/18")]:
        path, point = f"/indicators/{code}", {"period": key, "value": "1"}
        target = {"area": PLYMOUTH, "kind": "reach", "value": "1"}
        made = await api.post(f"{path}/targets", target | {"due": key, "milestones": [point], "applies_from": key})
        shown = (made["due"], made["applies_from"], [one["period"] for one in made["milestones"]])
        assert shown == (period, period, [period])
        made = await api.post(f"{path}/targets", target | {"baseline": point, "applies_from": key, "reason": "better"})
        assert made["baseline"]["period"] == period
        made = await api.post(f"{path}/projections", {"area": PLYMOUTH, "name": "plan"} | point)
        assert made["period"] == period
        made = await api.post(f"{path}/commentaries", {"area": PLYMOUTH, "period": key, "text": "Full beds"})
        assert made["period"] == period
        listed = await api.get(f"{path}/commentaries", period=key)
        assert [one["period"] for one in listed["items"]] == [period]


async def test_sort_keys_are_written_on_request(api: Api):
    await api.observe("Dec-17", "80")
    path = "/indicators/ae-four-hour-wait/observations"
    assert [one["sort_key"] for one in (await api.get(path))["items"]] == [None]
    (found,) = (await api.get(path, sort_keys="true"))["items"]
    assert (found["period"], found["sort_key"]) == ("2017-12", "20170012")
    assert (await api.get(path, period=found["sort_key"]))["items"][0]["period"] == "2017-12"


async def test_reasons_write_small_numbers_out(api: Api):
    await api.post("/indicators", LIFE | {"dimensions": {}})
    await observe(api, "Nov-17", "0.00000002")
    await observe(api, "Dec-17", "0.00000001")
    await observe(api, "Dec-17", "0.00000003", area=ENGLAND)
    await api.post("/indicators/life/targets", {"area": PLYMOUTH, "kind": "reach", "value": "0.00000004"})
    event = next(e for e in reversed(await api.events()) if e["subject"].endswith(PLYMOUTH))["data"]
    for part in ("benchmark", "trend", "target"):
        assert "E-" not in event[part]["reason"]
        assert "0.0000000" in event[part]["reason"]

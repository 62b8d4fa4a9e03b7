"""Inequality gaps: derived, published, read-only."""

from typing import Any

import pytest
from sqlalchemy import delete, insert

from chassis.storage.transaction import Tx
from services.indicators.models import Base
from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api
from tests.integration.indicators.test_breakdowns import LIFE
from tests.integration.indicators.test_service import count_statements

GAP: dict[str, Any] = MONTHLY | {
    "code": "gap",
    "name": "Gap",
    "unit": "years",
    "polarity": "low_is_good",
    "gap": {"source": "life", "dimension": "deprivation", "a": "least", "b": "most"},
}
MOST, LEAST = {"deprivation": "most"}, {"deprivation": "least"}


@pytest.fixture
async def life(api: Api) -> Api:
    await api.post("/indicators", LIFE)
    return api


async def ends(api: Api, period: str, least: str | None, most: str | None, **more: Any) -> None:
    for breakdown, value in ((LEAST, least), (MOST, most)):
        if value is not None:
            await api.observe(period, value, code="life", breakdown=breakdown | more.pop("rest", {}), **more)


async def gap_status(api: Api, **more: str) -> Any:
    return await api.get("/indicators/gap/status", area=PLYMOUTH, **more)


async def test_a_gap_follows_from_its_ends_with_events_of_its_own(life: Api):
    made = await life.post("/indicators", GAP)
    assert (made["gap"]["kind"], made["calculation"]) == ("absolute", "other")
    assert made["dimensions"] == {"sex": ["male", "female"]}
    await ends(life, "Nov-17", "80", "70")
    await ends(life, "Dec-17", "81", "75.5")
    status = await gap_status(life)
    assert [(point["period"], point["value"]) for point in status["series"]] == [("2017-11", "10"), ("2017-12", "5.5")]
    assert (status["trend"]["colour"], status["latest"]["limits"], status["latest"]["basis"]) == (
        "green",
        None,
        "derived",
    )
    events = [event for event in await life.events() if event["subject"] == f"gap/{PLYMOUTH}"]
    assert [event["aggregateversion"] for event in events] == [1, 2]
    assert [event["data"]["changed"][0]["value"] for event in events] == ["10", "5.5"]
    await life.post("/indicators/gap/targets", {"area": PLYMOUTH, "kind": "reach", "value": "6"})
    assert (await gap_status(life))["target"]["colour"] == "green"
    problem = await life.observe("Dec-17", "1", 409, code="gap")
    assert problem["type"] == "/problems/derived-indicator"


async def test_a_scorecard_shows_a_gap_like_any_other_row(life: Api):
    await life.post("/indicators", GAP)
    await ends(life, "Nov-17", "80", "70")
    await ends(life, "Dec-17", "81", "75.5")
    await ends(life, "Dec-17", "82", "78", area=ENGLAND)
    await life.post("/indicators/gap/targets", {"area": PLYMOUTH, "kind": "reach", "value": "5"})
    sections = [{"code": "a", "name": "A", "aims": [{"name": "A", "indicators": ["gap"]}]}]
    await life.put("/scorecards/card", {"name": "Card", "area": PLYMOUTH, "sections": sections}, 201)
    [row] = (await life.get("/scorecards/card"))["sections"][0]["aims"][0]["rows"]
    assert (row["latest"]["value"], row["latest"]["basis"], row["comparator_value"]) == ("5.5", "derived", "4")
    assert [point["value"] for point in row["series"]] == ["10", "5.5"]
    assert [row[name]["colour"] for name in ("benchmark", "trend", "target")] == ["red", "green", "red"]
    await ends(life, "Dec-17", None, "77", reason="counted anew")
    [row] = (await life.get("/scorecards/card"))["sections"][0]["aims"][0]["rows"]
    assert (row["latest"]["value"], row["benchmark"]["colour"], row["target"]["colour"]) == ("4", "amber", "green")


async def test_a_new_gap_is_derived_of_all_there_is(life: Api):
    for n in range(1, 8):
        await ends(life, f"2017-0{n}", "80", str(70 + n))
    await life.observe("2017-08", "80", code="life", breakdown=MOST)
    await life.post("/indicators", GAP)
    listed = (await life.get("/indicators/gap/observations"))["items"]
    assert [each["value"] for each in listed] == ["9", "8", "7", "6", "5", "4", "3"]
    (event,) = [event for event in await life.events() if event["subject"].startswith("gap/")]
    assert len(event["data"]["changed"]) == 7


async def test_it_is_revised_with_its_ends_and_withdrawn_without_them(life: Api):
    await life.post("/indicators", GAP)
    await ends(life, "Dec-17", "80", "70", status="provisional")
    assert (await gap_status(life))["latest"]["status"] == "provisional"
    await ends(life, "Dec-17", "80", "70")
    latest = (await gap_status(life))["latest"]
    assert (latest["status"], latest["revision"]) == ("final", 3 - 1)
    await life.observe("Dec-17", None, code="life", breakdown=MOST, status="withdrawn", reason="miscounted")
    assert (await gap_status(life))["latest"] is None
    await life.observe("Dec-17", "71", code="life", breakdown=MOST, reason="counted again")
    assert (await gap_status(life))["latest"]["value"] == "9"
    await life.observe("Dec-17", None, code="life", breakdown=LEAST, missing="[c]", reason="suppressed")
    latest = (await gap_status(life))["latest"]
    assert (latest["value"], latest["missing"]) == (None, "[c]")
    revisions = (await life.get("/indicators/gap/observations", revisions="true"))["items"]
    assert [each["revision"] for each in revisions] == [1, 2, 3, 4, 5]


async def test_each_derived_revision_has_the_business_date_of_the_change_it_follows_from(life: Api):
    await life.post("/indicators", GAP)
    for period, today in (("Nov-17", "2017-12-31"), ("Dec-17", "2018-01-31")):
        await pin_business_date(life, today)
        await ends(life, period, "80", "70", status="provisional")
    await pin_business_date(life, "2018-02-28")
    await ends(life, "Dec-17", "79", None, status="provisional")
    await life.observe("Nov-17", None, code="life", breakdown=MOST, status="withdrawn")
    revised = [entry for entry in await audited(life, "gap") if entry["action"].startswith("observation")]
    assert [
        (entry["business_date"], entry["action"], entry["after"]["period"], entry["after"]["value"])
        for entry in revised
    ] == [
        ("2017-12-31", "observation.recorded", "2017-11", "10"),
        ("2018-01-31", "observation.recorded", "2017-12", "10"),
        ("2018-02-28", "observation.revised", "2017-12", "9"),
        ("2018-02-28", "observation.revised", "2017-11", None),
    ]
    sources = {entry["request_id"]: entry["business_date"] for entry in await audited(life, "life")}
    assert all(sources[entry["request_id"]] == entry["business_date"] for entry in revised)


async def audited(life: Api, subject: str) -> list[dict[str, Any]]:
    """The audit entries of a resource, oldest first."""
    entries = (await life.get("/audit", subject=subject, limit="200"))["items"]
    return sorted(entries, key=lambda entry: entry["id"])


async def pin_business_date(life: Api, day: str) -> None:
    settings = Base.metadata.tables["setting"]

    async def pin(tx: Tx) -> None:
        await tx.session.execute(delete(settings).where(settings.c.name == "business_date"))
        await tx.session.execute(insert(settings).values(name="business_date", value=day, set_at=tx.now))

    await life.database.write(pin)


async def test_a_gap_has_no_limits_so_its_significance_is_white(life: Api):
    await life.post("/indicators", GAP | {"benchmark_method": "significance"})
    for area in (PLYMOUTH, ENGLAND):
        await ends(life, "Dec-17", "80", "70", area=area)
    benchmark = (await gap_status(life))["benchmark"]
    assert (benchmark["colour"], benchmark["reason"]) == ("white", "no_limits")


async def test_a_relative_gap_over_zero_is_none(life: Api):
    relative = {"unit": "ratio", "gap": GAP["gap"] | {"kind": "relative"}}
    await life.post("/indicators", GAP | relative)
    await ends(life, "Nov-17", "80", "0")
    await ends(life, "Dec-17", "1", "3")
    status = await gap_status(life)
    assert [(point["period"], point["value"]) for point in status["series"]] == [("2017-12", "0.33333333")]


async def test_the_remaining_dimensions_are_its_own_and_england_compares(life: Api):
    await life.post("/indicators", GAP)
    male = {"sex": "male"}
    for area, least in ((PLYMOUTH, "80"), (ENGLAND, "90")):
        for breakdown, value in ((LEAST | male, least), (MOST | male, "70")):
            await life.observe("Dec-17", value, code="life", area=area, breakdown=breakdown)
    status = await gap_status(life, breakdown="sex=male")
    assert (status["latest"]["value"], status["benchmark"]["colour"]) == ("10", "green")
    assert (await gap_status(life))["latest"] is None
    newest = next(e for e in reversed(await life.events()) if e["subject"] == f"gap/{PLYMOUTH}/sex=male")
    assert newest["data"]["benchmark"]["colour"] == "green"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gap": GAP["gap"] | {"source": "nope"}}, "gap.source"),
        ({"gap": GAP["gap"] | {"dimension": "age"}}, "gap.a"),
        ({"gap": GAP["gap"] | {"b": "middling"}}, "gap.b"),
        ({"unit": "count"}, "unit"),
        ({"frequency": "quarter"}, "frequency"),
    ],
)
async def test_a_gap_that_cannot_be_derived_is_refused(life: Api, change: dict[str, Any], field: str):
    problem = await life.post("/indicators", GAP | change, 422)
    assert problem["errors"][0]["field"] == field
    await life.get("/indicators/gap", 404)


async def test_a_source_with_gaps_costs_a_few_statements_more_and_others_none(life: Api):
    from tests.integration.indicators.test_service import count_statements, emitting

    seen = count_statements(life)
    await life.observe("Nov-17", "80", code="life", breakdown=LEAST)
    seen.clear()
    await life.observe("Dec-17", "80", code="life", breakdown=LEAST)
    assert len([s for s in seen if not s.startswith("BEGIN")]) == 4 + emitting(life)
    await life.post("/indicators", GAP)
    await ends(life, "Dec-17", None, "70")
    seen.clear()
    await life.observe("Nov-17", "70", code="life", breakdown=MOST)
    assert len([s for s in seen if not s.startswith("BEGIN")]) <= 10 + emitting(life)


async def test_an_indicator_leads_to_its_gaps(life: Api):
    await life.post("/indicators", GAP)
    await life.post("/indicators", GAP | {"code": "ratio", "unit": "ratio", "gap": GAP["gap"] | {"kind": "relative"}})
    await ends(life, "2017-12", "82", "75")
    seen = count_statements(life)
    found = await life.get("/indicators/life/inequality-gaps", area=PLYMOUTH)
    statements = len(seen)
    assert [each["indicator"]["code"] for each in found["items"]] == ["gap", "ratio"]
    status = await gap_status(life)
    same = ("latest", "benchmark", "trend", "target", "series", "breakdown")
    assert {name: found["items"][0][name] for name in same} == {name: status[name] for name in same}
    of_an_end = await life.get("/indicators/life/inequality-gaps", area=PLYMOUTH, breakdown="deprivation=most")
    assert of_an_end["items"] == found["items"]
    of_another = await life.get("/indicators/life/inequality-gaps", area=PLYMOUTH, breakdown="deprivation=middle")
    assert of_another["items"] == []
    assert (await life.get("/indicators/gap/inequality-gaps", area=PLYMOUTH))["items"] == []
    more = GAP | {"code": "another", "gap": GAP["gap"] | {"a": "most", "b": "least"}}
    await life.post("/indicators", more)
    seen.clear()
    assert len((await life.get("/indicators/life/inequality-gaps", area=PLYMOUTH))["items"]) == 3
    assert len(seen) == statements
    await life.get("/indicators/life/inequality-gaps", 422, area=PLYMOUTH, breakdown="religion=none")

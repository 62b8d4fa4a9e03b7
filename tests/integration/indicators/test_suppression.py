"""Small numbers: hidden wherever figures are published, and whatever is compared with whatever."""

import csv
import io
import re
from typing import Any

import pytest
import python_calamine

from tests.integration.indicators.conftest import PLYMOUTH, Api
from tests.integration.indicators.counting import counted
from tests.integration.indicators.test_quality import AE, COUNTED, RULES, found


@pytest.fixture
async def small(api: Api) -> Api:
    """Three boys and nine girls of twelve, one month; and all above five the month before."""
    await api.post("/indicators", COUNTED)
    for month, values in {"Nov-17": ("20", "10", "10"), "Dec-17": ("12", "3", "9")}.items():
        for value, breakdown in zip(values, ({}, {"sex": "male"}, {"sex": "female"}), strict=True):
            await api.observe(month, value, code="children", breakdown=breakdown)
    rows = [{"indicator": "children", "breakdown": each} for each in ({}, {"sex": "male"}, {"sex": "female"})]
    sections = [{"code": "a", "name": "A", "aims": [{"name": "A", "rows": rows}]}]
    await api.put("/scorecards/card", {"name": "Card", "area": PLYMOUTH, "sections": sections}, 201)
    return api


async def exported(api: Api, **query: Any) -> dict[tuple[str, str], str]:
    answer = await api.client.get("/indicators/v1/observations.csv", params={"indicator": "children", **query})
    rows = csv.DictReader(io.StringIO(answer.text, newline=""))
    return {(row["breakdown"], row["period"]): row["value"] or row["missing"] for row in rows}


async def carded(api: Api, **query: Any) -> list[tuple[str | None, str | None, str]]:
    card = await api.get("/scorecards/card", **query)
    rows = card["sections"][0]["aims"][0]["rows"]
    return [(row["latest"]["value"], row["latest"]["missing"], row["trend"]["reason"]) for row in rows]


@pytest.mark.both_engines
async def test_small_numbers_are_hidden_where_figures_are_published(small: Api):
    assert (await exported(small))["sex=male", "2017-12"] == "3"
    await small.put("/indicators/children/quality-rules", {"suppress_below": 5})
    assert await exported(small) == {
        ("", "2017-11"): "20",
        ("", "2017-12"): "12",
        ("sex=female", "2017-11"): "10",
        ("sex=female", "2017-12"): "[c]",  # or three could be worked out
        ("sex=male", "2017-11"): "10",
        ("sex=male", "2017-12"): "[c]",
    }
    assert (await exported(small, breakdown="sex=female"))["sex=female", "2017-12"] == "[c]"
    hidden = (None, "[c]", "missing: [c] suppressed")
    assert (await carded(small))[1:] == [hidden, hidden]
    assert (await carded(small))[0][0] == "12"
    answer = await small.client.get("/indicators/v1/scorecards/card.csv")
    lines = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [line["last_value"] for line in lines] == ["12", "[c]", "[c]"]
    assert lines[1]["graph"] == "2017-11 10; 2017-12 [c]"
    items = (await small.get("/exceptions", area=PLYMOUTH, kind="missing"))["items"]
    assert [(row["breakdown"], row["value"]) for row in items] == [({"sex": "female"}, None), ({"sex": "male"}, None)]
    status = await small.get("/indicators/children/status", area=PLYMOUTH, breakdown="sex=male")
    assert status["latest"]["value"] == "3"  # those who work on it see it
    kinds = await found(small, area=PLYMOUTH, kind="small_number")
    assert kinds == [("children", "small_number", "2017-12")] * 2


async def lines_with_history(api: Api) -> list[str]:
    """Every line of December, as breakdown, revision, figure and status."""
    answer = await api.client.get("/indicators/v1/observations.csv", params={"include_history": "true"})
    rows = csv.DictReader(io.StringIO(answer.text, newline=""))
    found = (
        (row["breakdown"], row["revision"], row["value"], row["missing"], row["count"], row["reason"], row["status"])
        for row in rows
        if row["period"] == "2017-12"
    )
    return [" ".join(filter(None, each)) for each in found]


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("sent", "last"),
    [
        ({"value": "30", "status": "final"}, "sex=male 2 [c] final"),
        ({"value": None, "status": "withdrawn"}, "sex=male 2 withdrawn"),
    ],
)
async def test_a_small_number_stays_hidden_in_history_and_of_past_moments(small: Api, sent: dict[str, Any], last: str):
    await small.put("/indicators/children/quality-rules", {"suppress_below": 5})
    then = small.clock.moment.isoformat().replace("+00:00", "Z")
    before = await exported(small)
    small.clock.forward(hours=1)
    await small.observe("Dec-17", code="children", breakdown={"sex": "male"}, reason="three were thirty", **sent)
    assert await lines_with_history(small) == [
        "1 12 final",
        "sex=female 1 [c] final",
        "sex=male 1 [c] final",
        last,
    ]
    assert await exported(small, as_of=then) == before
    now = await exported(small)
    assert now.get(("sex=male", "2017-12"), "[c]") == "[c]"
    assert (now["", "2017-12"], now["sex=female", "2017-12"]) == ("12", "[c]")
    assert [row[:2] for row in (await carded(small, as_of=then))] == [("12", None), (None, "[c]"), (None, "[c]")]


async def test_a_percentage_of_few_without_its_count_is_hidden(api: Api):
    await api.put(RULES, {"suppress_below": 5})
    for month, value, denominator in (("Oct-17", "3", "100"), ("Nov-17", "5", "100"), ("Dec-17", "0", "3")):
        await api.observe(month, value, denominator=denominator)
    found = await exported(api, indicator=AE)
    assert list(found.values()) == ["[c]", "5", "[c]"]


@pytest.mark.both_engines
async def test_what_is_recorded_one_by_one_is_hidden_as_if_it_were_recorded_at_once(api: Api):
    await api.post("/indicators", COUNTED)
    await api.put("/indicators/children/quality-rules", {"suppress_below": 5})
    for value, breakdown in (("12", {}), ("3", {"sex": "male"}), ("9", {"sex": "female"})):
        await api.observe("Dec-17", value, code="children", breakdown=breakdown)
        api.clock.forward(minutes=1)
        assert [line for line in await lines_with_history(api) if " 3 " in line] == []
    assert list((await exported(api)).values()) == ["12", "[c]", "[c]"]


async def test_a_gap_between_ends_that_are_hidden_is_hidden(small: Api):
    gap = {"source": "children", "dimension": "sex", "a": "female", "b": "male", "kind": "absolute"}
    body = {name: COUNTED[name] for name in ("unit", "decimals", "frequency")}
    await small.post("/indicators", body | {"code": "gap", "name": "Gap", "polarity": "low_is_good", "gap": gap})
    await small.put("/indicators/children/quality-rules", {"suppress_below": 5})
    answer = await small.client.get("/indicators/v1/observations.csv", params={"indicator": "gap"})
    rows = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert {row["period"]: row["value"] or row["missing"] for row in rows} == {"2017-11": "0", "2017-12": "[c]"}


@pytest.mark.both_engines
async def test_no_reason_of_quality_says_what_is_hidden(api: Api):
    """Neither as an outlier, nor as what another contradicts, nor by what others are far from."""
    for code in ("few", "many"):
        await api.post("/indicators", COUNTED | {"code": code})
    for n, value in enumerate(("70", "71", "70", "72", "71", "2"), start=7):
        await api.observe(f"2017-{n:02d}", value, code="few")
        await api.observe(f"2017-{n:02d}", "50", code="many")
    for code, other, relation in (("few", "many", "at_least"), ("many", "few", "at_most")):
        relations = [{"indicator": other, "relation": relation}]
        await api.put(f"/indicators/{code}/quality-rules", {"relations": relations})
    assert await found(api, area=PLYMOUTH) == [
        ("few", "outlier", "2017-12"),
        ("few", "contradiction", "2017-12"),
        ("many", "contradiction", "2017-12"),
    ]
    relations = [{"indicator": "many", "relation": "at_least"}]
    await api.put("/indicators/few/quality-rules", {"suppress_below": 5, "relations": relations})
    assert await found(api, area=PLYMOUTH) == [("few", "small_number", "2017-12")]
    first = await api.get("/data-quality", area=PLYMOUTH, limit=1)
    assert (await api.get("/data-quality", area=PLYMOUTH, cursor=first["next"]))["items"] == []  # of many alone
    await api.observe("Jan-18", "90", code="few")
    [few] = (await api.get("/data-quality", area=PLYMOUTH))["items"]
    assert [(each["kind"], each["period"]) for each in few["findings"]] == [
        ("outlier", "2018-01"),
        ("small_number", "2017-12"),
    ]
    assert "a modified z-score of 12.82 among" in few["findings"][0]["reason"]  # of 70, 71, 70, 72, 71 and 90


@pytest.fixture
async def published_once(small: Api) -> Api:
    """Where the three boys of December are hidden, with a target, an objective, and neighbours to be compared with."""
    await small.put("/indicators/children/quality-rules", {"suppress_below": 5})
    await small.put("/objectives/boys", {"title": "Fewer", "indicators": ["children"]}, 201)
    target = {"kind": "reach", "value": "9", "due": "2018-03"}
    await small.post("/indicators/children/targets", {"area": PLYMOUTH, "breakdown": {"sex": "male"}} | target)
    for area in ("E06000027", "E10000008"):
        for value, breakdown in (("12", {}), ("6", {"sex": "male"}), ("6", {"sex": "female"})):
            await small.observe("Dec-17", value, code="children", area=area, breakdown=breakdown)
    areas = [PLYMOUTH, "E06000027", "E10000008"]
    await small.put("/area-groups/near", {"name": "Near", "areas": areas}, 201)
    return small


DOORS = [
    "/scorecards/card{}?comparator=near",
    "/exceptions{}?area=E06000026",
    "/observations{}?indicator=children&include_history=true",
    "/process-control{}?area=E06000026&breakdown=sex%3Dmale",
    "/indicators/children/process-control{}?area=E06000026&breakdown=sex%3Dmale",
]
ENDINGS = ("csv", "xlsx", "ods", "csv", "xlsx")
FILES = [door.format(f".{ending}") for door, ending in zip(DOORS, ENDINGS, strict=True)]
READ = [
    *(door.format("") for door in DOORS if "observations" not in door),
    "/observations.json-stat?indicator=children",
    "/scorecards/card?area=E06000027&comparator=near",
    "/data-quality?area=E06000026",
    "/objectives?area=E06000026",
    "/indicators/children/trend-test?area=E06000026&breakdown=sex%3Dmale",
    "/indicators/children/forecast?area=E06000026&breakdown=sex%3Dmale",
]


async def test_nothing_that_is_published_differs_by_what_is_hidden(published_once: Api):
    """Small numbers that nobody may tell apart: whatever is published is the same with three as with four."""
    before = {path: await texts(published_once, path) for path in (*FILES, *READ)}
    for sex, value in (("male", "4"), ("female", "8")):
        more = {"breakdown": {"sex": sex}, "note": f"recount: {value}", "reason": f"recount: {value}"}
        await published_once.observe("Dec-17", value, code="children", **more)
    after = {path: await texts(published_once, path) for path in before}
    assert [path for path in before if "history" not in path and before[path] != after[path]] == []
    assert [path for path in after for line in after[path] if "recount" in line] == []
    assert all(len(lines) > 0 for lines in before.values())


@pytest.mark.both_engines
async def test_what_is_published_costs_as_many_statements_whatever_is_hidden(published_once: Api):
    """With rules set: neither more rows, nor more periods, nor more indicators cost more."""
    api, costs = published_once, []
    for extra in ([], ["extra-1", "extra-2"]):
        for code in extra:
            await api.post("/indicators", COUNTED | {"code": code})
            await api.put(f"/indicators/{code}/quality-rules", {"suppress_below": 5})
        names = ["children", *extra]
        if extra:
            observed = [{"area": PLYMOUTH, "status": "final"} | each for each in more_observations(names)]
            await api.post("/observations", {"observations": observed}, 200)
        rows = [{"indicator": code, "breakdown": {"sex": "male"}} for code in names]
        sections = [{"code": "a", "name": "A", "aims": [{"name": "A", "rows": rows}]}]
        await api.put("/scorecards/card", {"name": "Card", "area": PLYMOUTH, "sections": sections})
        await api.put("/objectives/boys", {"title": "Fewer", "indicators": names})
        found = {}
        for path in [*(each for each in READ if "E06000027" not in each), DOORS[2].format(".csv")]:
            with counted(api.database) as statements:
                await texts(api, path)
            found[path] = len(statements)
        costs.append(found)
    assert costs[0] == costs[1]
    assert max(costs[1].values()) <= 13, costs


def more_observations(codes: list[str]) -> list[dict[str, Any]]:
    """Small and other numbers of a year."""
    return [
        {"indicator": code, "period": f"2016-{month:02d}", "value": str(value), "breakdown": breakdown}
        for code in codes
        for month in range(1, 13)
        for value, breakdown in ((12, {}), (3, {"sex": "male"}), (9, {"sex": "female"}))
    ]


async def texts(api: Api, path: str) -> list[str]:
    """The words and figures of an answer, whatever its form, but for numbers of revisions."""
    answer = await api.client.get(f"/indicators/v1{path}")
    assert answer.status_code == 200, answer.text
    if not path.split("?", maxsplit=1)[0].endswith(("xlsx", "ods")):
        return re.sub(r'"revision":\d+', "", answer.text).splitlines()
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return [str(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]

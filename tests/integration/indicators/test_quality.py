"""Rules of quality, what is found by them, and late values."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import python_calamine

from chassis.jobs.worker import Worker
from chassis.settings import ServiceSettings
from services.indicators.app import SPEC
from services.indicators.service.republication import REPUBLICATION
from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api
from tests.integration.indicators.counting import counted

AE = "ae-four-hour-wait"
COUNTED: dict[str, Any] = MONTHLY | {
    "code": "children",
    "unit": "count",
    "decimals": 0,
    "owner": "Emma Crowther",
    "dimensions": {"sex": ["male", "female"]},
}
RULES = f"/indicators/{AE}/quality-rules"


async def found(api: Api, **query: Any) -> list[tuple[str, str, str | None]]:
    page = await api.get("/data-quality", **query)
    return [(row["indicator"], each["kind"], each["period"]) for row in page["items"] for each in row["findings"]]


async def test_rules_are_put_whole_and_again(api: Api):
    none = {"indicator": AE, "due_days": None, "suppress_below": None, "relations": []}
    assert await api.get(RULES) == none
    await api.post("/indicators", COUNTED)
    relations = [{"indicator": "children", "relation": "at_most", "tolerance": "0.5"}]
    rules = {"due_days": 45, "suppress_below": 5, "relations": relations}
    assert await api.put(RULES, rules) == {"indicator": AE, **rules}
    assert await api.put(RULES, rules) == {"indicator": AE, **rules}
    assert await api.put(RULES, {}) == none
    for wrong in ("nope", AE):
        problem = await api.put(RULES, {"relations": [{"indicator": wrong, "relation": "equal"}]}, 422)
        assert problem["errors"][0]["field"] == "relations"
    for wrong_rule in ({"due_days": -1}, {"suppress_below": 1}):
        await api.put(RULES, wrong_rule, 422)
    await api.put("/indicators/nope/quality-rules", {}, 404)


async def test_rules_have_bounds(api: Api):
    """As far as they go, and one further."""
    for name, least, most in (("due_days", 0, 3660), ("suppress_below", 2, 1000)):
        for bound, beyond in ((least, least - 1), (most, most + 1)):
            assert (await api.put(RULES, {name: bound}))[name] == bound
            refused = await api.put(RULES, {name: beyond}, 422)
            assert [each["field"] for each in refused["errors"]] == [name]
    await api.post("/indicators", COUNTED)
    relation = {"indicator": "children", "relation": "at_most"}
    assert len((await api.put(RULES, {"relations": [relation] * 20}))["relations"]) == 20
    refused = await api.put(RULES, {"relations": [relation] * 21}, 422)
    assert [each["field"] for each in refused["errors"]] == ["relations"]
    assert len((await api.get(RULES))["relations"]) == 20


async def test_findings_are_a_file_of_all_indicators(api: Api):
    await api.post("/indicators", COUNTED | {"owner": None})
    for month, value in (("Nov-17", "20"), ("Dec-17", "3")):
        await api.observe(month, value, code="children")
    await api.put("/indicators/children/quality-rules", {"suppress_below": 5})
    await api.put(RULES, {"due_days": 1})
    await api.observe("Dec-17", "90")
    expected = [
        (AE, "", "no owner", "", ""),
        (AE, "", "late", PLYMOUTH, "2018-01"),
        ("children", "", "no owner", "", ""),
        ("children", "", "small number", PLYMOUTH, "2017-12"),
    ]
    columns = ("code", "owner", "kind", "area", "period")
    answer = await api.client.get("/indicators/v1/data-quality.csv")
    lines = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [tuple(line[name] for name in columns) for line in lines] == expected
    assert lines[3]["reason"].startswith("below 5")
    for ending in ("xlsx", "ods"):
        answer = await api.client.get(f"/indicators/v1/data-quality.{ending}", params={"kind": "late"})
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        *_, head, row = book.get_sheet_by_name("Table").to_python()
        assert (head[3], row[1], row[3], row[6]) == ("Finding [note 1]", AE, "late", "2018-01")
    assert (await api.client.get("/indicators/v1/data-quality.csv?area=E99999999")).status_code == 422


async def test_what_is_to_be_looked_at(api: Api):
    await api.post("/indicators", MONTHLY | {"code": "part", "owner": "Ana"})
    for n, value in enumerate(("80", "81", "80", "82", "81", "20"), start=7):
        await api.observe(f"2017-{n:02d}", value)
        await api.observe(f"2017-{n:02d}", "30", code="part")
    await api.put("/indicators/part/quality-rules", {"relations": [{"indicator": AE, "relation": "at_most"}]})
    assert await found(api) == [
        (AE, "no_owner", None),
        (AE, "outlier", "2017-12"),
        ("part", "contradiction", "2017-12"),
    ]
    await api.put(RULES, {"due_days": 14})
    assert (AE, "late", "2018-01") in await found(api)
    assert await found(api, kind="late") == [(AE, "late", "2018-01")]
    assert await found(api, owner="Ana") == [("part", "contradiction", "2017-12")]
    assert await found(api, area="E06000027") == []
    assert (await api.get("/data-quality", 422, area="E99999999"))["errors"][0]["field"] == "area"
    first = await api.get("/data-quality", limit=1)
    assert [row["indicator"] for row in first["items"]] == [AE]
    rest = await api.get("/data-quality", limit=1, cursor=first["next"])
    assert ([row["indicator"] for row in rest["items"]], rest["next"]) == (["part"], None)


@pytest.mark.both_engines
async def test_data_quality_costs_as_many_statements_whatever_there_is(api: Api):
    costs = []
    for more in (range(1), range(1, 9)):
        for n in more:
            await api.post("/indicators", COUNTED | {"code": f"extra-{n}"})
            rules = {"suppress_below": 5, "relations": [{"indicator": AE, "relation": "at_most"}]}
            await api.put(f"/indicators/extra-{n}/quality-rules", rules)
            for month in ("Nov-17", "Dec-17"):
                await api.observe(month, "3", code=f"extra-{n}")
        with counted(api.database) as statements:
            await api.get("/data-quality", area=PLYMOUTH)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 12, costs


def worker(api: Api) -> Worker:
    return Worker(api.database, SPEC.jobs, SPEC.schedules, ServiceSettings())


async def late_events(api: Api) -> list[dict[str, Any]]:
    return [each for each in await api.events() if each["type"] == "commissioning.observation.late.v1"]


@pytest.mark.both_engines
async def test_late_values_are_found_by_the_service_itself_and_told_once(api: Api):
    await api.patch(f"/indicators/{AE}", {"owner": "Craig McArdle"})
    await api.observe("Dec-17", "79")
    await api.observe("Dec-17", "79", area=ENGLAND)
    await api.put(RULES, {"due_days": 27})
    work = worker(api)

    async def day() -> list[tuple[str, int, bool]]:
        before = len(await late_events(api))
        await work.save_occurrences()
        assert await work.do_next()
        assert not await work.do_next()
        new = (await late_events(api))[before:]
        api.clock.forward(days=1)
        return [(each["subject"], each["aggregateversion"], each["data"]["late"]) for each in new]

    plymouth, england = f"{AE}/late/{PLYMOUTH}", f"{AE}/late/{ENGLAND}"
    api.clock.moment -= timedelta(days=1)  # the 27th of February: January and 27 days
    assert await day() == []
    assert await day() == [(plymouth, 1, True), (england, 1, True)]
    [event, _] = await late_events(api)
    assert {name: event["data"][name] for name in ("owner", "latest", "awaited", "due")} == {
        "owner": "Craig McArdle",
        "latest": "2017-12",
        "awaited": "2018-01",
        "due": "2018-02-27",
    }
    assert await day() == []
    await api.observe("Jan-18", "80")
    assert await day() == [(plymouth, 2, False)]
    assert await day() == []

    async def again(tx: Any) -> None:
        await REPUBLICATION.emit_states(tx, [england])

    await api.database.write(again)
    assert (await late_events(api))[-1]["aggregateversion"] == 2


async def test_nothing_is_late_of_what_is_retired(api: Api):
    await api.observe("Aug-17", "79")
    await api.patch(f"/indicators/{AE}", {"retired_on": "2018-02-01"})
    work = worker(api)
    await work.save_occurrences()
    assert await work.do_next()
    assert await late_events(api) == []

"""What the papers print, as the loaded suite shows it: scorecards, charts, targets, pledges."""

from decimal import Decimal

from contracts.period import Period
from suite.load.dataset import read_reference
from tests.integration.reference.conftest import list_rows


async def test_the_scorecard_of_december_shows_its_rows_as_printed(suite, report):
    """First and last value of every graph; what is contradicted of a row, with both figures."""
    rows = list_rows(await suite.get("/indicators/v1/scorecards/integrated-2017-18?area=E06000026&period=2017-12"))
    assert len(rows) == 22
    for row in rows:
        code = row["indicator"]["code"]
        told = [one for one in read_reference().observations if one.indicator == code]
        first = next(one for one in told if one.basis == "inferred")
        last = [one for one in told if one.period in {Period.parse("2017-12"), Period.parse("2017/18 Q3")}][-1]
        assert (row["series"][0]["period"], Decimal(row["series"][0]["value"])) == (first.period.label, first.value)
        assert (row["latest"]["period"], Decimal(row["latest"]["value"])) == (last.period.label, last.value)
    shown = {row["indicator"]["code"]: row["indicator"]["notes"] for row in rows}
    for one in report.contradictions:
        for code in (name.removeprefix("indicators/") for name in one.resources if name.startswith("indicators/")):
            figures = [{"figure": each.figure, "source": each.source} for each in one.note.figures]
            assert code not in shown or figures in [note["figures"] for note in shown[code]]
    assert all("First values of the 22 graphs" in [note["topic"] for note in row["notes"]] for row in rows)


async def test_what_no_paper_prints_is_marked_inferred(suite):
    rows = list_rows(await suite.get("/indicators/v1/scorecards/integrated-2017-18?area=E06000026"))
    marked = {row["indicator"]["code"] for row in rows if row["indicator"]["inferred"] == ["framework"]}
    printed = {"rtt-18-weeks", "dementia-diagnosis-rate"}
    assert marked == {row["indicator"]["code"] for row in rows} - printed
    assert len(marked) == 20
    observed = (await suite.get("/indicators/v1/indicators/rtt-18-weeks/observations?limit=200"))["items"]
    assert {one["period"] for one in observed if one["inferred"] == ["period"]} == {"2017-07"}


async def test_the_scorecard_shows_its_twenty_two_rows(suite):
    rows = list_rows(await suite.get("/indicators/v1/scorecards/integrated-2017-18?area=E06000026"))
    assert len(rows) == 22
    printed = {o.indicator: o.value for o in read_reference().observations if o.basis in {"printed", "narrative"}}
    assert {row["indicator"]["code"]: Decimal(row["latest"]["value"]) for row in rows} == {
        row["indicator"]["code"]: printed[row["indicator"]["code"]] for row in rows
    }
    december = list_rows(await suite.get("/indicators/v1/scorecards/integrated-2017-18?area=E06000026&period=2017-12"))
    waits = next(row for row in december if row["indicator"]["code"] == "rtt-18-weeks")
    assert [point["value"] for point in waits["series"]] == ["84.8", "81.3"]  # 85.7 is of March, before the six


async def test_forecasts_of_the_charts_are_projections(suite):
    path = "/indicators/v1/indicators/children-in-care-overall/projections"
    items = (await suite.get(f"{path}?limit=200"))["items"]
    assert {(one["name"], one["period"]): one["value"] for one in items if one["period"] == "2016/17"} == {
        ("forecast-2014", "2016/17"): "395",
        ("actual-or-forecast-2014", "2016/17"): "395",
    }
    assert len(items) == 10


async def test_no_forecast_is_an_observation(suite):
    for code in ("smoking-prevalence-adults", "children-in-care-overall"):
        items = (await suite.get(f"/indicators/v1/indicators/{code}/observations?limit=200"))["items"]
        assert sorted(item["period"] for item in items) == ["2010/11", "2011/12", "2012/13", "2013/14"]
        assert {item["basis"] for item in items} == {"inferred"}
        assert all(item["inferred"] == ["status"] for item in items)


async def test_dementia_has_two_levels_with_their_dates(suite):
    """60 was the level of 2014; by the standard of 2017/18 the scorecard's 60.1 is below, as its narrative says."""
    status = await suite.get("/indicators/v1/indicators/dementia-diagnosis-rate/status?area=E06000026")
    assert (status["latest"]["period"], status["latest"]["value"]) == ("2017-12", "60.1")
    assert (status["target"]["colour"], status["target"]["expected"]) == ("red", "66")
    items = (await suite.get("/indicators/v1/indicators/dementia-diagnosis-rate/targets"))["items"]
    assert [(one["value"], one["applies_from"]) for one in items] == [("60", "2014/15"), ("66", "2017-04")]


async def test_the_lines_of_the_charts_judge_what_was(suite):
    status = await suite.get("/indicators/v1/indicators/children-in-care-independent/status?area=E06000026")
    assert [(point["period"], point["value"], point["target"]) for point in status["series"]] == [
        ("2010/11", "60", "green"),
        ("2011/12", "65", "green"),
        ("2012/13", "60", "green"),
        ("2013/14", "65", "green"),
    ]
    targets = (await suite.get("/indicators/v1/indicators/excess-weight-4-5/targets"))["items"]
    lines = {target["version"]: [point["value"] for point in target["milestones"]] for target in targets}
    assert lines == {1: ["24.5"] * 4, 2: ["24.5"] * 3}


async def test_need_figures_say_how_they_are_printed(suite):
    path = "/indicators/v1/indicators/population-over-65"
    items = (await suite.get(f"{path}/observations?area=E06000026"))["items"]
    assert [(one["period"], one["value"], one["count"], one["status"], one["inferred"]) for one in items] == [
        ("2018", "17.5", "45500", "provisional", ["period"])
    ]
    assert items[0]["note"] == "2018-20 intentions: 17.5 per cent or 45500 people"
    expected = (await suite.get(f"{path}/projections"))["items"]
    assert {one["period"]: one["value"] for one in expected} == {"2020": "18.4", "2030": "21.3", "2035": "22.5"}


async def test_the_corporate_plan_is_a_scorecard_of_sixteen_outcomes(suite):
    card = await suite.get("/indicators/v1/scorecards/corporate-plan-2013")
    assert [len(section["aims"]) for section in card["sections"]] == [4, 4, 4, 4]
    assert {tuple(row["inferred"]) for row in list_rows(card)} == {("indicator",)}


async def test_pledges_show_the_colours_of_their_indicators(suite):
    pledge = await suite.get("/pledges/v1/pledges/58")
    colours = {one["indicator"]: one for one in pledge["indicators"]}
    assert colours["dtoc-all"]["trend"] == "green"
    first = await suite.get("/pledges/v1/pledges/46")
    assert [one["portfolio_holder"] for one in first["assignments"]] == ["Sue McDonald", "Ian Tuffin"]


async def test_the_sites_of_a_hubs_phase_weigh_as_one_action(suite):
    parts = (await suite.get("/pledges/v1/actions?part_of=hubs-phase-1"))["items"]
    assert len(parts) == 6
    assert {part["kind"] for part in parts} == {"hub"}

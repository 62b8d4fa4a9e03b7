"""The reference data in a real suite: all there, once, and moving what it should."""

import json
import sqlite3
from decimal import Decimal

import httpx
import pytest

from contracts.period import Period
from suite.load import load_reference
from suite.load.api_client import Refused
from suite.load.dataset import read_reference
from suite.load.local_outcomes import load_local_outcomes

AE = "ae-four-hour-wait"


async def test_the_first_load_makes_everything(report):
    made = {kind: counts.created for kind, counts in report.counts.items()}
    assert made == {
        "areas": 6,
        "frameworks": 9,
        "indicators": 58,
        "targets": 31,
        "scorecards": 4,
        "observations": 107,
        "projections": 51,
        "outcomes": 4,
        "objectives": 17,
        "system gaps": 3,
        "priorities rolled up": 8,
        "commentaries": 13,
        "quality rules": 3,
        "standards": 23,
        "risks": 18,
        "pledge sets": 1,
        "pledges": 10,
        "pledge links": 6,
        "priorities": 8,
        "actions": 60,
        "funds": 1,
        "schemes": 7,
    }
    assert report.counts["targets"].skipped == 3
    assert all(counts.unchanged == counts.changed == counts.preserved == 0 for counts in report.counts.values())


async def test_a_second_load_makes_nothing_and_publishes_nothing(suite):
    await suite.swept()
    before = await suite.events()
    again = await suite.load()
    await suite.swept()
    assert await suite.events() == before
    assert (again.created, again.changed) == (0, 0)
    assert {kind: counts.preserved for kind, counts in again.counts.items() if counts.preserved} == {}


async def test_a_target_that_an_officer_went_back_to_stays(suite):
    """Versions are matched in order, so a load sends neither those that are there nor the ones after them again."""
    path = f"/indicators/v1/indicators/{AE}/targets"
    first = (await suite.get(path))["items"][0]
    sent = {name: first[name] for name in ("area", "kind", "due", "baseline", "applies_from", "source", "note")}
    for value in ("60", first["value"]):
        answer = await suite.client.post(path, json=sent | {"value": value, "reason": "Agreed anew"})
        assert answer.status_code == httpx.codes.CREATED, answer.text
    before = (await suite.get(path))["items"]
    again = await suite.load()
    assert (again.created, again.changed) == (0, 0)
    assert (await suite.get(path))["items"] == before


@pytest.mark.rest
@pytest.mark.parametrize("calls", [90, 215, 300])
async def test_a_load_that_broke_off_goes_on(empty_suite, loaded, calls):
    """Whatever was made stays; loading again makes the rest, and nothing twice. Calls under way may be lost."""
    folder, report = loaded
    made, hooks = 0, empty_suite.client.event_hooks["request"]

    async def break_off(request: httpx.Request) -> None:
        nonlocal made
        made += request.method != "GET"
        if made > calls:
            raise httpx.ConnectError("gone", request=request)

    empty_suite.client.event_hooks = {"request": [break_off]}
    with pytest.raises(httpx.ConnectError):
        await empty_suite.load()
    empty_suite.client.event_hooks = {"request": hooks}
    rest = await empty_suite.load()
    await empty_suite.caught_up()
    assert report.created - calls <= rest.created < report.created
    with sqlite3.connect(folder / "indicators.db") as unbroken:
        events = unbroken.execute("SELECT count(*) FROM outbox").fetchone()[0]
    assert (await empty_suite.events())["indicators"] == events
    risk = await empty_suite.get("/risks/v1/risks/OCC4")
    assert sorted(link["severity_at"] for link in risk["links"]) == [0, 0, 0, 1]
    await test_both_figures_of_the_contradicted_quarter_are_kept(empty_suite)
    again = await empty_suite.load()
    assert (again.created, [kind for kind, counts in again.counts.items() if counts.preserved]) == (0, [])


async def test_without_a_key_nothing_is_loaded_and_the_answer_is_told(suite):
    transport = httpx.ASGITransport(suite.running.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://suite") as stranger:
        with pytest.raises(Refused) as refused:
            await load_reference(stranger, wait=suite.caught_up, report=lambda _line: None)
    assert refused.value.status == 401
    assert "POST /indicators/v1/areas answered 401" in str(refused.value)


async def test_a_correction_made_since_stays(suite):
    answer = await suite.post("rtt-18-weeks", "Dec-17", "80.9", reason="Late return")
    assert answer.status_code == 201
    await suite.client.patch("/indicators/v1/indicators/dtoc-all", json={"owner": "Somebody else", "reason": "Moved"})
    again = await suite.load()
    assert again.created == 0
    assert again.counts["indicators"].preserved == 1
    status = await suite.get("/indicators/v1/indicators/rtt-18-weeks/status?area=E06000026")
    assert [point["value"] for point in status["series"]][-2:] == ["80.9", "81.6"]


def _rows(card) -> list[dict]:
    return [row for section in card["sections"] for aim in section["aims"] for row in aim["rows"]]


async def test_the_scorecard_of_december_shows_its_rows_as_printed(suite, report):
    """First and last value of every graph; what is contradicted of a row, with both figures."""
    rows = _rows(await suite.get("/indicators/v1/scorecards/integrated-2017-18?area=E06000026&period=2017-12"))
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
    rows = _rows(await suite.get("/indicators/v1/scorecards/integrated-2017-18?area=E06000026"))
    marked = {row["indicator"]["code"] for row in rows if row["indicator"]["inferred"] == ["framework"]}
    assert len(marked) == 9
    observed = (await suite.get("/indicators/v1/indicators/rtt-18-weeks/observations?limit=200"))["items"]
    assert {one["period"] for one in observed if one["inferred"] == ["period"]} == {"2017-07"}


async def test_the_contradicted_observation_carries_both_figures(suite):
    path = "/indicators/v1/indicators/dtoc-adult-social-care/observations?area=E06000026&revisions=true"
    items = [one for one in (await suite.get(path))["items"] if one["period"] == "2017/18 Q3"]
    assert [[each["figure"] for each in one["notes"][0]["figures"]] for one in items] == [["11.9", "10.50"]] * 2


async def test_forecasts_of_the_charts_are_projections(suite):
    path = "/indicators/v1/indicators/children-in-care-overall/projections"
    items = (await suite.get(f"{path}?limit=200"))["items"]
    assert {(one["name"], one["period"]): one["value"] for one in items if one["period"] == "2016/17"} == {
        ("forecast-2014", "2016/17"): "395",
        ("actual-or-forecast-2014", "2016/17"): "395",
    }
    assert len(items) == 10


async def test_the_scorecard_shows_its_twenty_two_rows(suite):
    rows = _rows(await suite.get("/indicators/v1/scorecards/integrated-2017-18?area=E06000026"))
    assert len(rows) == 22
    printed = {o.indicator: o.value for o in read_reference().observations if o.basis in {"printed", "narrative"}}
    assert {row["indicator"]["code"]: Decimal(row["latest"]["value"]) for row in rows} == {
        row["indicator"]["code"]: printed[row["indicator"]["code"]] for row in rows
    }
    december = _rows(await suite.get("/indicators/v1/scorecards/integrated-2017-18?area=E06000026&period=2017-12"))
    waits = next(row for row in december if row["indicator"]["code"] == "rtt-18-weeks")
    assert [point["value"] for point in waits["series"]] == ["84.8", "81.3"]  # 85.7 is of March, before the six


async def test_both_figures_of_the_contradicted_quarter_are_kept(suite):
    path = "/indicators/v1/indicators/dtoc-adult-social-care/observations?area=E06000026&revisions=true"
    items = (await suite.get(path))["items"]
    told = sorted((i["revision"], i["value"]) for i in items if i["period"] == "2017/18 Q3")
    assert told == [(1, "11.9"), (2, "10.50")]


async def test_the_four_risks_stand_as_printed_with_every_link_known(suite):
    for ref, (impact, likelihood), movement in (
        ("OCC2", (4, 4), "unchanged"),
        ("OCC3", (4, 4), "unchanged"),
        ("OCC4", (4, 4), "new"),
        ("OCC5", (4, 3), "unchanged"),
    ):
        risk = await suite.get(f"/risks/v1/risks/{ref}")
        for rating in ("assessed", "indicated", "effective"):
            assert (risk[rating]["impact"], risk[rating]["likelihood"]) == (impact, likelihood), (ref, rating)
        assert risk["movement"] == movement, ref
        assert max(link["severity_at"] for link in risk["links"]) == 1, ref
        assert not any(link["stale"] for link in risk["links"]), ref
    assert (await suite.get("/risks/v1/review-tasks"))["items"] == []


@pytest.mark.parametrize(
    ("indicator", "steps"),
    [
        (AE, [("Jan-18", "76.6", 20), ("Feb-18", "85.0", 20), ("Mar-18", "86.0", 12)]),
        (AE, [("Jan-18", "70.1", 20), ("Feb-18", "96.0", 20), ("Mar-18", "96.5", 12)]),
        ("rtt-18-weeks", [("Feb-18", "70.0", 20), ("Mar-18", "82.0", 20), ("Apr-18", "83.0", 16)]),
        ("dtoc-all", [("2017/18 Q4", "30.0", 20), ("2018/19 Q1", "20.0", 20), ("2018/19 Q2", "15.0", 16)]),
        ("emergency-admissions-65-plus", [("Jan-18", "1600", 20), ("Feb-18", "1300", 20), ("Mar-18", "1290", 16)]),
    ],
)
async def test_occ4_goes_up_and_down_again(suite, indicator, steps):
    for period, value, score in steps:
        assert (await suite.post(indicator, period, value)).status_code == 201
        risk = await suite.get("/risks/v1/risks/OCC4")
        assert risk["effective"]["score"] == score, period


async def test_one_observation_moves_a_risk_and_a_scheme_by_the_documented_pounds(suite):
    path = "/finance/v1/schemes/front-door/position"
    assert (await suite.get(path))["indicated"]["amount"] == "7075.74"
    shown = []
    for period, value in (("Jan-18", "76.6"), ("Feb-18", "85.0"), ("Mar-18", "86.0")):
        await suite.post(AE, period, value)
        shown.append(Decimal((await suite.get(path))["indicated"]["amount"]))
    assert shown == [Decimal("484.64"), Decimal("10177.44"), Decimal("21808.80")]
    assert (await suite.get(path))["banked"]["amount"] == "0.00"


async def test_finance_finds_the_same_contradictions_as_the_load_report(suite, report):
    position = await suite.get("/finance/v1/funds/plymouth-integrated/position?financial_year=2018/19")
    found = {(one["where"], one["column"]): one for one in position["printed_differences"]}
    assert set(found) == {("childrens-commissioning", "net_budget"), ("total", "savings"), ("total", "net_budget")}
    for code, where in (
        ("childrens-commissioning-net", ("childrens-commissioning", "net_budget")),
        ("savings-total", ("total", "savings")),
        ("net-budget-total", ("total", "net_budget")),
    ):
        (note,) = (one.note for one in report.contradictions if one.code == code)
        both = [Decimal(found[where][side]["amount"]) / 1_000_000 for side in ("printed", "computed")]
        assert both == [Decimal(one.figure) for one in note.figures]
    fund = await suite.get("/finance/v1/funds/plymouth-integrated")
    lines = [line for line in fund["budget_lines"] if line["financial_year"] == "2018/19"]
    in_use = {line["code"]: Decimal(line["net_budget"]["amount"]) for line in lines}
    assert _used(report, "net-budget-total") == sum(in_use.values()) / 1_000_000
    assert _used(report, "childrens-commissioning-net") == in_use["childrens-commissioning"] / 1_000_000
    assert Decimal(position["budget"]["amount"]) == sum(in_use.values())


def _used(report, code) -> Decimal:
    return Decimal(next(one.note.used for one in report.contradictions if one.code == code))


async def test_the_calculator_agrees_with_the_load_report_on_the_2014_ranges(suite, report):
    """What the API calls truncated is what the report lists for single partners."""
    rows = [row for row in read_reference().savings_ranges if row.rate_percent is not None]
    differing = set()
    for low in (row for row in rows if row.bound == "lower"):
        high = next(r for r in rows if r.bound == "higher" and _same_cell(r, low))
        body = {
            "base": {"amount": f"{low.base_gbp_thousand * 1000:.2f}"},
            "low_percent": str(low.rate_percent),
            "high_percent": str(high.rate_percent),
            "unit": "1000",
            "printed_low": {"amount": f"{low.printed_saving_gbp_thousand * 1000:.2f}"},
            "printed_high": {"amount": f"{high.printed_saving_gbp_thousand * 1000:.2f}"},
        }
        answer = (await suite.client.post("/finance/v1/calculators/savings-range", json=body)).raise_for_status().json()
        for row, side in ((low, "low"), (high, "high")):
            if answer[side]["reading"] != "as_computed":
                assert answer[side]["reading"] == "truncated"
                year = row.year.label.replace("/", "-")
                differing.add(f"range-{row.strand}-{row.partner.lower()}-{year}-{row.bound}")
    singles = {one.code for one in report.contradictions if one.code.startswith(("range-staffing", "range-comm"))}
    assert differing == singles - {"range-commissioning-total-2016-17-higher"}


def _same_cell(one, other) -> bool:
    return (one.strand, one.partner, one.year) == (other.strand, other.partner, other.year)


async def test_the_report_reads_as_text_and_as_json(report):
    assert "11.9 (2018-19 business plan, scorecard table) against 10.50 (2018-19 business plan, ex" in report.as_text()
    assert "observations: 107 created" in report.as_text()
    parsed = json.loads(report.as_json())
    assert len(parsed["contradictions"]) == len(report.contradictions) == 52
    assert parsed["counts"]["pledges"]["created"] == 10
    assert "52 contradictions" in report.summary()


async def test_pledges_show_the_colours_of_their_indicators(suite):
    pledge = await suite.get("/pledges/v1/pledges/58")
    colours = {one["indicator"]: one for one in pledge["indicators"]}
    assert colours["dtoc-all"]["trend"] == "green"
    first = await suite.get("/pledges/v1/pledges/46")
    assert [one["portfolio_holder"] for one in first["assignments"]] == ["Sue McDonald", "Ian Tuffin"]


async def test_dementia_has_two_levels_with_their_dates(suite):
    """60 was the level of 2014; by the standard of 2017/18 the scorecard's 60.1 is below, as its narrative says."""
    status = await suite.get("/indicators/v1/indicators/dementia-diagnosis-rate/status?area=E06000026")
    assert (status["latest"]["period"], status["latest"]["value"]) == ("2017-12", "60.1")
    assert (status["target"]["colour"], status["target"]["expected"]) == ("red", "66")


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


async def test_no_forecast_is_an_observation(suite):
    for code in ("smoking-prevalence-adults", "children-in-care-overall"):
        items = (await suite.get(f"/indicators/v1/indicators/{code}/observations?limit=200"))["items"]
        assert sorted(item["period"] for item in items) == ["2010/11", "2011/12", "2012/13", "2013/14"]
        assert {item["basis"] for item in items} == {"inferred"}


async def test_what_the_papers_contradict_is_told_where_it_belongs(suite, report):
    """The API and the load report say the same, word for word."""
    for kind, path in (
        ("indicators", "/indicators/v1/indicators/{}"),
        ("risks", "/risks/v1/risks/{}"),
        ("pledges", "/pledges/v1/pledges/2018-{}"),
        ("priorities", "/pledges/v1/priorities/{}"),
        ("actions", "/pledges/v1/actions/{}"),
    ):
        assert await _notes_as_listed(suite, report, kind, path) > 0


async def test_what_the_papers_contradict_is_told_with_the_fund_and_its_lines(suite, report):
    fund = await suite.get("/finance/v1/funds/plymouth-integrated")
    listed = json.loads(report.as_json())["contradictions"]
    assert fund["notes"] == [one["note"] for one in listed if "funds/plymouth-integrated" in one["resources"]]
    lines = {(line["financial_year"], line["code"]): line["notes"] for line in fund["budget_lines"] if line["notes"]}
    assert [note["topic"] for note in lines.pop(("2018/19", "childrens-commissioning"))] == [
        "Net budget 2018/19 of Childrens Commissioning, million pounds"
    ]
    assert lines == {}


async def _notes_as_listed(suite, report, kind, path) -> int:
    """Compares every resource of a kind that carries notes; how many there are."""
    listed: dict[str, list] = {}
    for one in json.loads(report.as_json())["contradictions"]:
        for resource in one["resources"]:
            if resource.startswith(f"{kind}/"):
                listed.setdefault(resource.split("/", 1)[1], []).append(one["note"])
    for code, notes in listed.items():
        assert (await suite.get(path.format(code)))["notes"] == notes
    return len(listed)


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
    assert {tuple(row["inferred"]) for row in _rows(card)} == {("indicator",)}


async def test_the_local_outcomes_framework_is_switched_on_once(suite):
    first = await load_local_outcomes(suite.client, "E06000026")
    assert {kind: counts.created for kind, counts in first.counts.items()} == {
        "frameworks": 1,
        "indicators": 34,
        "scorecards": 1,
    }
    again = await load_local_outcomes(suite.client, "E06000026")
    assert (again.created, again.counts["indicators"].unchanged, again.counts["scorecards"].unchanged) == (0, 34, 1)
    card = await suite.get("/indicators/v1/scorecards/local-outcomes-2026")
    assert (len(card["sections"]), len(_rows(card))) == (16, 34)
    assert "34 of about 115 metrics" in card["name"]
    framework = await suite.get("/indicators/v1/frameworks/LOF-2026")
    assert "incomplete" in framework["name"]
    assert "34 of about 115 metrics" in again.as_text()


async def test_the_sites_of_a_hubs_phase_weigh_as_one_action(suite):
    parts = (await suite.get("/pledges/v1/actions?part_of=hubs-phase-1"))["items"]
    assert len(parts) == 6
    assert {part["kind"] for part in parts} == {"hub"}

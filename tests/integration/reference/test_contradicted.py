"""What the papers contradict is told where it belongs, in the words of the load report."""

import json
from decimal import Decimal

from suite.load.dataset import read_reference
from tests.integration.reference.conftest import list_rows


async def test_the_contradicted_observation_carries_both_figures(suite):
    path = "/indicators/v1/indicators/dtoc-adult-social-care/observations?area=E06000026&revisions=true"
    items = [one for one in (await suite.get(path))["items"] if one["period"] == "2017/18 Q3"]
    assert [[each["figure"] for each in one["notes"][0]["figures"]] for one in items] == [["11.9", "10.50"]] * 2


async def test_both_figures_of_the_contradicted_quarter_are_kept(suite):
    await assert_both_figures_are_kept(suite)


async def assert_both_figures_are_kept(suite):
    path = "/indicators/v1/indicators/dtoc-adult-social-care/observations?area=E06000026&revisions=true"
    items = (await suite.get(path))["items"]
    told = sorted((i["revision"], i["value"]) for i in items if i["period"] == "2017/18 Q3")
    assert told == [(1, "11.9"), (2, "10.50")]


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


async def test_the_ranges_list_each_printed_figure_that_differs_as_the_load_report_does(suite, report):
    [table] = (await suite.get("/finance/v1/ranges"))["items"]
    assert len(table["figures"]) == 36
    listed = {_code_of(one) for one in table["differences"]}
    told = {one.code for one in report.contradictions}
    assert listed == {code for code in told if code.startswith("range-") or code == "commissioning-base-total"}


def _code_of(one) -> str:
    year = (one["financial_year"] or "").replace("/", "-")
    named = {
        "rate": f"range-{one['strand']}-{(one['partner'] or 'total').lower()}-{year}-{one['bound']}",
        "parts": f"range-sum-{one['strand']}-{year}-{one['bound']}",
        "base": f"{one['strand']}-base-total",
    }
    return named[one["compared"]]


def _same_cell(one, other) -> bool:
    return (one.strand, one.partner, one.year) == (other.strand, other.partner, other.year)


async def test_what_the_papers_contradict_is_told_where_it_belongs(suite, report):
    """The API and the load report say the same, word for word."""
    for kind, path in (
        ("indicators", "/indicators/v1/indicators/{}"),
        ("risks", "/risks/v1/risks/{}"),
        ("pledges", "/pledges/v1/pledges/2018-{}"),
        ("priorities", "/pledges/v1/priorities/{}"),
        ("actions", "/pledges/v1/actions/{}"),
    ):
        listed = _listed(report, kind)
        assert listed
        for code, notes in listed.items():
            assert (await suite.get(path.format(code)))["notes"] == notes


async def test_a_target_that_papers_contradict_says_so_in_every_version(suite, report):
    listed = _listed(report, "targets")
    assert len(listed) == 8
    for code, notes in listed.items():
        versions = (await suite.get(f"/indicators/v1/indicators/{code}/targets"))["items"]
        assert versions
        assert all(version["notes"] == notes for version in versions), code


async def test_what_papers_contradict_of_a_scorecard_stands_on_each_of_its_rows(suite, report):
    listed = _listed(report, "scorecards")
    assert {"trend-column", "first-values"} <= {
        one.code for one in report.contradictions if any(name.startswith("scorecards/") for name in one.resources)
    }
    for code, notes in listed.items():
        rows = list_rows(await suite.get(f"/indicators/v1/scorecards/{code}"))
        assert rows
        assert all(row["notes"] == notes for row in rows), code


async def test_what_the_papers_contradict_is_told_with_the_fund_and_its_lines(suite, report):
    fund = await suite.get("/finance/v1/funds/plymouth-integrated")
    listed = json.loads(report.as_json())["contradictions"]
    assert fund["notes"] == [one["note"] for one in listed if "funds/plymouth-integrated" in one["resources"]]
    lines = {(line["financial_year"], line["code"]): line["notes"] for line in fund["budget_lines"] if line["notes"]}
    assert [note["topic"] for note in lines.pop(("2018/19", "childrens-commissioning"))] == [
        "Net budget 2018/19 of Childrens Commissioning, million pounds"
    ]
    assert lines == {}


def _listed(report, kind) -> dict[str, list]:
    """The notes of every resource of a kind, by its code."""
    listed: dict[str, list] = {}
    for one in json.loads(report.as_json())["contradictions"]:
        for resource in one["resources"]:
            if resource.startswith(f"{kind}/"):
                listed.setdefault(resource.split("/", 1)[1], []).append(one["note"])
    return listed

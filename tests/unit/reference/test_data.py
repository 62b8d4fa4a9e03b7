"""The reference data itself: complete, tied together, in our words."""

import csv
import hashlib
import re
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.indicators import ObservationStatus
from contracts.period import PeriodKind
from suite.load.csv_files import BadRows
from suite.load.dataset import REFERENCE, Reference, read_reference
from suite.load.finance import fund_body, printed_schemes
from suite.load.need import need_expected, need_observations

PLYMOUTH = "E06000026"
SOURCE_MARKS = Path(__file__).with_name("source_marks.bin")
"""Hashes of half of all runs of six words in the source documents, so that the documents need not be here."""


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


def test_the_scorecard_has_twenty_two_rows_in_four_sections(reference: Reference):
    rows = [row for row in reference.scorecard_lines if row.scorecard == "integrated-2017-18"]
    assert len({row.indicator for row in rows}) == len(rows) == 22
    assert Counter(row.section for row in rows) == {
        "wellbeing": 3,
        "children-and-young-people": 5,
        "community": 13,
        "enhanced-and-specialist": 1,
    }
    placed = [(row.section, row.aim, row.position) for row in rows]
    assert len(set(placed)) == 22, "two rows share a place"


def test_every_part_of_the_papers_is_there(reference: Reference):
    assert len(reference.outcomes) == 4
    assert len(reference.objectives) == 17
    assert len(reference.priorities) == 8
    assert Counter(row.kind for row in reference.actions) == {
        "must_do": 33,
        "hub": 12,
        "workforce_step": 11,
        "stage": 4,
    }
    assert Counter(row.kind for row in reference.commitments) == {"commitment": 79, "element": 50, "roadmap": 29}
    assert Counter(row.part_of for row in reference.commitments if row.kind == "element") == {
        "care-homes": 25,
        "universal-offer": 5,
        "early-help": 9,
        "enhanced-specialised": 11,
    }
    assert len([row for row in reference.commitments if row.due]) == 40
    assert len([row for row in reference.actions if row.partners or row.printed_period or row.figure]) == 18
    assert Counter(row.part_of for row in reference.commitments if row.weight == 0) == {
        "universal-offer": 1,
        "early-help": 3,
        "enhanced-specialised": 3,
        "icp-live": 1,
        "hubs-phase-2": 1,
        "care-homes": 7,
        None: 1,
    }
    assert len(reference.dependencies) == 32
    assert len(reference.boards) == 28
    assert len(reference.board_members) == 16
    assert len(reference.responsibilities) == 13
    assert len({board for row in reference.responsibilities for board in row.boards}) == 6
    assert sum(len(row.boards) for row in reference.responsibilities) == 15
    assert len(reference.meetings) == 10
    assert (len(reference.reports), len(reference.report_sign_offs)) == (2, 14)
    assert len(reference.decisions) == 11
    assert Counter(row.beneficiary for row in reference.benefits) == {
        "workforce": 5,
        "commissioners": 6,
        "providers": 7,
        "end_state": 5,
    }
    assert Counter(row.verdict for row in reference.options) == {
        "rejected": 1,
        "transitional": 1,
        "possible": 1,
        "preferred": 1,
    }
    assert Counter(row.kind for row in reference.option_points) == {
        "benefit": 23,
        "risk": 20,
        "reason": 4,
        "mitigated": 3,
    }
    assert [row.done for row in reference.impact_assessments] == [True, False]
    assert (len(reference.providers), len(reference.consultations)) == (24, 3)
    counted = {(row.grade, row.period): row.count for row in reference.rating_counts}
    assert [counted["good", period] for period in ("2017/18 Q2", "2017/18 Q3")] == [76, 68]
    assert [key for key, count in counted.items() if count is None] == [
        ("inadequate", "2017/18 Q2"),
        ("inadequate", "2017/18 Q3"),
    ]
    assert Counter(row.in_register for row in reference.risks) == {"people-2018": 4, "business-case-2014": 14}
    assert [row.size for row in reference.pledge_sets] == [50, 100]
    assert Counter(row.set for row in reference.pledges) == {"2018": 10, "2013": 2}
    assert len(reference.assignments) == 11
    assert len(reference.budget_lines) == 6
    assert len(reference.savings_ranges) == 36
    assert Counter(row.basis for row in reference.standards) == {"printed": 23, "law": 2}
    assert len([row for row in reference.standards if row.limit is None]) == 6


def test_significance_judges_public_health_and_children_alone(reference: Reference):
    assert [row.code for row in reference.frameworks if row.benchmark_method == "significance"] == ["PHOF", "CYP"]


def test_pledge_46_has_two_holders_and_56_two_officers(reference: Reference):
    holders = {row.portfolio_holder for row in reference.assignments if row.number == "46"}
    assert holders == {"Sue McDonald", "Ian Tuffin"}
    officers = [row.lead_officers for row in reference.assignments if row.number == "56"]
    assert officers == [("Emma Crowther", "Caroline Paterson")]


def test_every_scorecard_row_has_its_printed_value_and_an_inferred_first(reference: Reference):
    for row in (line for line in reference.scorecard_lines if line.scorecard == "integrated-2017-18"):
        told = [o for o in reference.observations if o.indicator == row.indicator]
        assert [o.basis for o in told].count("printed") == 1, row.indicator
        first = next(o for o in told if o.basis == "inferred")
        last = next(o for o in told if o.basis == "printed")
        steps, period = 0, first.period
        while period != last.period:
            steps, period = steps + 1, period.next()
        assert steps == 5, f"{row.indicator}: six periods, both ends counted"
        assert "inference" in first.note


def test_the_corporate_plan_has_four_objectives_and_sixteen_outcomes(reference: Reference):
    objectives = [row.title for row in reference.sections if row.scorecard == "corporate-plan-2013"]
    assert objectives == ["Pioneering Plymouth", "Growing Plymouth", "Caring Plymouth", "Confident Plymouth"]
    outcomes = Counter(row.section for row in reference.aims if row.scorecard == "corporate-plan-2013")
    assert outcomes == {"pioneering": 4, "growing": 4, "caring": 4, "confident": 4}
    tied = [row for row in reference.scorecard_lines if row.scorecard == "corporate-plan-2013"]
    assert {row.inferred for row in tied} == {("indicator",)}, "no paper says which measure shows an outcome"


def test_the_seven_corporate_measures_are_a_framework(reference: Reference):
    named = [row.name for row in reference.indicators if row.framework == "KPI-2018"]
    assert named == [
        "Manage budgets",
        "Manage complaints",
        "Customer Satisfaction",
        "Staff turnover",
        "Managing staff sickness",
        "Staff engagement",
        "Deliver Plymouth City Council Pledges",
    ]
    assert {"KPI-2018", "PEOPLE"} <= {row.code for row in reference.frameworks}


def test_need_figures_are_as_printed(reference: Reference):
    told = {(o.indicator, o.area, o.period.label): (o.value, o.count) for o in need_observations(reference.need)}
    assert len(told) == 40
    assert told["population-over-65", PLYMOUTH, "2018"] == (Decimal("17.5"), 45500)
    assert told["population-over-65", "E92000001", "2014"] == (16, None)
    assert told["most-deprived-fifth", PLYMOUTH, "2015"] == (Decimal("29.3"), 75624)
    assert told["health-profile-significantly-worse", PLYMOUTH, "2017"] == (10, None)
    assert told["health-profile-worse", PLYMOUTH, "2013"] == (28, None)


def test_what_need_was_forecast_is_no_observation(reference: Reference):
    told = {(one.indicator, one.period.label): one.value for one in need_expected(reference.need)}
    assert (
        told.items()
        >= {
            ("population", "2017"): 266240,
            ("population-65-and-over", "2016"): 46700,
            ("population-over-65", "2020"): Decimal("18.4"),
            ("population-over-65", "2030"): Decimal("21.3"),
            ("population-over-65", "2035"): Decimal("22.5"),
            ("rtt-18-weeks", "2018-03"): 81,
            ("health-care-funding-gap", "2020/21"): 557_000_000,
        }.items()
    )
    assert len(list(need_expected(reference.need))) == 15
    assert Decimal(266240) == Decimal(260000) * Decimal("1.024"), "the one that is computed"


def test_a_year_that_was_not_over_is_provisional(reference: Reference):
    status = {(o.indicator, o.period.label): o.status for o in need_observations(reference.need)}
    assert status["population-over-65", "2018"] is ObservationStatus.PROVISIONAL
    assert status["rtt-waiting-over-18-weeks", "2018-01"] is ObservationStatus.FINAL


def test_frequencies_fit_the_periods(reference: Reference):
    kind = {row.code: PeriodKind(row.frequency) for row in reference.indicators}
    figures = [*reference.all_observations, *reference.all_expected]
    assert [one for one in figures if one.period.kind is not kind[one.indicator]] == []


def test_values_fit_the_decimals_of_their_indicator(reference: Reference):
    decimals = {row.code: row.decimals for row in reference.indicators}
    wrong = [o for o in reference.all_observations if -o.value.normalize().as_tuple().exponent > decimals[o.indicator]]
    assert wrong == []


def test_the_four_register_risks_carry_their_printed_ratings(reference: Reference):
    rated = {r.ref: (r.previous_impact, r.previous_likelihood, r.impact, r.likelihood) for r in reference.risks[:4]}
    assert rated == {
        "OCC2": (4, 4, 4, 4),
        "OCC3": (4, 4, 4, 4),
        "OCC4": (None, None, 4, 4),
        "OCC5": (4, 3, 4, 3),
    }
    assert {risk.mode for risk in reference.risks[:4]} == {"auto"}
    assert all(risk.target_basis == "illustrative" for risk in reference.risks[:4])


def test_legacy_risks_have_a_colour_or_nothing(reference: Reference):
    legacy = [risk for risk in reference.risks if risk.ref.startswith("BC")]
    assert Counter(str(risk.legacy_band or "none") for risk in legacy) == {"yellow": 6, "red": 4, "none": 4}
    assert all(risk.impact is None and risk.likelihood is None for risk in legacy)
    assert not any(risk.category for risk in legacy)


def test_what_is_not_in_the_papers_says_illustrative(reference: Reference):
    assert {cost.basis for cost in reference.unit_costs} == {"illustrative"}
    assert all("illustrative" in scheme.title and scheme.basis == "illustrative" for scheme in reference.schemes)
    assert reference.fund.basis == "illustrative"


def test_attributions_to_one_indicator_stay_within_one(reference: Reference):
    shares: Counter[tuple[str, str, str]] = Counter()
    for scheme in reference.schemes:
        if scheme.indicator:
            shares[scheme.indicator, scheme.area, scheme.financial_year.label] += scheme.attribution
    assert max(shares.values()) <= Decimal(1)


def test_each_link_of_occ4_is_priced_by_a_scheme(reference: Reference):
    linked = {(link.indicator, link.area) for link in reference.risk_links if link.risk == "OCC4"}
    priced = {(scheme.indicator, scheme.area) for scheme in reference.schemes}
    assert ("ae-four-hour-wait", PLYMOUTH) in linked
    assert linked <= priced


def test_no_run_of_words_is_taken_from_the_documents():
    raw = SOURCE_MARKS.read_bytes()
    marks = {raw[at : at + 4] for at in range(0, len(raw), 4)}
    assert len(marks) > 10_000
    taken = [run for cell in _cells() for run in _runs(cell) if _mark(run) in marks]
    assert taken == []


def test_official_names_are_those_of_the_documents(reference: Reference):
    """They are facts, so that a user recognises the page: one hash of all 22, as the business plan prints them."""
    on_card = {row.indicator for row in reference.scorecard_lines if row.scorecard == "integrated-2017-18"}
    names = sorted(row.name for row in reference.indicators if row.code in on_card)
    assert hashlib.blake2b("\n".join(names).encode(), digest_size=8).hexdigest() == "62005dc5b01715ac"


def test_former_names_lead_to_those_of_today(reference: Reference):
    today = {("indicators", row.code): row.name for row in reference.indicators}
    today |= {("frameworks", row.code): row.name for row in reference.frameworks}
    texts = {text for (name, _), cell in _all_cells() if name != "former_names.csv" for text in cell.split("|")}
    for row in reference.former_names:
        assert today.get((row.kind, row.code), row.name) == row.name
        assert row.name in texts
        assert row.former not in today.values()


def test_the_marks_do_recognise_the_documents():
    """Names printed in the documents and kept as they are: only shorter runs escape."""
    raw = SOURCE_MARKS.read_bytes()
    marks = {raw[at : at + 4] for at in range(0, len(raw), 4)}
    printed = "health and wellbeing system performance scorecard december 2017 northern eastern and western devon"
    assert any(_mark(run) in marks for run in _runs(printed))


OFFICIAL = {
    ("indicators.csv", "name"),
    ("frameworks.csv", "name"),
    ("partners.csv", "name"),
    ("providers.csv", "title"),
    ("providers.csv", "also_known_as"),
    ("former_names.csv", "name"),
    ("printed_names.csv", "text"),
    ("printed_names.csv", "group"),
    ("printed_names.csv", "note"),
    ("people.csv", "name"),
    ("people.csv", "roles"),
}
"""Columns of official names, also of posts: facts, that stay as printed."""


def _cells() -> list[str]:
    """What is in words of ours, and the headers."""
    return [cell for where, cell in _all_cells() if where not in OFFICIAL]


def _all_cells() -> list[tuple[tuple[str, str], str]]:
    """Each cell with its file and column."""
    found = []
    for path in REFERENCE.glob("*.csv"):
        rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
        found += [((path.name, name), cell) for row in rows[1:] for name, cell in zip(rows[0], row, strict=True)]
        found += [((path.name, ""), name) for name in rows[0]]
    return found


def _runs(text: str, length: int = 6) -> list[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return [" ".join(words[at : at + length]) for at in range(len(words) - length + 1)]


def _mark(run: str) -> bytes:
    return hashlib.blake2b(run.encode(), digest_size=4).digest()


def _copied(tmp_path: Path) -> Path:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("observations.csv", "81.3", "eighty", "observations.csv:4: value:"),
        ("observations.csv", "Dec-17,81.3", "Dec-77x,81.3", "observations.csv:4: period: 'Dec-77x' is not a period"),
        ("risk_links.csv", "OCC4,1,ae-four-hour-wait", "OCC4,1,ae-for-hour", "'ae-for-hour' is nowhere defined"),
        ("areas.csv", "code,name", "kode,name", "areas.csv:1: the header is"),
        ("partners.csv", "PCC,Plymouth City Council,commissioner", "PCC,Plymouth", "partners.csv:2: the row has more"),
        ("need_figures.csv", "2016,expected,forecast-2014", "2016,expected,", "an expected figure has a name"),
        ("pledges.csv", "\n2018,58,", "\n2018,57,", "57') stands there twice"),
        ("actions.csv", "first-wellbeing-hub,,2018-20", "no-such-hub,,2018-20", "'no-such-hub' is nowhere defined"),
        ("people.csv", "Ruth Harrell", "Ruth Harel", "priorities.csv: 'Ruth Harrell' is nowhere defined"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path, name: str, old: str, new: str, said: str):
    folder = _copied(tmp_path)
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadRows) as refused:
        read_reference(folder)
    assert said in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path):
    folder = _copied(tmp_path)
    (folder / "areas.csv").unlink()
    with pytest.raises(BadRows, match=r"areas\.csv: cannot be read"):
        read_reference(folder)


def test_savings_of_the_printed_table_are_schemes_in_its_budgets(reference: Reference):
    schemes = printed_schemes(reference)
    plans = {scheme["code"]: Decimal(scheme["plan"][0]["high"]["amount"]) for scheme in schemes}
    assert sum(plan for code, plan in plans.items() if "-other-" not in code) == Decimal(2_195_000), "of the lines"
    assert {code: plan for code, plan in plans.items() if "-other-" in code} == {
        "management-and-transformation-other-savings-2018-19": Decimal(4_579_000)
    }, "what adds to a budget is no saving"
    assert len(schemes) == 6
    assert all(scheme["in_budget"] and scheme["workstream"] == "unassigned" for scheme in schemes)


def test_what_partners_put_in_and_their_lines_reconcile_in_the_first_pooled_year(reference: Reference):
    body = fund_body(reference)
    first = [line for line in body["budget_lines"] if line["financial_year"] == "2015/16"]
    given = [part for part in body["agreement"]["contributions"] if part["financial_year"] == "2015/16"]
    assert {line["partner"]: line["opening"] for line in first} == {part["partner"]: part["amount"] for part in given}
    assert all(line["illustrative"] and "illustrative" in line["division"] for line in first)
    assert not any(line.get("illustrative") for line in body["budget_lines"] if line not in first)

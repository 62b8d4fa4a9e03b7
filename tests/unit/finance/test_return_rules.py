"""The checker of consistency: which rules hold of each cell of every form, and what each of them finds."""

import pytest

from contracts.period import Period
from services.finance.domain.return_cells import Basis, CellKind, Filled, Template
from services.finance.domain.return_forms import template_of
from services.finance.domain.return_rules import Values, by_cell, contradictions, rules_of

FORMS = [f"{year} Q{number}" for year in ("2015/16", "2016/17", "2017/18", "2025/26", "2026/27") for number in (1, 4)]


def form(quarter: str) -> Template:
    found = template_of(Period.parse(quarter))
    assert found is not None
    return found


def found_in(quarter: str, values: Values) -> set[str]:
    return set(contradictions(rules_of(form(quarter)), values))


UNSOURCED = {
    "2015/16 Q4": [
        *(
            "admissions.use",
            "cover",
            "feedback",
            "measures.nhs_number",
            "measures.record",
            "measures.shared",
            "measures.teams",
        ),
        *("metrics.*.commentary", "money.commentary", "narrative"),
    ],
    "2017/18 Q1": [
        "changes",
        "cover",
        "metrics.*.achievements",
        "metrics.*.challenges",
        "metrics.*.support",
        "narrative",
    ],
    "2025/26 Q4": ["cover", "metrics.*.mitigation", "year_end.challenges", "year_end.successes"],
}
"""Cells that no rule of consistency is known of: all that begin so, a metric being any."""


def group_of(code: str) -> str:
    parts = code.split(".")
    if parts[0] == "metrics":
        return f"metrics.*.{parts[2]}"
    return parts[0] if parts[0] in ("changes", "cover", "feedback", "narrative") else ".".join(parts[:2])


@pytest.mark.parametrize("quarter", UNSOURCED)
def test_a_cell_is_held_to_rules_or_marked_unsourced(quarter: str):
    template = form(quarter)
    held = by_cell(rules_of(template))
    without = {group_of(cell.code) for cell in template.cells if cell.code not in held}
    assert sorted(without) == sorted(UNSOURCED[quarter])
    assert [code for code in held if group_of(code) in UNSOURCED[quarter]] == [], "all of a group, or none of it"


@pytest.mark.parametrize("quarter", FORMS)
def test_rules_are_of_cells_that_the_form_has_and_show_at_one_of_theirs(quarter: str):
    template = form(quarter)
    codes = {cell.code for cell in template.cells}
    rules = rules_of(template)
    assert [rule.words for rule in rules if not {*rule.cells, rule.shown_at} <= codes] == []
    assert [rule.words for rule in rules if rule.shown_at not in rule.cells] == []
    assert [rule.words for rule in rules if rule.basis is Basis.UNSOURCED or rule.fault({}) is not None] == []
    assert len({(rule.shown_at, rule.words) for rule in rules}) == len(rules)


@pytest.mark.parametrize("quarter", FORMS)
def test_every_amount_and_every_sum_of_every_form_is_checked(quarter: str):
    """Whatever is typed or filled in there: beyond what the form takes, below nought, or another sum than its parts."""
    template = form(quarter)
    numbers = [cell for cell in template.cells if cell.kind in (CellKind.MONEY, CellKind.INTEGER) and not cell.less]
    assert numbers or quarter == "2017/18 Q1"
    for cell in numbers:
        assert cell.code in found_in(quarter, {cell.code: f"{template.ceiling + 1}"}), cell.code
        assert cell.code in found_in(quarter, {cell.code: "-1"}), cell.code
    sums = [cell for cell in template.cells if cell.filled is Filled.COMPUTED]
    assert sums or quarter == "2017/18 Q1"
    for rule in rules_of(template):
        if "come to" in rule.words:
            parts = dict.fromkeys(rule.cells[1:], "5")
            assert rule.fault(parts | {rule.shown_at: "4"}) is not None, rule.words


@pytest.mark.parametrize(
    ("quarter", "right", "wrong", "shown"),
    [
        (
            "2016/17 Q2",
            "conditions.3.met: No; conditions.3.why: Late; conditions.3.expected: 2016-10-01",
            "conditions.3.expected: 2016-09-30",
            "conditions.3.expected",
        ),
        (
            "2016/17 Q2",
            "conditions.3.met: No - In Progress; conditions.3.why: Late",
            "conditions.3.met: Yes",
            "conditions.3.why",
        ),
        ("2017/18 Q1", "conditions.4.met: No; conditions.4.why: Late", "conditions.4.met: Yes", "conditions.4.why"),
        ("2025/26 Q3", "conditions.4.met: No; conditions.4.why: Late", "conditions.4.met: Yes", "conditions.4.why"),
        (
            "2017/18 Q1",
            "pooling.section_75: No; pooling.expected: 2018-04-01",
            "pooling.section_75: Yes",
            "pooling.expected",
        ),
        (
            "2025/26 Q1",
            "pooling.section_75: Yes; pooling.signed_on: 2025-04-01",
            "pooling.section_75: No",
            "pooling.signed_on",
        ),
        (
            "2015/16 Q4",
            "measures.interface.gp: Live; measures.live_on.gp: 2016-03-31",
            "measures.live_on.gp: 2016-04-01",
            "measures.live_on.gp",
        ),
        (
            "2015/16 Q4",
            "measures.interface.gp: In pilot; measures.live_on.gp: 2016-04-01",
            "measures.live_on.gp: 2016-03-31",
            "measures.live_on.gp",
        ),
        (
            "2016/17 Q1",
            "measures.budgets.before: 05; measures.budgets.start: 5",
            "measures.budgets.before: 6",
            "measures.budgets.start",
        ),
        (
            "2015/16 Q4",
            "measures.budgets.healthcare: 5; measures.budgets.end: 5",
            "measures.budgets.healthcare: 6",
            "measures.budgets.healthcare",
        ),
        (
            "2016/17 Q1",
            "conditions.4.met: Yes; conditions.4.clarity: Yes; conditions.4.governance: Yes",
            "conditions.4.governance: No - In Progress",
            "conditions.4.met",
        ),
        (
            "2017/18 Q4",
            "money.income.planned.year: 7; money.income.actual.year: 7",
            "money.income.actual.year: 8",
            "money.income.why",
        ),
        (
            "2017/18 Q4",
            "money.expenditure.planned.year: 7; money.expenditure.actual.year: 8; money.expenditure.why: Late",
            "money.expenditure.why:",
            "money.expenditure.why",
        ),
        (
            "2025/26 Q4",
            "money.dfg.to_date: 7; money.dfg.forecast: 7; year_end.dfg.spent: 7",
            "year_end.dfg.spent: 8",
            "year_end.dfg.spent",
        ),
        ("2025/26 Q4", "money.dfg.to_date: 7; money.dfg.forecast: 7", "money.dfg.forecast: 8", "money.dfg.forecast"),
        ("2025/26 Q3", "money.dfg.to_date: 7; money.dfg.forecast: 8", "money.dfg.variance: 1", "money.dfg.comment"),
        (
            "2025/26 Q3",
            "metrics.residential.progress: Not on track; metrics.residential.actual: 5",
            "metrics.residential.progress: No data",
            "metrics.residential.progress",
        ),
    ],
)
def test_what_contradicts_another_cell_is_found(quarter: str, right: str, wrong: str, shown: str):
    """Cells with their values, which fit together, and what is said in their place and is shown at one of them."""
    assert found_in(quarter, values_of(right)) == set()
    assert found_in(quarter, values_of(f"{right}; {wrong}")) == {shown}


def values_of(cells: str) -> Values:
    """Values by their cells out of ``cell: value; cell: value``; the last of a cell counts, nought takes it away."""
    said = {code: value.strip() for code, _, value in (each.partition(":") for each in cells.split("; "))}
    return {code: value for code, value in said.items() if value}

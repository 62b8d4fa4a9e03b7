"""Forms of the Better Care Fund return, and what their checkers say."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from contracts.period import Period
from services.finance.domain.fund_return import ReturnContent, ReturnRevision, Values, answer_faults, fund_return
from services.finance.domain.return_templates import Basis, Filled, Template, template_of


def form(quarter: str) -> Template:
    found = template_of(Period.parse(quarter))
    assert found is not None
    return found


def faults_of(quarter: str, answers: Values, filled: Values, before: str | None = None) -> dict[str, tuple[str, ...]]:
    content = ReturnContent(answers)
    revision = ReturnRevision(1, content, "Ana", datetime(2018, 5, 1, tzinfo=UTC), date(2018, 5, 1), None)
    found = fund_return("pool", form(quarter), filled, revision, before)
    return {one.cell.code: one.faults for one in found.cells if one.faults}


@pytest.mark.parametrize(
    ("quarter", "version", "conditions"),
    [("2015/16 Q4", "2015-17", 8), ("2016/17 Q2", "2015-17", 8), ("2017/18 Q4", "2017-18", 4)],
)
def test_a_form_has_the_sections_of_its_version(quarter: str, version: str, conditions: int):
    template = form(quarter)
    codes = [cell.code for cell in template.cells]
    assert (template.version, max(Counter(codes).values())) == (version, 1)
    assert sum(code.startswith("conditions.") and code.endswith(".met") for code in codes) == conditions
    assert any(code.startswith("changes.") for code in codes) is (version == "2017-18")
    assert any(code.startswith("measures.") for code in codes) is (version == "2015-17")
    assert all(cell.filled is not Filled.INPUT or cell.kind for cell in template.cells)
    assert all(not cell.choices for cell in template.cells if cell.basis is Basis.UNSOURCED)


def test_no_form_is_invented():
    assert [template_of(Period.parse(quarter)) for quarter in ("2014/15 Q4", "2018/19 Q1", "2025/26 Q1")] == [None] * 3


def test_an_actual_of_a_quarter_that_is_not_over_has_no_cell():
    codes = {cell.code for cell in form("2016/17 Q2").cells}
    assert {"money.income.actual.q2", "money.income.forecast.q3"} <= codes
    assert "money.income.actual.q3" not in codes
    assert answer_faults(form("2016/17 Q2"), {"money.income.actual.q3": "1"})


def test_quarters_add_up_and_another_sum_than_the_pooled_fund_needs_a_comment():
    answers = {f"money.income.planned.q{n}": "25" for n in (1, 2, 3, 4)}
    assert faults_of("2016/17 Q2", answers, {"money.pooled": "100"}) == {}
    wrong = faults_of("2016/17 Q2", answers, {"money.pooled": "101"})
    assert list(wrong) == ["money.income.why"]
    assert faults_of("2016/17 Q2", answers | {"money.income.why": "Late"}, {"money.pooled": "101"}) == {}


def test_personal_health_budgets_go_on_from_the_return_before():
    answers = {
        f"measures.budgets.{one}": n for one, n in {"start": "5", "new": "3", "stopped": "1", "end": "7"}.items()
    }
    assert faults_of("2016/17 Q2", answers, {}, "5") == {}
    wrong = faults_of("2016/17 Q2", answers | {"measures.budgets.end": "8"}, {}, "6")
    assert set(wrong) == {"measures.budgets.start", "measures.budgets.end"}


def test_what_is_expected_is_expected_after_the_quarter():
    answers = {"conditions.1.met": "No", "conditions.1.expected": "2016-09-30"}
    assert set(faults_of("2016/17 Q2", answers, {})) == {"conditions.1.expected"}
    found = fund_return("pool", form("2016/17 Q2"), {"pooling.section_75": "Yes"}, None)
    asked = {one.cell.code: one.required for one in found.cells}
    assert (asked["conditions.1.why"], asked["pooling.expected"]) == (False, False)

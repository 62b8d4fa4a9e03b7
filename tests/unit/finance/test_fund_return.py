"""Forms of the Better Care Fund return, and what their checkers say."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from contracts.period import Period
from services.finance.domain.fund_return import (
    FilledIn,
    FundReturn,
    ReturnContent,
    ReturnRevision,
    ReturnSignOff,
    Values,
    answer_faults,
    fill_from_fund,
    fund_return,
    sign_off_faults,
)
from services.finance.domain.return_cells import BOARD, Basis, CellKind, Filled, Template
from services.finance.domain.return_forms import template_of


def form(quarter: str) -> Template:
    found = template_of(Period.parse(quarter))
    assert found is not None
    return found


def returned(quarter: str, answers: Values, filled: Values, before: str | None = None) -> FundReturn:
    content = ReturnContent(answers)
    revision = ReturnRevision(1, content, "Ana", datetime(2018, 5, 1, tzinfo=UTC), date(2018, 5, 1), None)
    return fund_return("pool", form(quarter), FilledIn(filled, before), revision)


def faults_of(quarter: str, answers: Values, filled: Values, before: str | None = None) -> dict[str, tuple[str, ...]]:
    found = returned(quarter, answers, filled, before)
    return {one.cell.code: one.faults for one in found.cells if one.faults}


def filled_of(quarter: str, spent: dict[str, str], budget: str = "0") -> dict[str, str]:
    posted = {Period.parse(label): Decimal(amount) for label, amount in spent.items()}
    return fill_from_fund(form(quarter), posted, Decimal(budget), agreed=True)


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
    assert [cell.code for cell in template.cells if bool(cell.choices) is not (cell.kind is CellKind.CHOICE)] == []
    assert {cell.kind for cell in template.cells if cell.filled is not Filled.INPUT} == {
        CellKind.CHOICE,
        CellKind.MONEY,
    }
    asked = {cell.when.cell: cell.when.values for cell in template.cells if cell.when is not None}
    choices = {cell.code: cell.choices for cell in template.cells}
    assert [code for code, values in asked.items() if not set(values) < set(choices[code])] == []


@pytest.mark.parametrize(
    ("quarter", "unsourced"),
    [
        ("2016/17 Q2", {"measures.record"}),
        ("2017/18 Q2", set()),
        (
            "2017/18 Q4",
            {f"feedback.{kind}.{number}.enabler" for kind in ("success", "challenge") for number in (1, 2)},
        ),
    ],
)
def test_a_cell_of_which_no_rule_is_known_takes_any_text(quarter: str, unsourced: set[str]):
    cells = {cell.code: cell for cell in form(quarter).cells if cell.basis is Basis.UNSOURCED}
    assert cells.keys() == unsourced
    assert answer_faults(form(quarter), dict.fromkeys(cells, "Whatever it is")) == []


def test_no_form_is_invented():
    assert [template_of(Period.parse(quarter)) for quarter in ("2014/15 Q4", "2018/19 Q1", "2024/25 Q4")] == [None] * 3


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
    found = fund_return("pool", form("2016/17 Q2"), FilledIn({"pooling.section_75": "Yes"}), None)
    asked = {one.cell.code: one.required for one in found.cells}
    assert (asked["conditions.1.why"], asked["pooling.expected"]) == (False, False)


@pytest.mark.parametrize("condition", ["No", "No - In Progress"])
def test_a_condition_that_is_not_met_asks_why_and_until_when(condition: str):
    asked = {one.cell.code: one.required for one in returned("2016/17 Q2", {"conditions.2.met": condition}, {}).cells}
    assert (asked["conditions.2.why"], asked["conditions.2.expected"], asked["conditions.1.why"]) == (True, True, False)
    met = {one.cell.code: one.required for one in returned("2016/17 Q2", {"conditions.2.met": "Yes"}, {}).cells}
    assert (met["conditions.2.why"], met["conditions.2.expected"]) == (False, False)


def test_a_forecast_of_a_quarter_that_is_over_is_its_actual():
    typed = {"actual.q1": "10", "actual.q2": "20", "forecast.q3": "30", "forecast.q4": "40", "forecast.q1": "99"}
    answers = {f"money.income.{cell}": amount for cell, amount in typed.items()}
    values = {one.cell.code: one.value for one in returned("2016/17 Q2", answers, {}).cells}
    assert values["money.income.forecast.year"] == "100"
    assert values["money.expenditure.forecast.year"] is None, "a quarter of it has no figure yet"
    last = {f"money.income.actual.q{number}": "25" for number in (1, 2, 3, 4)}
    assert {one.cell.code: one.value for one in returned("2016/17 Q4", last, {}).cells}[
        "money.income.forecast.year"
    ] == "100"


def test_the_actual_of_a_year_needs_every_quarter_and_that_of_a_quarter_every_month():
    quarters = {f"2017/18 Q{number}": "100.50" for number in (1, 2, 3)}
    year = "money.expenditure.actual.year"
    assert year not in filled_of("2017/18 Q4", quarters)
    assert year not in filled_of("2017/18 Q4", quarters | {"2018-01": "1", "2018-03": "1"}), "without February"
    whole = quarters | {"2018-01": "1", "2018-02": "1", "2018-03": "1"}
    assert filled_of("2017/18 Q4", whole)[year] == "305", "rounded once"
    assert "money.expenditure.actual.q2" not in filled_of("2016/17 Q3", {"2016-07": "5", "2016-09": "5"})
    assert filled_of("2016/17 Q3", {"2016/17 Q2": "5"})["money.expenditure.actual.q2"] == "5"


@pytest.mark.parametrize(
    ("quarter", "code", "right", "wrong"),
    [
        ("2016/17 Q2", "conditions.1.met", "No - In Progress", ["Perhaps", "no"]),
        ("2016/17 Q2", "money.income.planned.q1", "100000000", ["100000001", "-1", "1.5", "£5", "1_0"]),
        ("2016/17 Q2", "measures.budgets.new", "0", ["some", "-1"]),
        ("2025/26 Q1", "metrics.residential.plan", "-104.5", ["104,5", "1e3", "many"]),
        ("2016/17 Q2", "narrative.progress", "x" * 20_000, ["x" * 20_001, " "]),
    ],
)
def test_a_cell_takes_what_its_kind_says(quarter: str, code: str, right: str, wrong: list[str]):
    assert answer_faults(form(quarter), {code: right}) == []
    for value in wrong:
        assert [where for where, _ in answer_faults(form(quarter), {code: value})] == [code], value


def test_a_cell_that_nobody_types_or_that_is_not_there_is_named_with_who_fills_it():
    found = dict(
        answer_faults(form("2016/17 Q2"), dict.fromkeys(("money.pooled", "money.income.planned.year", "x"), "1"))
    )
    assert found == {
        "money.pooled": "is filled in by the suite",
        "money.income.planned.year": "is filled in by the form",
        "x": "the form of 2016/17 Q2 has no such cell",
    }


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({}, []),
        ({"role": "mayor"}, ["role"]),
        ({"signed_on": date(2016, 9, 30)}, ["signed_on"]),
        ({"signed_on": date(2016, 12, 2)}, ["ratified_on", "signed_on"]),
        ({"ratified_on": date(2016, 11, 24)}, ["ratified_on"]),
        ({"ratified_on": date(2016, 12, 2)}, ["ratified_on"]),
        ({"ratified_on": None, "delegated_by": "The board"}, []),
    ],
)
def test_a_return_is_signed_after_its_quarter_ratified_after_that_and_neither_tomorrow(
    changed: dict[str, Any], fields: list[str]
):
    one = ReturnSignOff(BOARD, "Plymouth", "Ana", date(2016, 11, 25), ratified_on=date(2016, 12, 1))
    found = sign_off_faults(form("2016/17 Q2"), replace(one, **changed), date(2016, 12, 1))
    assert [field for field, _ in found] == fields


def test_a_return_is_complete_with_every_required_cell_consistent_without_a_fault_and_signed_by_all():
    blank = fund_return("pool", form("2016/17 Q2"), FilledIn({}), None)
    assert (blank.complete, blank.consistent, blank.signed_off, blank.missing_roles) == (False, True, False, [BOARD])
    answers = {"measures.budgets.start": "5"}
    late = returned("2016/17 Q2", answers, {}, "6")
    assert (late.complete, late.consistent) == (False, False)
    assert {one.checked_by for one in late.cells if one.cell.code == "cover.board"} == {Basis.UNSOURCED}
    assert {one.checked_by for one in late.cells if one.cell.code == "measures.budgets.end"} == {Basis.FOUND}
    sign_off = ReturnSignOff(BOARD, "Plymouth", "Ana", date(2016, 11, 25))
    signed = ReturnContent(answers, (sign_off,), FilledIn({}, "6"))
    revision = ReturnRevision(1, signed, "Ana", datetime(2016, 12, 1, tzinfo=UTC), date(2016, 12, 1), None)
    found = fund_return("pool", form("2016/17 Q2"), FilledIn({}), revision)
    assert (found.signed_off, found.consistent, found.missing_roles) == (True, True, []), "by the rules of then"


def test_what_was_spent_in_another_year_fills_in_nothing():
    filled = filled_of("2016/17 Q2", {"2015/16 Q4": "7", "2016/17 Q1": "5"})
    assert {code: amount for code, amount in filled.items() if ".actual." in code} == {
        "money.expenditure.actual.q1": "5"
    }


def test_what_is_filled_in_has_to_fit_its_cell_too():
    filled = filled_of("2016/17 Q2", {"2016/17 Q1": "-0.40", "2016/17 Q2": "-1"}, "100000000.50")
    assert {code: filled[code] for code in ("money.expenditure.actual.q1", "money.expenditure.actual.q2")} == {
        "money.expenditure.actual.q1": "0",
        "money.expenditure.actual.q2": "-1",
    }
    wrong = faults_of("2016/17 Q2", {}, filled)
    assert set(wrong) == {"money.pooled", "money.expenditure.actual.q2", "money.expenditure.actual.year"}
    assert faults_of("2016/17 Q2", {}, {"money.pooled": "100000000", "money.expenditure.actual.q1": "0"}) == {}


def test_budgets_are_compared_as_numbers():
    answers = {"measures.budgets.start": "05"}
    assert faults_of("2016/17 Q2", answers, {}, "5") == {}
    assert set(faults_of("2016/17 Q2", answers, {}, "50")) == {"measures.budgets.start"}


@pytest.mark.parametrize("day", ["20181231", "2018-W52-1", "2018-12", "31/12/2018", "2018-02-30"])
def test_a_day_is_written_in_one_way(day: str):
    assert answer_faults(form("2016/17 Q2"), {"pooling.expected": "2018-12-31"}) == []
    assert [code for code, _ in answer_faults(form("2016/17 Q2"), {"pooling.expected": day})] == ["pooling.expected"]

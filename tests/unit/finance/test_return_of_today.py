"""The form of 2025/26 as far as it is known, and what indicators tell of metrics in any form."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts.colours import Polarity
from contracts.indicators import ObservationStatus
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
from services.finance.domain.return_cells import Basis, CellKind, Filled, Template
from services.finance.domain.return_forms import template_of
from services.finance.domain.return_metrics import MetricFact, metric_fact
from services.finance.domain.return_template_2025 import SOURCES
from services.finance.domain.savings import Observation

D = Decimal
Q3 = Period.parse("2025/26 Q3")
FACT = MetricFact(Q3, D("104.5"), Polarity.LOW_IS_GOOD)


def form(quarter: str = "2025/26 Q3", *linked: str) -> Template:
    found = template_of(Period.parse(quarter), linked)
    assert found is not None
    return found


def returned(answers: Values, filled: Values, quarter: str = "2025/26 Q3") -> FundReturn:
    revision = ReturnRevision(
        1, ReturnContent(answers), "Ana", datetime(2026, 2, 1, tzinfo=UTC), date(2026, 2, 1), None
    )
    return fund_return("pool", form(quarter), FilledIn(filled), revision)


def faults_of(answers: Values, filled: Values, quarter: str = "2025/26 Q3") -> dict[str, tuple[str, ...]]:
    return {one.cell.code: one.faults for one in returned(answers, filled, quarter).cells if one.faults}


def test_the_form_has_conditions_metrics_and_money_by_source_and_says_what_is_inferred():
    cells = form().cells
    codes = [cell.code for cell in cells]
    assert (form().version, max(Counter(codes).values())) == ("2025-26", 1)
    assert sum(code.endswith(".met") for code in codes) == 4
    assert {code.split(".")[1] for code in codes if code.startswith("metrics.")} == {
        "admissions",
        "discharge_delay",
        "residential",
    }
    assert Basis.INFERRED in {cell.basis for cell in cells}
    assert {cell.basis for cell in form("2026/27 Q1").cells} == {Basis.INFERRED}, "that it goes on is inferred"
    assert not any(code.startswith(("measures.", "changes.", "year_end.")) for code in codes)
    assert [cell.code for cell in cells if bool(cell.choices) is not (cell.kind is CellKind.CHOICE)] == []


def test_the_last_quarter_asks_for_the_end_of_the_year():
    codes = {cell.code for cell in form("2025/26 Q4").cells}
    assert {"year_end.dfg.income", "year_end.total.spent", "year_end.successes", "year_end.challenges"} <= codes
    answers = {f"year_end.{source}.spent": "10" for source in SOURCES}
    values = {one.cell.code: one.value for one in returned(answers, {}, "2025/26 Q4").cells}
    assert values["year_end.total.spent"] == "50"


def test_sources_add_up_and_what_differs_is_explained():
    answers = {f"money.{source}.{state}": "100" for source in SOURCES for state in ("planned", "to_date", "forecast")}
    fund = {"money.fund.planned": "500", "money.fund.to_date": "500"}
    assert faults_of(answers, fund) == {}
    values = {one.cell.code: one.value for one in returned(answers | {"money.dfg.forecast": "90"}, fund).cells}
    assert (values["money.dfg.variance"], values["money.total.forecast"]) == ("-10", "490")
    wrong = faults_of(answers | {"money.dfg.forecast": "90"}, fund | {"money.fund.to_date": "470"})
    assert set(wrong) == {"money.dfg.comment", "money.total.comment"}
    said = {"money.dfg.forecast": "90", "money.dfg.comment": "Late", "money.total.comment": "Accruals"}
    assert faults_of(answers | said, fund | {"money.fund.to_date": "470"}) == {}


def test_the_fund_fills_in_what_was_spent_up_to_the_quarter():
    spent = {Period.parse(f"2025/26 Q{number}"): D("10.25") for number in (1, 2)}
    assert "money.fund.to_date" not in fill_from_fund(form(), spent, D(1), agreed=True)
    filled = fill_from_fund(form(), spent | {Q3: D(1)}, D("99.5"), agreed=True)
    assert (filled["money.fund.to_date"], filled["money.fund.planned"]) == ("22", "100")


def observed(values: dict[str, str | None]) -> list[Observation]:
    return [
        Observation(Period.parse(label), None if value is None else D(value), 1, ObservationStatus.FINAL)
        for label, value in values.items()
    ]


@pytest.mark.parametrize(
    ("values", "known", "value"),
    [
        ({"2025/26 Q3": "5", "2025-12": "2", "2025/26 Q2": "4"}, "2025/26 Q3", "5"),
        ({"2025-12": "2", "2025-11": "3"}, "2025-12", None),
        ({"Jan 2025 - Dec 2025": "7", "2025": "8"}, "Jan 2025 - Dec 2025", "7"),
        ({"2025/26 Q3": None, "2025-10": "3"}, "2025-10", None),
    ],
)
def test_the_value_of_a_quarter_is_its_own_or_of_what_ends_with_it(
    values: dict[str, str | None], known: str, value: str | None
):
    found = metric_fact(observed(values), Polarity.LOW_IS_GOOD, Q3)
    assert found is not None
    assert (found.known, found.value) == (Period.parse(known), None if value is None else D(value))


def test_of_a_quarter_without_a_value_nothing_is_known():
    assert metric_fact(observed({"2025/26 Q2": "4", "2025/26 Q4": "1", "2025/26 Q3": None}), None, Q3) is None


def test_a_metric_that_is_linked_is_filled_in_and_nobody_types_it():
    linked = form("2025/26 Q3", "residential")
    filled = {cell.code: cell.filled for cell in linked.cells}
    assert filled["metrics.residential.actual"] is Filled.SUITE
    assert filled["metrics.admissions.actual"] is Filled.INPUT
    assert answer_faults(linked, {"metrics.residential.actual": "1"}) != []
    assert answer_faults(linked, {"metrics.admissions.actual": "104.5"}) == []
    assert answer_faults(linked, {"metrics.admissions.actual": "many"}) != []
    known = fill_from_fund(linked, {}, D(1), agreed=True, metrics={"residential": FACT})
    assert known["metrics.residential.actual"] == "104.5"


@pytest.mark.parametrize(
    ("plan", "progress", "reason", "polarity", "contradicts"),
    [
        ("100", "On track", None, Polarity.LOW_IS_GOOD, True),
        ("104.5", "On track", None, Polarity.LOW_IS_GOOD, False),
        ("100", "On track", "One bad month", Polarity.LOW_IS_GOOD, False),
        ("100", "Not on track", "Flu", Polarity.LOW_IS_GOOD, False),
        ("100", "On track", None, Polarity.HIGH_IS_GOOD, False),
        ("110", "On track", None, Polarity.HIGH_IS_GOOD, True),
        ("100", "On track", None, Polarity.NEUTRAL, False),
        ("100", "No data", None, Polarity.LOW_IS_GOOD, True),
    ],
)
def test_progress_that_contradicts_the_indicator_is_flagged(
    plan: str, progress: str, reason: str | None, polarity: Polarity, contradicts: bool
):
    answers = {"metrics.residential.plan": plan, "metrics.residential.progress": progress}
    answers |= {} if reason is None else {"metrics.residential.reason": reason}
    facts = MetricFact(Q3, D("104.5"), polarity).as_values("residential")
    assert (set(faults_of(answers, facts)) == {"metrics.residential.progress"}) is contradicts


@pytest.mark.parametrize(("quarter", "answer"), [("2016/17 Q2", "assess progress"), ("2017/18 Q3", "assess progress")])
def test_older_forms_do_not_say_that_there_is_no_data_either(quarter: str, answer: str):
    cell = next(cell for cell in form(quarter).cells if cell.code == "metrics.residential.progress")
    no_data = cell.choices[-1]
    assert no_data.endswith(answer)
    fact = MetricFact(Period.parse(quarter), D(1), None).as_values("residential")
    assert set(faults_of({cell.code: no_data}, fact, quarter)) == {cell.code}
    assert faults_of({cell.code: cell.choices[0]}, fact, quarter) == {}


def test_chief_executives_sign_in_person_and_the_others_may_delegate():
    def faults(role: str) -> list[str]:
        one = ReturnSignOff(role, "Plymouth", "Ana", date(2026, 1, 20), delegated_by="The board")
        return [field for field, _ in sign_off_faults(form(), one, date(2026, 2, 1))]

    assert faults("council_chief_executive") == faults("integrated_care_board_chief_executive") == ["delegated_by"]
    assert faults("section_151_officer") == faults("health_and_wellbeing_board") == []

"""Every body the loader sends is one that the service accepts, and says what the file says."""

from decimal import Decimal

import pytest

from gateway.access.people import person_faults
from gateway.access.people_schemas import PersonIn
from services.finance.domain.budget import Budget, printed_differences
from services.finance.schemas.funds import BudgetLineBody, FundBody
from services.finance.schemas.schemes import SchemeBody
from services.indicators.domain.targets import target_faults
from services.indicators.schemas.areas import AreaIn
from services.indicators.schemas.frameworks import FrameworkIn
from services.indicators.schemas.indicators import IndicatorIn
from services.indicators.schemas.observations import ObservationIn
from services.indicators.schemas.projections import ProjectionIn
from services.indicators.schemas.scorecards import ScorecardIn
from services.indicators.schemas.standards import StandardIn
from services.indicators.schemas.targets import TargetIn
from services.pledges.schemas.actions import ActionIn
from services.pledges.schemas.board_decisions import DecisionAskedIn
from services.pledges.schemas.dependencies import DependencyIn
from services.pledges.schemas.governance import BoardIn, MeetingIn, ResponsibilityIn
from services.pledges.schemas.pledges import PledgeIn
from services.pledges.schemas.record_sets import RecordsIn
from services.pledges.schemas.reports import ReportIn
from services.risks.schemas.register import RiskIn
from suite.load import finance, governance, indicators, people, pledges, registers, risks
from suite.load.dataset import Reference, read_reference
from suite.load.names import renamed
from suite.load.upsert import Load, already_there


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


def test_definitions(reference: Reference):
    assert len([AreaIn.model_validate(indicators.area_body(row)) for row in reference.areas]) == 7
    assert len([FrameworkIn.model_validate(row.model_dump(mode="json")) for row in reference.frameworks]) == 9
    assert (
        len([IndicatorIn.model_validate(indicators.indicator_body(row, reference)) for row in reference.indicators])
        == 88
    )


def test_what_was_loaded_by_its_official_name_is_not_renamed_again(reference: Reference):
    for row in reference.indicators:
        body = indicators.indicator_body(row, reference)
        assert renamed(reference, "indicators", row.code, body) == body
    fund, register = finance.fund_body(reference), [risks.risk_body(row) for row in reference.risks]
    assert renamed(reference, "funds", reference.fund.code, fund) == fund
    assert [renamed(reference, "risks", body["ref"], body) for body in register] == register


def test_targets_can_be_used_or_are_known_to_lack_figures(reference: Reference):
    lacking = [row.indicator for row in reference.targets if row.lacks_figures]
    assert lacking == ["avoidable-emergency-admissions", "social-care-quality-of-life", "alcohol-admissions"]
    kinds = {row.code: row.frequency for row in reference.indicators}
    for row in reference.targets:
        body = TargetIn.model_validate(indicators.target_body(row, reference))
        assert bool(target_faults(body.read(kinds[row.indicator]))) is row.lacks_figures, row
        assert body.illustrative is (row.basis == "illustrative")


def test_observations(reference: Reference):
    for row in reference.all_observations:
        sent = ObservationIn.model_validate(indicators.observation_body(row, reference))
        assert (sent.period, sent.value, sent.basis) == (row.period.label, row.value, row.basis)


def test_projections(reference: Reference):
    for one in reference.all_expected:
        sent = ProjectionIn.model_validate(indicators.projection_body(one))
        assert (sent.period, sent.value, sent.source) == (one.period.label, one.value, one.source)
    assert len(reference.all_expected) == 60


def test_scorecards_keep_the_printed_order(reference: Reference):
    load = Load(client=None, reference=reference)  # type: ignore[arg-type]  # nothing is sent here
    sent = {row.code: ScorecardIn.model_validate(indicators.scorecard_body(load, row)) for row in reference.scorecards}
    card = sent["integrated-2017-18"]
    assert [section.code for section in card.sections][0::3] == ["wellbeing", "enhanced-and-specialist"]
    assert len(card.to_domain("x").indicators) == 22
    assert card.to_domain("x").indicators[:3] == ["rtt-18-weeks", "dementia-diagnosis-rate", "falls-with-harm"]


def test_subject_access_changes_its_limit_on_25_may_2018(reference: Reference):
    rows = [row for row in reference.standards if row.code == "subject-access"]
    sent = StandardIn.model_validate(indicators.standard_body(rows))
    assert [(one.limit, str(one.unit), one.valid_from, one.valid_to) for one in sent.limits] == [
        (40, "calendar_days", None, rows[0].valid_to),
        (1, "months", rows[1].valid_from, rows[1].valid_to),
        (1, "months", rows[2].valid_from, None),
    ]
    assert [one.from_next_day for one in sent.limits] == [False, True, False]


def test_risks(reference: Reference):
    for row in reference.risks:
        body = risks.risk_body(row) | risks.judgement(row, reference.risk_links)
        sent = RiskIn.model_validate(body)
        assert (sent.assessment is None) is (row.impact is None)
        assert sent.legacy_band == row.legacy_band
    occ4 = next(row for row in reference.risks if row.ref == "OCC4")
    assert [link["indicator"] for link in risks.judgement(occ4, reference.risk_links)["links"]] == [
        "ae-four-hour-wait",
        "dtoc-all",
        "emergency-admissions-65-plus",
        "rtt-18-weeks",
    ]


def test_pledges_and_actions(reference: Reference):
    made = [PledgeIn.model_validate(pledges.pledge_body(reference, row)) for row in reference.pledges]
    assert sum(len(pledge.assignments) for pledge in made) == 11
    actions = [ActionIn.model_validate(pledges.action_body(reference, row)) for row in reference.all_actions]
    assert sum(len(action.indicators) for action in actions) == len(reference.action_links)


def test_boards_reports_and_decisions(reference: Reference):
    boards = [BoardIn.model_validate(governance.board_body(reference, row)) for row in reference.boards]
    assert sum(len(board.members) for board in boards) == 16
    reports = [ReportIn.model_validate(governance.report_body(reference, row)) for row in reference.reports]
    assert [len(report.sign_offs) for report in reports] == [7, 7]
    for body, rows in (
        (ResponsibilityIn, reference.responsibilities),
        (MeetingIn, reference.meetings),
        (DecisionAskedIn, reference.decisions),
        (DependencyIn, reference.dependencies),
    ):
        for row in rows:
            body.model_validate(row.model_dump(mode="json", exclude={"code"}))


def test_registers(reference: Reference):
    sent = RecordsIn.model_validate(registers.record_bodies(reference))
    assert len(sent.to_domain()) == 108
    (appraisal,) = sent.options_appraisals
    assert [len(option.risks) for option in appraisal.options] == [5, 2, 7, 6]


def test_the_fund_shows_the_printed_totals_beside_its_sums(reference: Reference):
    body = FundBody.model_validate(finance.fund_body(reference))
    for year, columns in (("2017/18", set()), ("2018/19", {"savings", "net_budget"})):
        lines = [_line(line) for line in body.budget_lines if line.financial_year.label == year]
        printed = {t.column: t.amount.amount for t in body.printed_totals if t.financial_year.label == year}
        totals = [one for one in printed_differences(lines, printed) if one.where == "total"]
        assert {one.column for one in totals} == columns
    printed = [line for line in body.budget_lines if not line.illustrative]
    assert sum(line.opening.amount for line in printed) == 2 * Decimal(75_702_000)


def _line(sent: BudgetLineBody) -> Budget:
    parts = (sent.opening, sent.cost_increases, sent.savings, sent.other_savings, sent.printed_net)
    return Budget(sent.code, *(part.amount for part in parts))


def test_schemes_stand_on_lines_and_partners_of_the_fund(reference: Reference):
    fund = FundBody.model_validate(finance.fund_body(reference))
    lines = {(line.financial_year, line.code) for line in fund.budget_lines}
    costs = {cost.code: cost for cost in reference.unit_costs}
    for row in reference.schemes:
        before = SchemeBody.model_validate(finance.scheme_body(row, reference.fund.code, costs))
        sent = SchemeBody.model_validate(finance.scheme_body(row, reference.fund.code))
        assert (before.link is None) == (sent.link is None)
        assert sent.link is None or sent.link.unit_cost_code in costs
        assert (sent.financial_year, sent.budget_line) in lines
        assert sent.partner in {partner.code for partner in fund.partners}
        assert sent.illustrative


@pytest.mark.parametrize(
    ("sent", "found", "alike"),
    [
        ({"a": "1.50"}, {"a": "1.5", "b": 2}, True),
        ({"a": ""}, {"a": None}, True),
        ({"a": []}, {}, True),
        ({"a": ["x", {"y": "1"}]}, {"a": ["x", {"y": 1, "z": 2}]}, True),
        ({"a": "1"}, {"a": "2"}, False),
        ({"a": ["x"]}, {"a": ["x", "y"]}, False),
        ({"a": True}, {"a": False}, False),
        ({"a": False}, {"a": None}, False),
        ({"a": "x"}, {}, False),
        ({"a": {"b": "c"}}, {"a": None}, False),
    ],
)
def test_same_compares_what_is_sent(sent: object, found: object, alike: bool):
    assert already_there(sent, found) is alike


def test_people(reference: Reference):
    """None of them has a key, a subject or a post: who may do what is not for papers to say."""
    for row in reference.people:
        body = PersonIn.model_validate(people.person_body(row))
        assert list(person_faults(body.to_domain(row.code))) == []
        assert (body.roles, body.keys, body.subjects, body.posts) == (list(row.roles), [], [], [])
        assert body.roles

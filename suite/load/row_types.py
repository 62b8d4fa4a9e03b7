"""What each reference file holds, row by row, and all of them together with their ties checked."""

from datetime import date
from decimal import Decimal
from typing import Literal

from contracts.colours import Polarity
from contracts.indicators import ObservationStatus
from contracts.period import Period
from contracts.risks import Band
from suite.load.csv_files import FileRow, Several

PLYMOUTH = "E06000026"

Basis = Literal["sourced", "illustrative"]


class AreaRow(FileRow):
    code: str
    name: str
    type: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str


class FrameworkRow(FileRow):
    code: str
    name: str
    benchmark_method: Literal["significance", "fifteen_percent"]


class IndicatorRow(FileRow):
    code: str
    name: str
    unit: str
    decimals: int
    frequency: str
    polarity: Polarity
    framework: str
    owner: str
    definition: str
    source: str
    inferred: Several = ()


class FormerNameRow(FileRow):
    """What a former version loaded in place of an official name, in any text of the resource."""

    kind: Literal["frameworks", "indicators", "risks", "funds"]
    code: str
    former: str
    name: str


class ScorecardRow(FileRow):
    code: str
    name: str
    comparator: str
    description: str


class SectionRow(FileRow):
    scorecard: str
    section: str
    position: int
    title: str


class AimRow(FileRow):
    scorecard: str
    section: str
    aim: str
    position: int
    title: str


class ScorecardLineRow(FileRow):
    scorecard: str
    section: str
    aim: str
    position: int
    indicator: str
    benchmark_printed: Literal["lost", "not applicable", "not printed"]
    inferred: Several = ()


class ObservationRow(FileRow):
    """``basis``: printed in a table, told in a narrative, read from a chart, or an inference of ours."""

    indicator: str
    area: str
    period: Period
    value: Decimal
    status: ObservationStatus
    basis: Literal["printed", "narrative", "chart", "inferred"]
    note: str
    reason: str | None = None


class DerivedObservationRow(ObservationRow):
    """An observation that another file holds: ``inferred`` names what of it no paper prints."""

    count: Decimal | None = None
    inferred: tuple[str, ...] = ()


class NeedRow(FileRow):
    """A figure of how people live: what was ``observed``, or what the papers ``expected`` of a year under a name.

    ``printed`` is the figure as the papers round or word it.
    """

    indicator: str
    area: str
    period: Period
    kind: Literal["observed", "expected"]
    name: str | None = None
    value: Decimal
    count: Decimal | None = None
    inferred: Several = ()
    printed: str
    source: str


class CommentaryRow(FileRow):
    """A narrative of the papers in our words, with their figures."""

    indicator: str
    area: str
    period: Period
    text: str
    source: str


class RelationRow(FileRow):
    """What the values of an indicator must be to those of another."""

    indicator: str
    relation: Literal["at_most", "at_least", "equal"]
    other: str
    why: str


class TargetRow(FileRow):
    indicator: str
    area: str
    kind: str
    value: Decimal | None = None
    baseline_period: Period | None = None
    baseline_value: Decimal | None = None
    due: Period | None = None
    tolerance_percent: Decimal | None = None
    in_force_from: Period
    basis: Basis
    source: str
    note: str = ""

    @property
    def lacks_figures(self) -> bool:
        """Whether the papers set a target without the figure it starts from, so that no value can be expected."""
        relative = self.kind in {"maintain", "reduce_by_percent", "increase_by_percent"}
        return relative and self.baseline_value is None and (self.value is None or self.kind != "maintain")


class OutcomeRow(FileRow):
    code: str
    position: int
    title: str


class ObjectiveRow(FileRow):
    code: str
    position: int
    title: str
    outcome: str
    indicators: Several = ()


class SystemGapRow(FileRow):
    code: str
    position: int
    title: str


class PriorityRow(FileRow):
    code: str
    position: int
    title: str
    gap: str
    leads: Several = ()


class ActionRow(FileRow):
    """A must-do, or what else is to be done; ``part_of`` names the action that it is a milestone of."""

    code: str
    priority: str | None = None
    kind: Literal["must_do", "hub", "workforce_step", "stage", "commitment", "roadmap", "element"]
    phase: int | None = None
    step: int | None = None
    title: str
    due: date | None = None
    depends_on: Several = ()
    part_of: str | None = None
    source: str
    confirmed: bool | None = None


class CommitmentRow(ActionRow):
    """What is to be done beside the must-dos, with what is printed of its day and of its size."""

    partners: Several = ()
    printed_period: str | None = None
    due_basis: str | None = None
    figure: str | None = None
    figure_unit: str | None = None


class DependencyRow(FileRow):
    """What the actions of a priority wait for outside of themselves; without a priority, those of all."""

    code: str
    number: int
    priority: str | None = None
    kind: Literal["partner", "approval", "resource", "programme", "policy"]
    title: str
    partners: Several = ()
    source: str


class ActionLinkRow(FileRow):
    action: str
    indicator: str
    area: str


class PledgeRow(FileRow):
    number: str
    theme: str
    title: str
    indicators: Several = ()


class AssignmentRow(FileRow):
    number: str
    portfolio_holder: str
    department: str
    director: str
    lead_officers: Several


class RiskRow(FileRow):
    ref: str
    in_register: str
    kind: Literal["threat", "opportunity"]
    category: str = ""
    title: str
    cause: str = ""
    event: str = ""
    consequence: str = ""
    department: str = ""
    outcome: str = ""
    owner: str = ""
    controls: Several = ()
    assurances: Several = ()
    actions: Several = ()
    previous_impact: int | None = None
    previous_likelihood: int | None = None
    impact: int | None = None
    likelihood: int | None = None
    legacy_band: Band | None = None
    target_impact: int | None = None
    target_likelihood: int | None = None
    target_basis: Basis | None = None
    mode: Literal["auto", "propose"]


class RiskLinkRow(FileRow):
    risk: str
    position: int
    indicator: str
    area: str
    group: str
    signal: Literal["target", "benchmark", "trend", "best"]
    why: str


class PartnerRow(FileRow):
    code: str
    name: str
    role: str


class BudgetRow(FileRow):
    """Millions of pounds, three decimals, as printed. The row TOTAL is the printed total."""

    code: str
    directorate: str
    department: str = ""
    division: str
    net_budget_2017_18: Decimal
    cost_increases: Decimal
    savings: Decimal
    other_savings: Decimal
    net_budget_2018_19: Decimal


class RangeRow(FileRow):
    """Thousands of pounds. TOTAL rows print sums; their rate is empty."""

    strand: str
    partner: str
    base_gbp_thousand: Decimal
    year: Period
    bound: Literal["lower", "higher"]
    rate_percent: Decimal | None = None
    printed_saving_gbp_thousand: Decimal


class SavingsPlanRow(FileRow):
    code: str
    line: str
    y2014_15: Decimal
    y2015_16: Decimal | None = None
    y2016_17: Decimal | None = None
    total: Decimal | None = None


class StandardRow(FileRow):
    code: str
    service: str
    title: str
    limit: int | None = None
    unit: Literal["hours", "calendar_days", "working_days", "months"] | None = None
    calendar: Literal["england_and_wales", "united_kingdom"] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    from_next_day: bool = False
    indicator: str | None = None
    basis: Literal["printed", "law"]
    note: str = ""


class UnitCostRow(FileRow):
    code: str
    amount: Decimal
    unit: str
    source: str
    price_year: str
    basis: Basis


class SchemeRow(FileRow):
    code: str
    title: str
    workstream: str
    budget_line: str
    partner: str
    delivery: Literal["plan", "mitigation"]
    recurrence: Literal["recurrent", "one_off"]
    indicator: str | None = None
    area: str | None = None
    financial_year: Period
    baseline_kind: str | None = None
    baseline: Decimal | None = None
    volume: Decimal | None = None
    volume_note: str = ""
    unit_cost: str | None = None
    marginal_rate: Decimal | None = None
    attribution: Decimal | None = None
    cashable_share: Decimal | None = None
    reprovision: Decimal | None = None
    optimism_bias: Decimal
    confidence: Decimal
    plan_period: Period
    plan_low: Decimal
    plan_high: Decimal
    basis: Basis


class ChartRow(FileRow):
    """A point of a line of the 2014 charts."""

    indicator: str
    series: Literal["actual", "actual_or_forecast", "forecast", "target"]
    period: Period
    value: Decimal


class ContradictionRow(FileRow):
    """Two or three figures of one thing as the papers print them, the one in use and why.

    ``shown_by`` says whether the figures can be found by comparing the files, or stand in the documents only;
    ``resources`` name what the note belongs to, ``<kind>/<code>``.
    """

    code: str
    topic: str
    figure_1: str
    source_1: str
    figure_2: str
    source_2: str
    figure_3: str | None = None
    source_3: str | None = None
    used: str
    why: str
    shown_by: Literal["data", "documents"]
    resources: Several


class BoardRow(FileRow):
    code: str
    title: str
    also_known_as: Several = ()
    era: str
    responsibility: str
    meets: str | None = None
    reports_to: str | None = None
    source: str


class BoardMemberRow(FileRow):
    board: str
    member: str
    position: str
    source: str


class ResponsibilityRow(FileRow):
    """A line of the table of 13 activities and 6 bodies: the activity, and the bodies that are responsible."""

    code: str
    number: int
    title: str
    boards: Several
    source: str


class MeetingRow(FileRow):
    code: str
    board: str
    title: str
    first_day: date
    last_day: date
    approach: str | None = None
    day_basis: str
    report: str
    source: str


class ReportRow(FileRow):
    code: str
    title: str
    board: str
    day: date
    reference: str
    key_decision: bool
    part: str
    purpose: str
    cabinet_members: Several
    authors: Several
    recommendations: Several
    alternatives_rejected: Several
    cabinet_member_agreed: bool
    equality_assessed: bool
    equality_note: str
    finance: str
    risk: str
    pledges: Several
    background_papers: Several
    source: str


class ReportSignOffRow(FileRow):
    report: str
    service: str
    code: str | None = None
    source: str


class DecisionRow(FileRow):
    code: str
    report: str
    board: str
    number: str | None = None
    title: str
    due: date | None = None
    printed_due: str | None = None
    asked_of: Several
    depends_on: Several = ()
    source: str

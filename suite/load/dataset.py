"""The reference data as a whole: every file read, every tie between files resolved."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from suite.load import row_types
from suite.load.charts import chart_observations, chart_projections
from suite.load.csv_files import BadRows, FileRow, field_errors, read_rows
from suite.load.expected import ExpectedValue
from suite.load.need import need_expected, need_faults, need_observations

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
"""Where the data lies that the product ships with."""

TOTAL = "TOTAL"

PLEDGE_SET = "2018"
"""The set of every pledge in the files: the council's 100 of 2018."""


class FundFile(FileRow):
    """``fund.json``: what the papers say of the pooled fund, and what is an illustration."""

    code: str
    name: str
    since: str
    host: str
    financial_year: str
    note: str
    basis: row_types.Basis
    contributions_thousand: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Reference:
    """Every row of every file."""

    areas: list[row_types.AreaRow]
    frameworks: list[row_types.FrameworkRow]
    indicators: list[row_types.IndicatorRow]
    scorecards: list[row_types.ScorecardRow]
    sections: list[row_types.SectionRow]
    aims: list[row_types.AimRow]
    scorecard_lines: list[row_types.ScorecardLineRow]
    observations: list[row_types.ObservationRow]
    commentaries: list[row_types.CommentaryRow]
    relations: list[row_types.RelationRow]
    targets: list[row_types.TargetRow]
    outcomes: list[row_types.OutcomeRow]
    objectives: list[row_types.ObjectiveRow]
    system_gaps: list[row_types.SystemGapRow]
    priorities: list[row_types.PriorityRow]
    actions: list[row_types.ActionRow]
    commitments: list[row_types.ActionRow]
    dependencies: list[row_types.DependencyRow]
    boards: list[row_types.BoardRow]
    board_members: list[row_types.BoardMemberRow]
    responsibilities: list[row_types.ResponsibilityRow]
    meetings: list[row_types.MeetingRow]
    reports: list[row_types.ReportRow]
    report_sign_offs: list[row_types.ReportSignOffRow]
    decisions: list[row_types.DecisionRow]
    impact_assessments: list[row_types.ImpactAssessmentRow]
    benefits: list[row_types.BenefitRow]
    consultations: list[row_types.ConsultationRow]
    options: list[row_types.OptionRow]
    option_points: list[row_types.OptionPointRow]
    printed_lists: list[row_types.PrintedListRow]
    printed_list_items: list[row_types.ListItemRow]
    printed_names: list[row_types.ListItemRow]
    providers: list[row_types.ProviderRow]
    rating_counts: list[row_types.RatingCountRow]
    rating_feeds: list[row_types.RatingFeedRow]
    action_links: list[row_types.ActionLinkRow]
    pledge_sets: list[row_types.PledgeSetRow]
    pledges: list[row_types.PledgeRow]
    assignments: list[row_types.AssignmentRow]
    risks: list[row_types.RiskRow]
    risk_links: list[row_types.RiskLinkRow]
    partners: list[row_types.PartnerRow]
    budget: list[row_types.BudgetRow]
    savings_ranges: list[row_types.RangeRow]
    savings_plan: list[row_types.SavingsPlanRow]
    standards: list[row_types.StandardRow]
    unit_costs: list[row_types.UnitCostRow]
    schemes: list[row_types.SchemeRow]
    charts: list[row_types.ChartRow]
    need: list[row_types.NeedRow]
    contradictions: list[row_types.ContradictionRow]
    former_names: list[row_types.FormerNameRow]
    people: list[row_types.PersonRow]
    fund: FundFile

    @property
    def all_observations(self) -> list[row_types.ObservationRow]:
        """Those of the papers of 2018, what was on the charts of 2014, and what both papers say of need."""
        return [*self.observations, *chart_observations(self.charts), *need_observations(self.need)]

    @property
    def all_expected(self) -> list[ExpectedValue]:
        """What the charts of 2014 and the texts of both papers expect."""
        return [*chart_projections(self.charts), *need_expected(self.need)]

    @property
    def present_pledges(self) -> list[row_types.PledgeRow]:
        """Those of the administration of 2018, whose table is printed with who answers for each."""
        return [row for row in self.pledges if row.set == PLEDGE_SET]

    @property
    def all_actions(self) -> list[row_types.ActionRow]:
        """The must-dos with their hubs, steps and stages, then every other commitment, element and roadmap line."""
        return [*self.actions, *self.commitments]

    @property
    def all_list_items(self) -> list[row_types.ListItemRow]:
        """Those in words of ours, then those that are official names."""
        return [*self.printed_list_items, *self.printed_names]

    @property
    def budget_lines(self) -> list[row_types.BudgetRow]:
        return [row for row in self.budget if row.code != TOTAL]

    @property
    def budget_total(self) -> row_types.BudgetRow:
        return next(row for row in self.budget if row.code == TOTAL)


_FILES: dict[str, tuple[str, type[FileRow]]] = {
    "areas": ("areas.csv", row_types.AreaRow),
    "frameworks": ("frameworks.csv", row_types.FrameworkRow),
    "indicators": ("indicators.csv", row_types.IndicatorRow),
    "scorecards": ("scorecards.csv", row_types.ScorecardRow),
    "sections": ("sections.csv", row_types.SectionRow),
    "aims": ("aims.csv", row_types.AimRow),
    "scorecard_lines": ("scorecard_rows.csv", row_types.ScorecardLineRow),
    "observations": ("observations.csv", row_types.ObservationRow),
    "commentaries": ("commentaries.csv", row_types.CommentaryRow),
    "relations": ("quality_relations.csv", row_types.RelationRow),
    "targets": ("targets.csv", row_types.TargetRow),
    "outcomes": ("outcomes.csv", row_types.OutcomeRow),
    "objectives": ("objectives.csv", row_types.ObjectiveRow),
    "system_gaps": ("system_gaps.csv", row_types.SystemGapRow),
    "priorities": ("priorities.csv", row_types.PriorityRow),
    "actions": ("actions.csv", row_types.ActionRow),
    "commitments": ("commitments.csv", row_types.ActionRow),
    "dependencies": ("dependencies.csv", row_types.DependencyRow),
    "boards": ("boards.csv", row_types.BoardRow),
    "board_members": ("board_members.csv", row_types.BoardMemberRow),
    "responsibilities": ("responsibilities.csv", row_types.ResponsibilityRow),
    "meetings": ("meetings.csv", row_types.MeetingRow),
    "reports": ("reports.csv", row_types.ReportRow),
    "report_sign_offs": ("report_sign_offs.csv", row_types.ReportSignOffRow),
    "decisions": ("decisions.csv", row_types.DecisionRow),
    "impact_assessments": ("impact_assessments.csv", row_types.ImpactAssessmentRow),
    "benefits": ("benefits.csv", row_types.BenefitRow),
    "consultations": ("consultations.csv", row_types.ConsultationRow),
    "options": ("options.csv", row_types.OptionRow),
    "option_points": ("option_points.csv", row_types.OptionPointRow),
    "printed_lists": ("printed_lists.csv", row_types.PrintedListRow),
    "printed_list_items": ("printed_list_items.csv", row_types.ListItemRow),
    "printed_names": ("printed_names.csv", row_types.ListItemRow),
    "providers": ("providers.csv", row_types.ProviderRow),
    "rating_counts": ("rating_counts.csv", row_types.RatingCountRow),
    "rating_feeds": ("rating_feeds.csv", row_types.RatingFeedRow),
    "action_links": ("action_links.csv", row_types.ActionLinkRow),
    "pledge_sets": ("pledge_sets.csv", row_types.PledgeSetRow),
    "pledges": ("pledges.csv", row_types.PledgeRow),
    "assignments": ("pledge_assignments.csv", row_types.AssignmentRow),
    "risks": ("risks.csv", row_types.RiskRow),
    "risk_links": ("risk_links.csv", row_types.RiskLinkRow),
    "partners": ("partners.csv", row_types.PartnerRow),
    "budget": ("budget_2018_19.csv", row_types.BudgetRow),
    "savings_ranges": ("savings_ranges_2014.csv", row_types.RangeRow),
    "savings_plan": ("savings_plan_2014_17.csv", row_types.SavingsPlanRow),
    "standards": ("service_standards.csv", row_types.StandardRow),
    "unit_costs": ("unit_costs.csv", row_types.UnitCostRow),
    "schemes": ("schemes.csv", row_types.SchemeRow),
    "charts": ("measures_2014.csv", row_types.ChartRow),
    "need": ("need_figures.csv", row_types.NeedRow),
    "contradictions": ("contradictions.csv", row_types.ContradictionRow),
    "former_names": ("former_names.csv", row_types.FormerNameRow),
    "people": ("people.csv", row_types.PersonRow),
}


def read_reference(folder: Path = REFERENCE) -> Reference:
    """All files of ``folder``.

    Raises:
        BadRows: naming every bad row by file and line, or every tie that leads nowhere. Nothing was sent.
    """
    rows: dict[str, Any] = {}
    problems: list[str] = []
    for field, (name, model) in _FILES.items():
        try:
            rows[field] = read_rows(folder / name, model)
        except BadRows as error:
            problems.append(str(error))
    if problems:
        raise BadRows(problems)
    reference = Reference(**rows, fund=_read_fund(folder / "fund.json"))
    dangling = list(_dangling_ends(reference))
    if dangling:
        raise BadRows(dangling)
    return reference


def _read_fund(path: Path) -> FundFile:
    try:
        return FundFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise BadRows([f"{path.name}: {problem}" for problem in field_errors(error)]) from error
    except (OSError, ValueError) as error:
        raise BadRows([f"{path.name}: cannot be read: {error}"]) from error


def _missing(where: str, names: Iterable[str | None], names_defined: Iterable[str]) -> Iterator[str]:
    absent = sorted({name for name in names if name} - set(names_defined))
    return (f"{where}: {name!r} is nowhere defined" for name in absent)


def _twice(where: str, keys: Iterable[object]) -> Iterator[str]:
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            yield f"{where}: {key!r} stands there twice"
        seen.add(key)


def _dangling_ends(r: Reference) -> Iterator[str]:
    """Every name that is used but not defined, and every code that is defined twice."""
    yield from _dangling_measures(r)
    yield from _dangling_plans(r)
    yield from _dangling_money(r)
    yield from _missing(
        "contradictions.csv", (name for row in r.contradictions for name in row.resources), _resources(r)
    )
    named = (f"{row.kind}/{row.code}" for row in r.former_names)
    yield from _missing("former_names.csv", named, _resources(r))
    yield from _missing("measures_2014.csv", (row.indicator for row in r.charts), (row.code for row in r.indicators))
    defined = (r.areas, r.frameworks, r.indicators, r.scorecards, r.outcomes, r.objectives, r.system_gaps)
    plans = (r.priorities, r.all_actions, r.dependencies, r.people)
    for rows in (*defined, *plans, r.partners, r.budget, r.unit_costs, r.schemes):
        yield from _twice(type(rows[0]).__name__, (row.code for row in rows))
    yield from _twice("StandardRow", ((row.code, row.valid_from) for row in r.standards))
    yield from _twice("ContradictionRow", (row.code for row in r.contradictions))
    yield from need_faults(r.need)
    yield from _twice("NeedRow", ((row.indicator, row.area, row.name, row.period.label) for row in r.need))
    yield from _twice("ChartRow", ((row.indicator, row.series, row.period.label) for row in r.charts))
    yield from _twice("RiskRow", (row.ref for row in r.risks))
    yield from _twice("PledgeRow", ((row.set, row.number) for row in r.pledges))


def _dangling_measures(r: Reference) -> Iterator[str]:
    indicators, areas = [row.code for row in r.indicators], [row.code for row in r.areas]
    yield from _missing("indicators.csv", (row.framework for row in r.indicators), (f.code for f in r.frameworks))
    for name, rows in (("scorecard_rows.csv", r.scorecard_lines), ("observations.csv", r.observations)):
        yield from _missing(name, (row.indicator for row in rows), indicators)
    yield from _twice("CommentaryRow", ((row.indicator, row.area, row.period.label) for row in r.commentaries))
    for name, tied in _tied(r):
        yield from _missing(name, (row.indicator for row in tied), indicators)
        yield from _missing(name, (row.area for row in tied), areas)
    related = (code for row in r.relations for code in (row.indicator, row.other))
    yield from _missing("quality_relations.csv", related, indicators)
    yield from _missing("observations.csv", (row.area for row in r.observations), areas)
    yield from _missing("scorecards.csv", (row.comparator for row in r.scorecards), areas)
    aims = [f"{row.scorecard}/{row.section}/{row.aim}" for row in r.aims]
    sections = [f"{row.scorecard}/{row.section}" for row in r.sections]
    yield from _missing("sections.csv", (row.scorecard for row in r.sections), (s.code for s in r.scorecards))
    yield from _missing("aims.csv", (f"{row.scorecard}/{row.section}" for row in r.aims), sections)
    placed = (f"{row.scorecard}/{row.section}/{row.aim}" for row in r.scorecard_lines)
    yield from _missing("scorecard_rows.csv", placed, aims)
    yield from _missing("risk_links.csv", (row.risk for row in r.risk_links), (row.ref for row in r.risks))


def _tied(r: Reference) -> Iterator[tuple[str, list[Any]]]:
    """The files whose rows name an indicator and an area."""
    yield "targets.csv", r.targets
    yield "risk_links.csv", r.risk_links
    yield "schemes.csv", r.schemes
    yield "need_figures.csv", r.need
    yield "commentaries.csv", r.commentaries
    yield "rating_feeds.csv", r.rating_feeds


def _dangling_plans(r: Reference) -> Iterator[str]:
    indicators = [row.code for row in r.indicators]
    priorities, actions = [row.code for row in r.priorities], [row.code for row in r.all_actions]
    people = [row.name for row in r.people]
    yield from _missing("priorities.csv", (name for row in r.priorities for name in row.leads), people)
    answering = (name for row in r.assignments for name in (row.portfolio_holder, row.director, *row.lead_officers))
    yield from _missing("pledge_assignments.csv", answering, people)
    yield from _missing("objectives.csv", (row.outcome for row in r.objectives), (o.code for o in r.outcomes))
    for objective in r.objectives:
        yield from _missing("objectives.csv", objective.indicators, indicators)
    yield from _missing("priorities.csv", (row.gap for row in r.priorities), (gap.code for gap in r.system_gaps))
    yield from _missing("actions.csv", (row.priority for row in r.all_actions), priorities)
    yield from _missing("dependencies.csv", (row.priority for row in r.dependencies), priorities)
    for action in r.all_actions:
        yield from _missing("actions.csv", [*action.depends_on, action.part_of], actions)
    yield from _missing("action_links.csv", (row.action for row in r.action_links), actions)
    yield from _missing("action_links.csv", (row.indicator for row in r.action_links), indicators)
    yield from _dangling_governance(r)
    numbers = [row.number for row in r.present_pledges]
    yield from _missing("pledges.csv", (row.set for row in r.pledges), (row.code for row in r.pledge_sets))
    yield from _missing("pledge_assignments.csv", (row.number for row in r.assignments), numbers)
    yield from _missing("pledges.csv (assigned to nobody)", numbers, (row.number for row in r.assignments))
    for pledge in r.pledges:
        yield from _missing("pledges.csv", pledge.indicators, indicators)
        yield from _missing("pledges.csv", pledge.risks, (row.ref for row in r.risks))
        yield from _missing("pledges.csv", pledge.schemes, (row.code for row in r.schemes))


def _dangling_governance(r: Reference) -> Iterator[str]:
    boards, reports = [row.code for row in r.boards], [row.code for row in r.reports]
    for rows in (r.boards, r.responsibilities, r.meetings, r.reports, r.decisions):
        yield from _twice(type(rows[0]).__name__, (row.code for row in rows))
    yield from _missing("boards.csv", (row.reports_to for row in r.boards), boards)
    for row in r.responsibilities:
        yield from _missing("responsibilities.csv", row.boards, boards)
    for name, named in (("meetings.csv", r.meetings), ("reports.csv", r.reports), ("decisions.csv", r.decisions)):
        yield from _missing(name, (row.board for row in named), boards)
    yield from _missing("board_members.csv", (row.board for row in r.board_members), boards)
    for name, told in (("report_sign_offs.csv", r.report_sign_offs), ("decisions.csv", r.decisions)):
        yield from _missing(name, (row.report for row in told), reports)
    yield from _missing("meetings.csv", (row.report for row in r.meetings), reports)
    yield from _dangling_registers(r, boards, reports)
    decisions = [row.code for row in r.decisions]
    for decision in r.decisions:
        yield from _missing("decisions.csv", decision.depends_on, decisions)


def _dangling_registers(r: Reference, boards: list[str], reports: list[str]) -> Iterator[str]:
    for rows in (
        r.impact_assessments,
        r.benefits,
        r.consultations,
        r.options,
        r.printed_lists,
        r.providers,
        r.rating_counts,
        r.rating_feeds,
    ):
        yield from _twice(type(rows[0]).__name__, (row.code for row in rows))
    yield from _missing("consultations.csv", (row.board for row in r.consultations), boards)
    yield from _missing("consultations.csv", (row.report for row in r.consultations), reports)
    yield from _missing("impact_assessments.csv", (row.subject for row in r.impact_assessments), reports)
    yield from _missing("option_points.csv", (row.option for row in r.option_points), (one.code for one in r.options))
    lists, filled = [row.code for row in r.printed_lists], [row.list for row in r.all_list_items]
    yield from _missing("printed_list_items.csv, printed_names.csv", filled, lists)
    yield from _missing("printed_lists.csv (without a line)", lists, filled)
    yield from _missing("printed_lists.csv", (row.report for row in r.printed_lists), reports)


def _dangling_money(r: Reference) -> Iterator[str]:
    lines, partners = [row.code for row in r.budget_lines], [row.code for row in r.partners]
    yield from _missing("budget_2018_19.csv", [TOTAL], (row.code for row in r.budget))
    yield from _missing("schemes.csv", (row.budget_line for row in r.schemes), lines)
    yield from _missing("schemes.csv", (row.partner for row in r.schemes), partners)
    yield from _missing("schemes.csv", (row.unit_cost for row in r.schemes), (cost.code for cost in r.unit_costs))
    yield from _missing("fund.json", [r.fund.host, *r.fund.contributions_thousand], partners)


def _resources(r: Reference) -> Iterator[str]:
    """What a note may belong to."""
    kinds: dict[str, Iterable[str]] = {
        "frameworks": (row.code for row in r.frameworks),
        "indicators": (row.code for row in r.indicators),
        "observations": (f"{row.indicator}/{row.period.path}" for row in r.all_observations),
        "targets": (row.indicator for row in r.targets),
        "scorecards": (row.code for row in r.scorecards),
        "risks": (row.ref for row in r.risks),
        "pledges": (row.number for row in r.present_pledges),
        "priorities": (row.code for row in r.priorities),
        "actions": (row.code for row in r.all_actions),
        "funds": [r.fund.code],
        "budget-lines": (row.code for row in r.budget_lines),
    }
    return (f"{kind}/{code}" for kind, codes in kinds.items() for code in codes)

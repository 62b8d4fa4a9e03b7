"""The reference data as a whole: every file read, every tie between files resolved."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from suite.load import files
from suite.load.rows import BadRows, FileRow, read_rows, spoken

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
"""Where the data lies that the product ships with."""

TOTAL = "TOTAL"


class FundFile(FileRow):
    """``fund.json``: what the papers say of the pooled fund, and what is an illustration."""

    code: str
    name: str
    since: str
    host: str
    financial_year: str
    note: str
    basis: files.Basis
    contributions_thousand: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Reference:
    """Every row of every file."""

    areas: list[files.AreaRow]
    frameworks: list[files.FrameworkRow]
    indicators: list[files.IndicatorRow]
    scorecards: list[files.ScorecardRow]
    sections: list[files.SectionRow]
    aims: list[files.AimRow]
    scorecard_lines: list[files.ScorecardLineRow]
    observations: list[files.ObservationRow]
    targets: list[files.TargetRow]
    outcomes: list[files.OutcomeRow]
    objectives: list[files.ObjectiveRow]
    priorities: list[files.PriorityRow]
    actions: list[files.ActionRow]
    action_links: list[files.ActionLinkRow]
    pledges: list[files.PledgeRow]
    assignments: list[files.AssignmentRow]
    risks: list[files.RiskRow]
    risk_links: list[files.RiskLinkRow]
    partners: list[files.PartnerRow]
    budget: list[files.BudgetRow]
    savings_ranges: list[files.RangeRow]
    savings_plan: list[files.SavingsPlanRow]
    standards: list[files.StandardRow]
    unit_costs: list[files.UnitCostRow]
    schemes: list[files.SchemeRow]
    claims: list[files.ClaimRow]
    fund: FundFile

    @property
    def budget_lines(self) -> list[files.BudgetRow]:
        return [row for row in self.budget if row.code != TOTAL]

    @property
    def budget_total(self) -> files.BudgetRow:
        return next(row for row in self.budget if row.code == TOTAL)


_FILES: dict[str, tuple[str, type[FileRow]]] = {
    "areas": ("areas.csv", files.AreaRow),
    "frameworks": ("frameworks.csv", files.FrameworkRow),
    "indicators": ("indicators.csv", files.IndicatorRow),
    "scorecards": ("scorecards.csv", files.ScorecardRow),
    "sections": ("sections.csv", files.SectionRow),
    "aims": ("aims.csv", files.AimRow),
    "scorecard_lines": ("scorecard_rows.csv", files.ScorecardLineRow),
    "observations": ("observations.csv", files.ObservationRow),
    "targets": ("targets.csv", files.TargetRow),
    "outcomes": ("outcomes.csv", files.OutcomeRow),
    "objectives": ("objectives.csv", files.ObjectiveRow),
    "priorities": ("priorities.csv", files.PriorityRow),
    "actions": ("actions.csv", files.ActionRow),
    "action_links": ("action_links.csv", files.ActionLinkRow),
    "pledges": ("pledges.csv", files.PledgeRow),
    "assignments": ("pledge_assignments.csv", files.AssignmentRow),
    "risks": ("risks.csv", files.RiskRow),
    "risk_links": ("risk_links.csv", files.RiskLinkRow),
    "partners": ("partners.csv", files.PartnerRow),
    "budget": ("budget_2018_19.csv", files.BudgetRow),
    "savings_ranges": ("savings_ranges_2014.csv", files.RangeRow),
    "savings_plan": ("savings_plan_2014_17.csv", files.SavingsPlanRow),
    "standards": ("service_standards.csv", files.StandardRow),
    "unit_costs": ("unit_costs.csv", files.UnitCostRow),
    "schemes": ("schemes.csv", files.SchemeRow),
    "claims": ("claims.csv", files.ClaimRow),
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
    loose = list(_loose_ends(reference))
    if loose:
        raise BadRows(loose)
    return reference


def _read_fund(path: Path) -> FundFile:
    try:
        return FundFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise BadRows([f"{path.name}: {said}" for said in spoken(error)]) from error
    except (OSError, ValueError) as error:
        raise BadRows([f"{path.name}: cannot be read: {error}"]) from error


def _missing(where: str, names: Iterable[str | None], known: Iterable[str]) -> Iterator[str]:
    absent = sorted({name for name in names if name} - set(known))
    return (f"{where}: {name!r} is nowhere defined" for name in absent)


def _twice(where: str, keys: Iterable[object]) -> Iterator[str]:
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            yield f"{where}: {key!r} stands there twice"
        seen.add(key)


def _loose_ends(r: Reference) -> Iterator[str]:
    """Every name that is used but not defined, and every code that is defined twice."""
    yield from _loose_measures(r)
    yield from _loose_plans(r)
    yield from _loose_money(r)
    defined = (r.areas, r.frameworks, r.indicators, r.scorecards, r.outcomes, r.objectives, r.priorities)
    for rows in (*defined, r.actions, r.partners, r.budget, r.unit_costs, r.schemes):
        yield from _twice(type(rows[0]).__name__, (row.code for row in rows))
    yield from _twice("StandardRow", ((row.code, row.valid_from) for row in r.standards))
    yield from _twice("RiskRow", (row.ref for row in r.risks))
    yield from _twice("PledgeRow", (row.number for row in r.pledges))


def _loose_measures(r: Reference) -> Iterator[str]:
    indicators, areas = [row.code for row in r.indicators], [row.code for row in r.areas]
    yield from _missing("indicators.csv", (row.framework for row in r.indicators), (f.code for f in r.frameworks))
    for name, rows in (("scorecard_rows.csv", r.scorecard_lines), ("observations.csv", r.observations)):
        yield from _missing(name, (row.indicator for row in rows), indicators)
    for name, tied in (("targets.csv", r.targets), ("risk_links.csv", r.risk_links), ("schemes.csv", r.schemes)):
        yield from _missing(name, (row.indicator for row in tied), indicators)
        yield from _missing(name, (row.area for row in tied), areas)
    yield from _missing("observations.csv", (row.area for row in r.observations), areas)
    yield from _missing("scorecards.csv", (row.comparator for row in r.scorecards), areas)
    aims = [f"{row.scorecard}/{row.section}/{row.aim}" for row in r.aims]
    sections = [f"{row.scorecard}/{row.section}" for row in r.sections]
    yield from _missing("sections.csv", (row.scorecard for row in r.sections), (s.code for s in r.scorecards))
    yield from _missing("aims.csv", (f"{row.scorecard}/{row.section}" for row in r.aims), sections)
    placed = (f"{row.scorecard}/{row.section}/{row.aim}" for row in r.scorecard_lines)
    yield from _missing("scorecard_rows.csv", placed, aims)
    yield from _missing("risk_links.csv", (row.risk for row in r.risk_links), (row.ref for row in r.risks))


def _loose_plans(r: Reference) -> Iterator[str]:
    indicators = [row.code for row in r.indicators]
    priorities, actions = [row.code for row in r.priorities], [row.code for row in r.actions]
    yield from _missing("objectives.csv", (row.outcome for row in r.objectives), (o.code for o in r.outcomes))
    for objective in r.objectives:
        yield from _missing("objectives.csv", objective.indicators, indicators)
    yield from _missing("actions.csv", (row.priority for row in r.actions), priorities)
    for action in r.actions:
        yield from _missing("actions.csv", action.depends_on, actions)
    yield from _missing("action_links.csv", (row.action for row in r.action_links), actions)
    yield from _missing("action_links.csv", (row.indicator for row in r.action_links), indicators)
    numbers = [row.number for row in r.pledges]
    yield from _missing("pledge_assignments.csv", (row.number for row in r.assignments), numbers)
    yield from _missing("pledges.csv (assigned to nobody)", numbers, (row.number for row in r.assignments))
    for pledge in r.pledges:
        yield from _missing("pledges.csv", pledge.indicators, indicators)


def _loose_money(r: Reference) -> Iterator[str]:
    lines, partners = [row.code for row in r.budget_lines], [row.code for row in r.partners]
    yield from _missing("budget_2018_19.csv", [TOTAL], (row.code for row in r.budget))
    yield from _missing("schemes.csv", (row.budget_line for row in r.schemes), lines)
    yield from _missing("schemes.csv", (row.partner for row in r.schemes), partners)
    yield from _missing("schemes.csv", (row.unit_cost for row in r.schemes), (cost.code for cost in r.unit_costs))
    yield from _missing("fund.json", [r.fund.host, *r.fund.contributions_thousand], partners)

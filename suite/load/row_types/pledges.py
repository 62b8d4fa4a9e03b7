"""Rows of pledges, priorities, actions and what they wait for."""

from datetime import date
from decimal import Decimal
from typing import Literal

from suite.load.csv_files import FileRow, Several


class PriorityRow(FileRow):
    code: str
    position: int
    title: str
    gap: str
    leads: Several = ()


class ActionRow(FileRow):
    """A must-do, or what else is to be done, with what is printed of its day and of its size.

    ``part_of`` names the action that it is a milestone of. One that other actions say in detail weighs 0, so that a
    roll-up counts that work once.
    """

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
    partners: Several = ()
    printed_period: str | None = None
    due_basis: str | None = None
    figure: str | None = None
    figure_unit: str | None = None
    weight: Decimal | None = None


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


class PledgeSetRow(FileRow):
    code: str
    title: str
    size: int
    source: str


class PledgeRow(FileRow):
    """A pledge of a set. Of those of 2013 only what was promised is printed: nobody who answers, and no measure."""

    set: str
    number: str
    theme: str
    title: str
    indicators: Several = ()
    risks: Several = ()
    schemes: Several = ()


class AssignmentRow(FileRow):
    number: str
    portfolio_holder: str
    department: str
    director: str
    lead_officers: Several

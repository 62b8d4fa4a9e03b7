"""Quarterly returns as the table of a file."""

from collections.abc import Sequence
from datetime import datetime

from chassis.web.render.table import Column, Note, Row, Table
from services.pledges.domain.returns import ReturnView, Step, StepTaken

COLUMNS = (
    Column("id", "Return", "Pledge, quarter and number of the assignment"),
    Column("pledge", "Pledge", "Set and number"),
    Column("quarter", "Quarter", "The financial quarter that is reported on"),
    Column("portfolio_holder", "Portfolio holder", "Cabinet member who answers for the pledge"),
    Column("department", "Department", "Department that delivers it"),
    Column("lead_officers", "Lead officers", "In their printed order"),
    Column("due", "Due", "Last day on which it is submitted in time"),
    Column("state", "State", "draft, submitted, returned or approved"),
    Column("submitted_on", "First submitted", "Business date of the first submission"),
    Column("lateness", "Late or missing", "late, missing, or empty"),
    Column("colour", "Colour", "The author's own judgement, in words"),
    Column("narrative", "Narrative", "What was done in the quarter"),
    Column("next_steps", "Next steps", "What comes next"),
    Column("evidence", "Evidence", "Addresses of what shows it"),
    Column("submitted_by", "Submitted by", "Who took the last step of this kind"),
    Column("approved_by", "Approved by", "Who approved it, on whose behalf where it was delegated"),
)


def returns_table(returns: Sequence[ReturnView], made_at: datetime) -> Table:
    return Table(
        name="returns",
        title="Quarterly returns on pledges",
        about="A row for each return of an assignment, with who answers for it and how far it has come.",
        columns=COLUMNS,
        rows=[_cells(view) for view in returns],
        made_at=made_at,
        notes=(
            Note(
                "Late was first submitted after it was due; missing is due and was never submitted, or was handed back"
                " and not submitted again before it closed.",
                ("lateness",),
            ),
        ),
    )


def _cells(view: ReturnView) -> Row:
    found = view.quarterly_return
    lateness = "missing" if found.is_missing(view.today) else "late" if found.is_late else None
    return (
        found.id,
        found.pledge,
        found.quarter.label,
        found.assignment.portfolio_holder,
        found.assignment.department,
        "; ".join(found.assignment.lead_officers) or None,
        found.due,
        found.state,
        found.submitted_on,
        lateness,
        found.colour,
        found.narrative,
        found.next_steps,
        "; ".join(link.url for link in found.evidence) or None,
        _who(view.steps, Step.SUBMIT),
        _who(view.steps, Step.APPROVE),
    )


def _who(steps: Sequence[StepTaken], step: Step) -> str | None:
    taken = [one for one in steps if one.step is step]
    if not taken:
        return None
    behalf = taken[-1].on_behalf_of
    return f"{taken[-1].by} for {behalf}" if behalf else taken[-1].by

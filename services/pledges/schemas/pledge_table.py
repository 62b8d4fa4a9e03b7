"""Pledges as the table of a file: the columns of the printed table first."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chassis.web.render.table import Column, Note, Row, Table
from services.pledges.domain.past import PledgeLine

COLUMNS = (
    Column("number", "Pledge", "Number within its set"),
    Column("wording", "Wording", "The latest amendment, else the original"),
    Column("theme", "Theme", "What the pledge is about"),
    Column("portfolio_holder", "Portfolio holder", "Cabinet members who answer for it on the day"),
    Column("department", "Department", "Departments that deliver it"),
    Column("director", "Director", "Directors who answer for it"),
    Column("lead_officers", "Lead officers", "In their printed order"),
    Column("set", "Set", "Year of the promises it is one of"),
    Column("original", "Original wording", "As the pledge was made; it never changes"),
    Column("top", "Top pledge", "yes, no, or empty where that is not known"),
    Column("due", "Due", "Day by which it is to be kept"),
    Column("delivery", "Delivery", "not_started, in_progress, delivered or undeliverable_external"),
    Column("evidence", "Evidence", "none, partial or complete"),
    Column("schedule", "Schedule", "Computed on the day: unscheduled, on_time, due or overdue"),
    Column("closed_on", "Closed on", "Day on which it was delivered, or found out of reach"),
    Column("last_evidence_on", "No evidence since", "Day of the last evidence; empty where there never was any"),
    Column("measure", "Measure", "What is measured"),
    Column("baseline", "Baseline", "Where the measure starts from"),
    Column("measured_on", "Measured on", "Day by which it is judged"),
    Column("cannot_be_rated", "Cannot be rated", "Why, where no measure was given"),
    Column("indicators", "Indicators", "Those it is linked to"),
    Column("risks", "Risks", "References of those it is linked to"),
    Column("schemes", "Savings schemes", "Codes of those it is linked to"),
    Column("state_on", "State on", "Business date that the row is of"),
)


def pledges_table(lines: Sequence[PledgeLine], made_at: datetime) -> Table:
    return Table(
        name="pledges",
        title="Pledges",
        about="A row for each pledge, by set and number, with who answers for it and its three axes.",
        columns=COLUMNS,
        rows=[_cells(line) for line in lines],
        made_at=made_at,
        notes=(
            Note("Overdue says late, never broken.", ("schedule",)),
            Note("Evidence is what a submitted return or a sign-off links to.", ("last_evidence_on",)),
        ),
    )


def _cells(line: PledgeLine) -> Row:
    state, assignments, measure = line.state, line.assignments, line.state.measure
    return (
        state.number,
        state.wording,
        state.theme,
        _joined(one.portfolio_holder for one in assignments),
        _joined(one.department for one in assignments),
        _joined(one.director for one in assignments),
        _joined(officer for one in assignments for officer in one.lead_officers),
        state.set_code,
        state.title,
        None if state.top is None else "yes" if state.top else "no",
        state.due,
        state.progress.delivery,
        state.evidence,
        line.schedule,
        state.progress.closed_on,
        line.last_evidence_on,
        measure.measure if measure else None,
        measure.baseline if measure else None,
        measure.date if measure else None,
        state.cannot_be_rated,
        _joined(key.indicator for key in state.links),
        _joined(state.risks),
        _joined(state.schemes),
        line.day,
    )


def _joined(names: Iterable[str]) -> str | None:
    """Each once, in order."""
    return "; ".join(dict.fromkeys(names)) or None

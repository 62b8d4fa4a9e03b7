"""Decisions of boards as the table of a file: what is asked first, as a file of them takes it back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chassis.web.render.table import Column, Note, Row, Table
from services.pledges.domain.board_decisions import Condition, DecisionView

COLUMNS = (
    Column("code", "Code", "Code that names it in paths, for good"),
    Column("title", "What is asked", "Wording, as printed"),
    Column("report", "Report", "Code of the report that asks for it"),
    Column("board", "Board", "Code of the board that is asked"),
    Column("number", "Number", "Number in its report"),
    Column("due", "Due", "Last day for it"),
    Column("printed_due", "Due as printed", "When it is to be taken, as the source prints it"),
    Column("asked_of", "Asked of", "Who is asked, between semicolons"),
    Column("depends_on", "Depends on", "Codes of decisions that come first, between semicolons"),
    Column("actions", "Actions", "Codes of the actions that hang on it, between semicolons"),
    Column("source", "Source", "Document that it comes from"),
    Column("outcome", "Outcome", "agreed, rejected, deferred, or empty while it is only asked for"),
    Column("taken_on", "Taken on", "Day on which it was taken last"),
    Column("meeting", "Meeting", "Code of the meeting that took it"),
    Column("conditions", "Conditions", "What it hangs on, between semicolons, with the day on which each was met"),
    Column("reason", "Reason", "Why it was taken so"),
    Column("in_force", "In force", "yes once it is agreed and every condition is met"),
    Column("waits_for", "Waits for", "Codes of decisions that it depends on and that are not agreed"),
)


def decisions_table(decisions: Sequence[DecisionView], made_at: datetime) -> Table:
    return Table(
        name="decisions",
        title="Decisions of boards",
        about="A row for each decision that boards are asked for, by code, with how it was taken last.",
        columns=COLUMNS,
        rows=[_cells(view) for view in decisions],
        made_at=made_at,
        notes=(Note("A decision that was put off can be taken again: the latest time is shown.", ("outcome",)),),
    )


def _cells(view: DecisionView) -> Row:
    asked = view.decision.asked
    return (
        view.decision.code,
        asked.title,
        asked.report,
        asked.board,
        asked.number,
        asked.due,
        asked.printed_due,
        _joined(asked.asked_of),
        _joined(asked.depends_on),
        _joined(asked.actions),
        asked.source,
        *_taken(view),
        "yes" if view.decision.is_in_force else "no",
        _joined(view.waits_for),
    )


def _taken(view: DecisionView) -> Row:
    if view.decision.latest is None:
        return (None,) * 5
    taking = view.decision.latest.taking
    return (
        taking.outcome,
        taking.taken_on,
        taking.meeting,
        _joined(_condition(one) for one in taking.conditions),
        taking.reason,
    )


def _condition(condition: Condition) -> str:
    return f"{condition.text} (met on {condition.met_on})" if condition.met_on else condition.text


def _joined(parts: Iterable[str]) -> str | None:
    return "; ".join(parts) or None

"""The rule of the schedule, for filters and orders."""

from datetime import date

from sqlalchemy import ColumnElement, and_, case, func

from contracts.period import Period
from services.pledges.domain.status import PRESSING, Schedule
from services.pledges.models import Action, Pledge


def schedule_is(table: type[Pledge | Action], wanted: Schedule, today: date) -> ColumnElement[bool]:
    """:func:`services.pledges.domain.status.schedule` in SQL. The tests keep the two the same."""
    late = func.coalesce(table.closed_on, today) > table.due
    soon = and_(table.closed_on.is_(None), table.due <= Period.quarter_of(today).end)
    clauses: dict[Schedule, ColumnElement[bool]] = {
        Schedule.UNSCHEDULED: table.due.is_(None),
        Schedule.OVERDUE: late,
        Schedule.DUE: and_(~late, soon),
        Schedule.ON_TIME: and_(~late, ~soon),
    }
    return clauses[wanted]


def pressing(table: type[Pledge | Action], today: date) -> ColumnElement[int]:
    """How pressing the schedule is: 0 for what is overdue."""
    return case(*((schedule_is(table, each, today), rank) for rank, each in enumerate(PRESSING)), else_=len(PRESSING))


def due(table: type[Pledge | Action]) -> ColumnElement[date]:
    """The due date; what has none comes after all that has one."""
    return func.coalesce(table.due, date.max)

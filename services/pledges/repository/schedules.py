"""The rule of the schedule, for filters."""

from datetime import date

from sqlalchemy import ColumnElement, and_, func

from contracts.period import Period
from services.pledges.domain.status import Schedule
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

"""What was there before there were revisions has a first one, and so stays in the past once it is changed.

When it was made is on no record, so its first state is of a day before any. What was changed since reads that state out
of the audit entry of its first change. Their ids are below all others: revisions are read in the order of their ids.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FIRST_DAY = date(1900, 1, 1)
FIRST_MOMENT = datetime(1900, 1, 1, tzinfo=UTC)
NO_MEASURE = "no measure, baseline and date were given"


def _table(name: str, *columns: str, **typed: Any) -> sa.TableClause:
    return sa.table(name, *map(sa.column, columns), *(sa.column(each, of) for each, of in typed.items()))


DATE = sa.Date()
REVISION = _table(
    "state_revision",
    *("id", "kind", "subject", "actor"),
    recorded_at=UtcDateTime(),
    business_date=DATE,
    state=JsonText,
)
AUDIT = _table("audit_entry", "subject", "action", changed_at=UtcDateTime(), before=JsonText)
PLEDGE = _table(
    "pledge",
    *("id", "set_code", "number", "theme", "title", "delivery", "evidence", "measure", "baseline", "unrated_because"),
    top=sa.Boolean(),
    due=DATE,
    closed_on=DATE,
    measured_on=DATE,
    notes=JsonText,
)
AMENDMENT = _table("pledge_amendment", "id", "pledge", "text")
ASSIGNMENT = _table(
    "assignment",
    *("pledge", "ordinal", "portfolio_holder", "department", "director"),
    lead_officers=JsonText,
    valid_from=DATE,
    valid_to=DATE,
)
PRIORITY = _table("priority", "code", "title", "gap", leads=JsonText, notes=JsonText)
PLAIN = ("title", "priority", "kind", "phase", "step", "source", "part_of", "printed_period", "due_basis")
ACTION = _table(
    "action",
    *("code", *PLAIN, "figure", "figure_unit", "delivery"),
    due=DATE,
    closed_on=DATE,
    weight=ExactDecimal(),
    confirmed=sa.Boolean(),
    leads=JsonText,
    depends_on=JsonText,
    partners=JsonText,
    notes=JsonText,
)

States = Iterator[tuple[str, dict[str, Any]]]
"""Subjects, and what they are."""


def upgrade() -> None:
    found = [(kind, *each) for kind, read in STATES.items() for each in read(_recorded(kind))]
    found += list(_before_first_changes())
    lowest = op.get_bind().scalar(sa.select(sa.func.min(REVISION.c.id))) or 1
    rows = [
        {
            "id": min(lowest, 1) - place,
            "kind": kind,
            "subject": subject,
            "recorded_at": FIRST_MOMENT,
            "business_date": FIRST_DAY,
            "actor": "migration",
            "state": state,
        }
        for place, (kind, subject, state) in enumerate(found, 1)
    ]
    if rows:
        op.bulk_insert(REVISION, rows)


def _recorded(kind: str) -> sa.Select[Any]:
    return sa.select(REVISION.c.subject).where(REVISION.c.kind == kind)


def _rows(wanted: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
    return op.get_bind().execute(wanted).all()


def _pledges(recorded: sa.Select[Any]) -> States:
    assignments = _grouped(_rows(sa.select(ASSIGNMENT).order_by(ASSIGNMENT.c.pledge, ASSIGNMENT.c.ordinal)), "pledge")
    amendments = _grouped(_rows(sa.select(AMENDMENT).order_by(AMENDMENT.c.id)), "pledge")
    links = _links("indicator_link", "pledge")
    for row in _rows(sa.select(PLEDGE).where(PLEDGE.c.id.not_in(recorded)).order_by(PLEDGE.c.id)):
        amended = amendments[row.id]
        yield (
            row.id,
            {
                "format": 1,
                "set": row.set_code,
                "number": row.number,
                "theme": row.theme,
                "title": row.title,
                "wording": amended[-1].text if amended else row.title,
                "top": row.top,
                "due": _day(row.due),
                "delivery": row.delivery,
                "closed_on": _day(row.closed_on),
                "evidence": row.evidence,
                "measure": _measure(row),
                "cannot_be_rated": None if row.measure else row.unrated_because or NO_MEASURE,
                "assignments": [_assignment(one) for one in assignments[row.id]],
                "links": links[row.id],
                "notes": _notes(row),
            },
        )


def _measure(row: Any) -> dict[str, Any] | None:
    if not row.measure:
        return None
    return {"measure": row.measure, "baseline": row.baseline, "date": _day(row.measured_on)}


def _assignment(row: Any) -> dict[str, Any]:
    return {
        "portfolio_holder": row.portfolio_holder,
        "department": row.department,
        "director": row.director,
        "lead_officers": row.lead_officers,
        "valid_from": _day(row.valid_from),
        "valid_to": _day(row.valid_to),
    }


def _priorities(recorded: sa.Select[Any]) -> States:
    for row in _rows(sa.select(PRIORITY).where(PRIORITY.c.code.not_in(recorded)).order_by(PRIORITY.c.code)):
        plain = {name: getattr(row, name) for name in ("code", "title", "gap", "leads")}
        yield row.code, {"format": 1, **plain, "notes": _notes(row)}


def _actions(recorded: sa.Select[Any]) -> States:
    links = _links("action_link", "action")
    for row in _rows(sa.select(ACTION).where(ACTION.c.code.not_in(recorded)).order_by(ACTION.c.code)):
        state = {column.name: getattr(row, column.name) for column in ACTION.c if column.name != "code"}
        days = {name: _day(state[name]) for name in ("due", "closed_on")}
        weight = None if row.weight is None else format(row.weight, "f")
        yield row.code, {"format": 1, **state, **days, "weight": weight, "links": links[row.code], "notes": _notes(row)}


STATES: Mapping[str, Callable[[sa.Select[Any]], States]] = {
    "pledge": _pledges,
    "priority": _priorities,
    "action": _actions,
}
"""By kind, what reads those that are not recorded; dependencies were from the first."""


def _before_first_changes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What those were that were changed since without a revision of before."""
    first = sa.select(sa.func.min(REVISION.c.id)).where(REVISION.c.kind.in_(list(STATES)))
    same = sa.and_(AUDIT.c.subject == REVISION.c.subject, AUDIT.c.changed_at == REVISION.c.recorded_at)
    wanted = (
        sa.select(REVISION, AUDIT.c.action, AUDIT.c.before)
        .join(AUDIT, same)
        .where(REVISION.c.id.in_(first.group_by(REVISION.c.kind, REVISION.c.subject)))
        .order_by(REVISION.c.id)
    )
    for row in _rows(wanted):
        if row.before and row.action.startswith(f"{row.kind}."):
            yield row.kind, row.subject, row.state | row.before


def _links(table: str, owner: str) -> Mapping[str, list[dict[str, str]]]:
    columns = (owner, "indicator", "area", "breakdown")
    found = defaultdict[str, list[dict[str, str]]](list)
    linked = _table(table, *columns)
    for row in _rows(sa.select(linked).order_by(*(linked.c[name] for name in columns))):
        found[getattr(row, owner)].append({name: getattr(row, name) for name in columns[1:]})
    return found


def _grouped(rows: Iterable[sa.Row[Any]], name: str) -> Mapping[str, list[sa.Row[Any]]]:
    found = defaultdict[str, list[sa.Row[Any]]](list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _notes(row: Any) -> list[Any]:
    return row.notes["notes"] if row.notes else []


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def downgrade() -> None:
    op.execute(REVISION.delete().where(REVISION.c.recorded_at == FIRST_MOMENT))

"""What a risk would cost from a moment on, as what is said of it.

When it was priced stands in the audit record: from the first price on, its revisions are told again with the prices of
then, since what has the highest key counts. A price that the record does not tell of counts from the last change of its
risk. A risk that moved to another matrix lost its prices by it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from heapq import merge
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_OWN = ("risk_id", "by", "at", "business_date", "losses")
_RISK = sa.table(
    "risk",
    *map(sa.column, ("id", "ref")),
    sa.column("losses", JsonText),
    sa.column("changed_at", UtcDateTime()),
    sa.column("changed_on", sa.Date()),
)
_AUDIT = sa.table(
    "audit_entry",
    *map(sa.column, ("id", "actor", "action", "subject")),
    sa.column("changed_at", UtcDateTime()),
    sa.column("business_date", sa.Date()),
    sa.column("after", JsonText),
)
_PRICED, _MOVED = "risk.priced", "risk.moved"


class _From(NamedTuple):
    """What a risk would cost from a moment on, told by whom; ``source``: the revision that said the rest of it."""

    source: int
    by: str
    at: datetime
    on: date
    losses: Any


def upgrade() -> None:
    op.add_column("risk_revision", sa.Column("losses", JsonText))
    names = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("risk_revision")]
    copied = [name for name in names if name not in {"id", *_OWN}]
    changes = _changes()
    wanted = sa.or_(_RISK.c.losses.is_not(None), _RISK.c.ref.in_(sa.select(_AUDIT.c.subject).where(_is(_PRICED))))
    for risk in op.get_bind().execute(sa.select(_RISK).where(wanted).order_by(_RISK.c.id)).all():
        told = list(_told(_revisions(risk.id), changes[risk.ref]))
        for one in told:
            _insert("risk_revision", copied, risk.id, one)
        if (told[-1].losses if told else None) != risk.losses:
            _insert("risk", copied, risk.id, _From(risk.id, "system", risk.changed_at, risk.changed_on, risk.losses))


def _is(*actions: str) -> sa.ColumnElement[bool]:
    return _AUDIT.c.action.in_(actions)


def _changes() -> Mapping[str, list[Any]]:
    """By reference, the entries of what changed prices, oldest first."""
    found = defaultdict[str, list[Any]](list)
    for entry in op.get_bind().execute(sa.select(_AUDIT).where(_is(_PRICED, _MOVED)).order_by(_AUDIT.c.id)):
        found[entry.subject].append(entry)
    return found


def _revision(copied: Sequence[str] = ()) -> sa.TableClause:
    typed = (sa.column("at", UtcDateTime()), sa.column("business_date", sa.Date()), sa.column("losses", JsonText))
    return sa.table("risk_revision", *map(sa.column, ("id", "risk_id", "by", *copied)), *typed)


def _revisions(risk_id: int) -> Sequence[Any]:
    of = _revision().c
    wanted = sa.select(of.id, of.by, of.at, of.business_date).where(of.risk_id == risk_id).order_by(of.id)
    return op.get_bind().execute(wanted).all()


def _told(revisions: Sequence[Any], changes: Sequence[Any]) -> Iterator[_From]:
    """The revisions from the first price on, and those that its prices make between them, in their order."""
    source, losses, is_priced = None, None, False
    said = ((one.at, 0, one) for one in revisions)
    for _, is_change, one in merge(said, ((one.changed_at, 1, one) for one in changes), key=lambda each: each[:2]):
        if not is_change:
            source = one.id
        elif one.action == _PRICED:
            losses, is_priced = _stored(one.after), True
        else:
            losses = None
        if is_priced and source is not None:
            by, at = (one.actor, one.changed_at) if is_change else (one.by, one.at)
            yield _From(source, by, at, one.business_date, losses)


def _stored(after: Any) -> Any:
    """What an entry says was given, as a risk has it; nothing where none is left."""
    items = [{**band, "likelihood": str(band["likelihood"])} for band in after["losses"]]
    return {"format": 1, "items": items} if items else None


def _insert(source: str, copied: Sequence[str], risk_id: int, given: _From) -> None:
    """A revision with what a risk, or a revision of it, says."""
    of = sa.table(source, *map(sa.column, ("id", *copied))).c
    losses = sa.null() if given.losses is None else sa.literal(given.losses, JsonText)
    own = (sa.literal(risk_id), sa.literal(given.by), sa.literal(given.at, UtcDateTime()), sa.literal(given.on), losses)
    rows = sa.select(*own, *(of[name] for name in copied)).where(of.id == given.source)
    op.execute(sa.insert(_revision(copied)).from_select([*_OWN, *copied], rows))


def downgrade() -> None:
    op.execute("ALTER TABLE risk_revision DROP COLUMN losses")

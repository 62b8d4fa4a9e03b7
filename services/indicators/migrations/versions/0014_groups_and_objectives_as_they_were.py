"""Everything that groups of areas, outcomes, objectives, gaps of the system and priorities ever were."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FROM_EVER = {"revision": 1, "actor": "unknown", "recorded_at": datetime(1900, 1, 1, tzinfo=UTC)}
"""What is there now was read of every moment."""
LINKED = ("outcome", "objective", "system_gap", "priority")


def upgrade() -> None:
    groups = op.create_table(
        "area_group_revision",
        sa.Column("area_group", sa.String(80), nullable=False),
        *_revision(),
        sa.Column("content", JsonText, nullable=False),
        sa.ForeignKeyConstraint(["area_group"], ["area_group.code"], name="fk_area_group_revision_area_group"),
        sa.PrimaryKeyConstraint("area_group", "revision", name="pk_area_group_revision"),
    )
    objectives = op.create_table(
        "objective_revision",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        *_revision(),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("indicators", JsonText, nullable=False),
        sa.Column("position", sa.Integer()),
        sa.Column("part_of", sa.String(80)),
        sa.PrimaryKeyConstraint("kind", "code", "revision", name="pk_objective_revision"),
    )
    _give_groups_their_first(groups)
    for kind in LINKED:
        _give_linked_their_first(kind, objectives)


def _revision() -> list[sa.Column[Any]]:
    return [
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
    ]


def _column(name: str) -> sa.ColumnClause[Any]:
    return sa.column(name)


def _give_groups_their_first(history: sa.Table) -> None:
    found = sa.table("area_group", *map(_column, ("code", "name", "kind", "source")), sa.column("areas", JsonText))
    for row in op.get_bind().execute(sa.select(found)).mappings().all():
        content = {"format": 1, **{name: row[name] for name in ("code", "name", "kind", "source")}}
        areas = row["areas"] if isinstance(row["areas"], list) else row["areas"]["codes"]
        values = {"area_group": row["code"], "content": content | {"areas": areas}, **FROM_EVER}
        op.get_bind().execute(sa.insert(history).values(values))


def _give_linked_their_first(kind: str, history: sa.Table) -> None:
    found = sa.table(
        kind,
        *map(_column, ("code", "title", "part_of")),
        sa.column("indicators", JsonText),
        sa.column("position", sa.Integer()),
    )
    for row in op.get_bind().execute(sa.select(found)).mappings().all():
        op.get_bind().execute(sa.insert(history).values({"kind": kind, **row, **FROM_EVER}))


def downgrade() -> None:
    op.drop_table("objective_revision")
    op.drop_table("area_group_revision")

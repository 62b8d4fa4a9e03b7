"""Annotations and recalculations of control charts."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = ("indicator", "area", "breakdown", "kind", "period_end", "period_start", "revision")


def upgrade() -> None:
    op.create_table(
        "chart_remark",
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("breakdown", sa.String(100), server_default="", nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period_kind", sa.String(30), nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name="fk_chart_remark_indicator"),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name="fk_chart_remark_area"),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_chart_remark"),
    )


def downgrade() -> None:
    op.drop_table("chart_remark")

"""Commentaries."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ON = ["indicator", "area", "breakdown", "period_end", "period_start"]


def upgrade() -> None:
    op.create_table(
        "commentary",
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("breakdown", sa.String(100), server_default="", nullable=False),
        sa.Column("period_kind", sa.String(30), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name="fk_commentary_indicator"),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name="fk_commentary_area"),
        sa.PrimaryKeyConstraint("indicator", "number", name="pk_commentary"),
    )
    op.create_index("uq_commentary_on", "commentary", _ON, unique=True)
    op.create_table(
        "commentary_revision",
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("author", sa.String(300)),
        sa.Column("source", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator", "number"],
            ["commentary.indicator", "commentary.number"],
            name="fk_commentary_revision_indicator_number",
        ),
        sa.PrimaryKeyConstraint("indicator", "number", "revision", name="pk_commentary_revision"),
    )


def downgrade() -> None:
    op.drop_table("commentary_revision")
    op.drop_table("commentary")

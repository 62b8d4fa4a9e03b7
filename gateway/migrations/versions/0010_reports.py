"""The board's reports of quarters, and what was added to them later."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("quarter", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("drafted_by", sa.String(length=100), nullable=False),
        sa.Column("drafted_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", sa.String(length=100), nullable=True),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("quarter", name=op.f("pk_report")),
    )
    op.create_table(
        "report_addendum",
        sa.Column("quarter", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("known_on", sa.String(length=10), nullable=False),
        sa.Column("differences", JsonText, nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["quarter"], ["report.quarter"], name=op.f("fk_report_addendum_quarter_report")),
        sa.PrimaryKeyConstraint("quarter", "number", name=op.f("pk_report_addendum")),
    )


def downgrade() -> None:
    op.drop_table("report_addendum")
    op.drop_table("report")

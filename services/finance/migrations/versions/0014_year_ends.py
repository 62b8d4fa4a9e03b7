"""Ends of years, signed off for good."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "year_end",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("financial_year", sa.String(7), nullable=False),
        sa.Column("result", JsonText, nullable=False),
        sa.Column("decision", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.String(100), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_year_end_fund")),
        sa.PrimaryKeyConstraint("fund", "financial_year", name=op.f("pk_year_end")),
    )


def downgrade() -> None:
    op.drop_table("year_end")

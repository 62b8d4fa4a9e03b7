"""Virements, proposed by one person and decided by another."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import ExactDecimal, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "virement",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("reference", sa.String(100), nullable=False),
        sa.Column("financial_year", sa.String(7), nullable=False),
        sa.Column("giving", sa.String(60), nullable=False),
        sa.Column("receiving", sa.String(60), nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("proposed_by", sa.String(100), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("decision_reason", sa.Text()),
        sa.Column("entry", sa.BigInteger()),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_virement_fund")),
        sa.PrimaryKeyConstraint("fund", "reference", name=op.f("pk_virement")),
    )


def downgrade() -> None:
    op.drop_table("virement")

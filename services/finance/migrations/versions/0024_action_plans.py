"""Action plans of funds. The version before, which goes on with this schema, knows nothing of them."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "action_plan",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("financial_year", sa.String(7), nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("event_version", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_action_plan_fund")),
        sa.PrimaryKeyConstraint("fund", "reference", name=op.f("pk_action_plan")),
    )


def downgrade() -> None:
    op.drop_table("action_plan")

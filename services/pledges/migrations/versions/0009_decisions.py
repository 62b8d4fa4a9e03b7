"""Decisions about pledges, and what each was taken on."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, JsonText, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pledge_decision",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("pledge", sa.String(30), nullable=False),
        sa.Column("decision", sa.String(30), nullable=False),
        sa.Column("portfolio_holder", sa.String(200)),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(2000)),
        sa.Column("would_change_it", sa.String(2000)),
        sa.Column("evidence", JsonText, nullable=False),
        sa.Column("state", JsonText, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["pledge"], ["pledge.id"], name="fk_pledge_decision_pledge"),
        sa.PrimaryKeyConstraint("id", name="pk_pledge_decision"),
    )
    op.create_index("ix_pledge_decision_pledge", "pledge_decision", ["pledge"])


def downgrade() -> None:
    op.drop_table("pledge_decision")

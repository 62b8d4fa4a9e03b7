"""Quarterly returns and the steps taken with them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.storage.types import BigId, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "pledge_return",
        sa.Column("id", sa.String(60), nullable=False),
        sa.Column("pledge", sa.String(30), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("period_kind", sa.String(30), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("portfolio_holder", sa.String(200), nullable=False),
        sa.Column("department", sa.String(200), nullable=False),
        sa.Column("director", sa.String(200), nullable=False),
        sa.Column("lead_officers", JSON, nullable=False),
        sa.Column("colour", sa.String(20)),
        sa.Column("narrative", sa.String(4000)),
        sa.Column("next_steps", sa.String(4000)),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("submitted_on", sa.Date()),
        sa.Column("missing_since", sa.Date()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["pledge"], ["pledge.id"], name="fk_pledge_return_pledge"),
        sa.PrimaryKeyConstraint("id", name="pk_pledge_return"),
    )
    op.create_index("ix_pledge_return_pledge", "pledge_return", ["pledge"])
    op.create_index("ix_pledge_return_period_start_pledge_return_state", "pledge_return", ["period_start", "state"])
    op.create_table(
        "return_step",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("quarterly_return", sa.String(60), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("on_behalf_of", sa.String(200)),
        sa.Column("reason", sa.String(2000)),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["quarterly_return"], ["pledge_return.id"], name="fk_return_step_quarterly_return"),
        sa.PrimaryKeyConstraint("id", name="pk_return_step"),
    )
    op.create_index("ix_return_step_quarterly_return", "return_step", ["quarterly_return"])


def downgrade() -> None:
    op.drop_table("return_step")
    op.drop_table("pledge_return")

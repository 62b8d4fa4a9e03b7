"""Risks accepted as they are for a while."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, JsonText, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("risk", sa.Column("accepted_score", sa.SmallInteger()))
    op.create_table(
        "acceptance",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("risk_id", BigId, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("accepted", JsonText, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_on", JsonText, nullable=False),
        sa.Column("requested_by", sa.String(100), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(100)),
        sa.Column("approved_at", UtcDateTime()),
        sa.Column("approved_on", sa.Date()),
        sa.Column("approval_reason", sa.Text()),
        sa.Column("ended_by", sa.String(100)),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("ended_on", sa.Date()),
        sa.Column("ended_why", sa.Text()),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name="fk_acceptance_risk_id"),
        sa.PrimaryKeyConstraint("id", name="pk_acceptance"),
    )
    op.create_index("ix_acceptance_risk", "acceptance", ["risk_id", "state"])
    op.create_index("ix_acceptance_until", "acceptance", ["state", "until"])


def downgrade() -> None:
    """What is accepted is open: nothing before this knows the status."""
    for table in ("risk", "risk_revision"):
        op.execute(f"UPDATE {table} SET status = 'open' WHERE status = 'accepted'")  # noqa: S608  our own tables
    op.drop_table("acceptance")
    op.execute("ALTER TABLE risk DROP COLUMN accepted_score")

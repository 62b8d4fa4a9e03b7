"""Boards, who is responsible for what, meetings, reports and decisions."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "governance_record",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("board", sa.String(80)),
        sa.Column("day", sa.Date()),
        sa.Column("state", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("kind", "code", name="pk_governance_record"),
    )
    op.create_index("ix_governance_record_kind_governance_record_board", "governance_record", ["kind", "board"])
    op.create_index("ix_governance_record_kind_governance_record_day", "governance_record", ["kind", "day"])


def downgrade() -> None:
    op.drop_table("governance_record")

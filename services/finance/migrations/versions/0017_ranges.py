"""Printed tables of savings ranges."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "range_model",
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("unit", ExactDecimal(), nullable=False),
        sa.Column("cells", JsonText, nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_range_model")),
    )


def downgrade() -> None:
    op.drop_table("range_model")

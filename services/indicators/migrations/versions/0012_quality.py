"""Rules of quality, and late values that were told of."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quality_rules",
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name="fk_quality_rules_indicator"),
        sa.PrimaryKeyConstraint("indicator", name="pk_quality_rules"),
    )
    op.create_table(
        "late_value",
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("breakdown", sa.String(100), server_default="", nullable=False),
        sa.Column("period_kind", sa.String(30), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name="fk_late_value_indicator"),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name="fk_late_value_area"),
        sa.PrimaryKeyConstraint("indicator", "area", "breakdown", name="pk_late_value"),
    )


def downgrade() -> None:
    op.drop_table("late_value")
    op.drop_table("quality_rules")

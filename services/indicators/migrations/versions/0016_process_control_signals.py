"""Series whose events carry what process control says of them."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "process_control_signal",
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("breakdown", sa.String(100), server_default="", nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name="fk_process_control_signal_indicator"),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name="fk_process_control_signal_area"),
        sa.PrimaryKeyConstraint("indicator", "area", "breakdown", name="pk_process_control_signal"),
    )


def downgrade() -> None:
    op.drop_table("process_control_signal")

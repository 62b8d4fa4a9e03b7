"""How many calls are left to each caller, which gateways share."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_level",
        sa.Column("caller", sa.String(length=100), nullable=False),
        sa.Column("calls_left", sa.Double(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("caller", name=op.f("pk_call_level")),
    )


def downgrade() -> None:
    op.drop_table("call_level")

"""Where a risk is in its life: those of before are open."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("risk", sa.Column("status", sa.String(length=20), nullable=False, server_default="open"))


def downgrade() -> None:
    op.execute("ALTER TABLE risk DROP COLUMN status")

"""When a framework ended."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("framework", sa.Column("ended_on", sa.Date()))


def downgrade() -> None:
    op.execute("ALTER TABLE framework DROP COLUMN ended_on")

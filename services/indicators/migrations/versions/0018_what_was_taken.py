"""Which observations were taken from the newest event of another service."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_event", sa.Column("taken", JsonText))


def downgrade() -> None:
    op.execute("ALTER TABLE source_event DROP COLUMN taken")

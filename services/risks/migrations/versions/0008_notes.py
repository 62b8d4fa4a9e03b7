"""Where the sources of a risk contradict each other."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("risk", sa.Column("notes", JsonText))


def downgrade() -> None:
    op.execute("ALTER TABLE risk DROP COLUMN notes")

"""What a risk would cost in pounds, by likelihood."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("risk", sa.Column("losses", JsonText))


def downgrade() -> None:
    op.execute("ALTER TABLE risk DROP COLUMN losses")

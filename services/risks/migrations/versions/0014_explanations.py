"""The periods of a series with its newest event, and with a change of a rating what decided it."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("indicator_series", sa.Column("points", sa.Text()))
    op.add_column("history", sa.Column("rated", JsonText))


def downgrade() -> None:
    op.execute("ALTER TABLE history DROP COLUMN rated")
    op.execute("ALTER TABLE indicator_series DROP COLUMN points")

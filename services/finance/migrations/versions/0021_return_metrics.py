"""Funds say by which series of indicators their return tells its metrics: by none so far.

The version before, which goes on with this schema, neither reads nor writes it.
"""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fund") as table:
        table.add_column(sa.Column("metrics", JsonText))


def downgrade() -> None:
    with op.batch_alter_table("fund") as table:
        table.drop_column("metrics")

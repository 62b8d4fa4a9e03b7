"""Schemes say whether their saving is in the budget already: none was.

The default stays with the column: the version before, which goes on with this schema, says nothing of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("scheme") as table:
        table.add_column(sa.Column("in_budget", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("scheme") as table:
        table.drop_column("in_budget")

"""Budget lines say which partner pays for them (the host, of those that were there) and whether they are illustrative.

The default stays with the column: the version before, which goes on with this schema, says nothing of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("budget_line") as table:
        table.add_column(sa.Column("partner", sa.String(60)))
        table.add_column(sa.Column("illustrative", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("budget_line") as table:
        table.drop_column("illustrative")
        table.drop_column("partner")

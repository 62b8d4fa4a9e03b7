"""Which directorates a key may write for; one that is there is limited to none."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_key") as table:
        table.add_column(sa.Column("directorates", JsonText, nullable=False, server_default="[]"))
    with op.batch_alter_table("api_key") as table:
        table.alter_column("directorates", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("api_key") as table:
        table.drop_column("directorates")

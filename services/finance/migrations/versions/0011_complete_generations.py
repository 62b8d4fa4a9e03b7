"""The generation of which every period of a series was told."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("series") as series:
        series.add_column(sa.Column("complete_generation", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("series") as series:
        series.alter_column("complete_generation", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("series") as series:
        series.drop_column("complete_generation")

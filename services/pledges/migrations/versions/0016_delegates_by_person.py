"""Delegates that are persons, and the person behind each step of a return."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delegation", sa.Column("kind", sa.String(10), server_default="name", nullable=False))
    op.add_column("return_step", sa.Column("person", sa.String(200)))


def downgrade() -> None:
    op.execute("ALTER TABLE return_step DROP COLUMN person")
    with op.batch_alter_table("delegation") as batch:
        batch.drop_column("kind")

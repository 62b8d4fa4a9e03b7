"""Mappings of files, and the files of imports."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_mapping",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_file_mapping"),
    )
    op.create_table(
        "import_part",
        sa.Column("import_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "kind", "number", name="pk_import_part"),
    )


def downgrade() -> None:
    op.drop_table("import_part")
    op.drop_table("file_mapping")

"""Sessions of people who have signed in by a provider."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("page_session", sa.Column("subject", sa.String(length=100), nullable=True))
    op.add_column("page_session", sa.Column("shown_name", sa.String(length=100), nullable=True))
    op.add_column("page_session", sa.Column("scopes", sa.String(length=1000), nullable=True))
    op.add_column("page_session", sa.Column("good_until", UtcDateTime(), nullable=True))
    op.add_column("page_session", sa.Column("asking_until", UtcDateTime(), nullable=True))
    op.add_column("page_session", sa.Column("sealed", sa.Text(), nullable=True))
    with op.batch_alter_table("page_session") as batch:
        batch.alter_column("key_hash", existing_type=sa.String(length=64), nullable=True)
    op.create_index("ix_page_session_subject_opened_at", "page_session", ["subject", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_page_session_subject_opened_at", "page_session")
    op.execute("DELETE FROM page_session WHERE key_hash IS NULL")
    with op.batch_alter_table("page_session") as batch:
        batch.alter_column("key_hash", existing_type=sa.String(length=64), nullable=False)
        for name in ("sealed", "asking_until", "good_until", "scopes", "shown_name", "subject"):
            batch.drop_column(name)

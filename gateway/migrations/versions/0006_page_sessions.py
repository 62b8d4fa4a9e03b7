"""Sessions of people who have signed in on pages."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_session",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("last_visit", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_page_session_token_hash")),
    )
    op.create_index("ix_page_session_key_hash_opened_at", "page_session", ["key_hash", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_page_session_key_hash_opened_at", "page_session")
    op.drop_table("page_session")

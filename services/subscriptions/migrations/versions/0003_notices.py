"""Who is told of what waits, what waits, and the messages about it."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, JsonText, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_recipient()
    _create_notice()
    _create_message()


def _create_recipient() -> None:
    op.create_table(
        "recipient",
        sa.Column("code", sa.String(80), primary_key=True),
        sa.Column("definition", JsonText, nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("look_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "recipient_owner",
        sa.Column("owner", sa.String(200), primary_key=True),
        sa.Column("recipient", sa.String(80), nullable=False),
    )
    op.create_index("ix_recipient_owner_recipient", "recipient_owner", ["recipient"])


def _create_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("service", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(200)),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("from_day", sa.Date()),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime()),
        sa.Column("told_at", UtcDateTime()),
        sa.Column("reminded_at", UtcDateTime()),
        sa.Column("escalated_at", UtcDateTime()),
    )
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_notice_open",
        "notice",
        ["kind", "service", "subject"],
        unique=True,
        postgresql_where=is_open,
        sqlite_where=is_open,
    )
    op.create_index("ix_notice_owner", "notice", ["owner", "closed_at"])
    op.create_index("ix_notice_closed_at", "notice", ["closed_at"])
    head = op.create_table(
        "notice_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "position": 0}])


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("on_behalf_of", sa.String(80)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("notices", JsonText, nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_failed_at", UtcDateTime()),
        sa.Column("outcome", sa.String(20)),
        sa.Column("detail", sa.String(200)),
        sa.Column("sent_at", UtcDateTime()),
        sa.Column("lease", sa.String(36)),
        sa.Column("lease_until", UtcDateTime()),
    )
    op.create_index("ix_message_state", "message", ["state", "due_at"])
    op.create_index("ix_message_created_at", "message", ["created_at"])


def downgrade() -> None:
    for name in ("message", "notice_head", "notice", "recipient_owner", "recipient"):
        op.drop_table(name)

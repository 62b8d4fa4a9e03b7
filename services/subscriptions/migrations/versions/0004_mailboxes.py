"""Messages to mailboxes, and how many each subscription has had."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox_message",
        sa.Column("subscription_id", sa.String(40), nullable=False),
        sa.Column("local_id", sa.String(80), nullable=False),
        sa.Column("number", sa.BigInteger()),
        sa.Column("positions", JsonText, nullable=False),
        sa.Column("planned_at", UtcDateTime(), nullable=False),
        sa.Column("moves", JsonText),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("message_id", sa.String(120)),
        sa.Column("size", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("code", sa.String(40)),
        sa.Column("description", sa.Text()),
        sa.PrimaryKeyConstraint("subscription_id", "local_id", name="pk_mailbox_message"),
    )
    op.create_index("ix_mailbox_message_status", "mailbox_message", ["subscription_id", "status"])
    op.create_index("ix_mailbox_message_planned_at", "mailbox_message", ["planned_at"])
    op.add_column("subscription", sa.Column("messages", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("subscription") as table:
        table.drop_column("messages")
    op.drop_table("mailbox_message")

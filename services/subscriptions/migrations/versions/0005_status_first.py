"""Messages to mailboxes are found by their status first, of whatever subscription: measures read every one before."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_INDEX, _TABLE = "ix_mailbox_message_status", "mailbox_message"


def upgrade() -> None:
    op.drop_index(_INDEX, _TABLE)
    op.create_index(_INDEX, _TABLE, ["status", "subscription_id"])


def downgrade() -> None:
    op.drop_index(_INDEX, _TABLE)
    op.create_index(_INDEX, _TABLE, ["subscription_id", "status"])

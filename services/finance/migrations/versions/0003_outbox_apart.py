"""The outbox apart: events written once, what waits and the feed in narrow tables."""

from chassis.storage.revisions import outbox_apart, outbox_together

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    outbox_apart()


def downgrade() -> None:
    outbox_together()

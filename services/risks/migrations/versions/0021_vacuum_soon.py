"""Space of trimmed rows is used again sooner on PostgreSQL."""

from chassis.storage.revisions import vacuum_as_usual, vacuum_soon

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    vacuum_soon()


def downgrade() -> None:
    vacuum_as_usual()

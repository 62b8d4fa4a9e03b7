"""Jobs and their steps."""

from chassis.storage.revisions import jobs, without_jobs

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    jobs()


def downgrade() -> None:
    without_jobs()

"""Jobs and their steps."""

from chassis.storage.revisions import jobs, without_jobs

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    jobs()


def downgrade() -> None:
    without_jobs()

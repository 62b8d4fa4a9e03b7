"""Events are ordered by the generation of their producer's database, then by version."""

from chassis.storage.revisions import generations, no_generations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    generations()


def downgrade() -> None:
    no_generations()

"""With an assessment what decided the ratings from then on, the matrix and the rules; null of those made before."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assessment", sa.Column("rated", JsonText))
    op.add_column("assessment", sa.Column("matrix", sa.String(80)))
    op.add_column("assessment", sa.Column("rule_version", sa.SmallInteger()))


def downgrade() -> None:
    for name in ("rule_version", "matrix", "rated"):
        op.execute(f"ALTER TABLE assessment DROP COLUMN {name}")

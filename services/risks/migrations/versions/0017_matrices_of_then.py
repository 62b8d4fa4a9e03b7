"""The matrix that a risk was on from a moment on, and the band of what was proposed on a matrix that it has left."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("risk_revision", sa.Column("matrix_id", sa.BigInteger()))
    op.execute(
        "UPDATE risk_revision SET matrix_id = (SELECT matrix_id FROM risk WHERE risk.id = risk_revision.risk_id)"
    )
    op.add_column("proposal", sa.Column("band", sa.String(20)))


def downgrade() -> None:
    op.execute("ALTER TABLE proposal DROP COLUMN band")
    op.execute("ALTER TABLE risk_revision DROP COLUMN matrix_id")

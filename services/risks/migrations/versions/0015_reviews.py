"""The review that is open of a risk, with the day it is due."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_COLUMNS = ("review_opened_at", "review_opened_on", "review_due", "review_published")


def upgrade() -> None:
    op.add_column("risk", sa.Column("review_opened_at", UtcDateTime()))
    op.add_column("risk", sa.Column("review_opened_on", sa.Date()))
    op.add_column("risk", sa.Column("review_due", sa.Date()))
    op.add_column("risk", sa.Column("review_published", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_risk_review", "risk", ["review_due"])


def downgrade() -> None:
    op.drop_index("ix_risk_review", "risk")
    for name in _COLUMNS:
        op.execute(f"ALTER TABLE risk DROP COLUMN {name}")

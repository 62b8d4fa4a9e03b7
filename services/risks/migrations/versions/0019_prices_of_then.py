"""What a risk would cost from a moment on, as what is said of it; what is given now counts from its last change."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_OWN = {"id", "risk_id", "by", "at", "business_date"}


def upgrade() -> None:
    op.add_column("risk_revision", sa.Column("losses", JsonText))
    names = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("risk_revision")]
    copied = ", ".join(f'"{name}"' for name in names if name not in _OWN)
    op.execute(
        f'INSERT INTO risk_revision (risk_id, "by", "at", business_date, {copied}) '  # noqa: S608  names of columns
        f"SELECT id, 'system', changed_at, changed_on, {copied} FROM risk WHERE losses IS NOT NULL ORDER BY id"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE risk_revision DROP COLUMN losses")

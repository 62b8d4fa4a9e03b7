"""Which indicator counts of a service standard are recorded of."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service_standard", sa.Column("indicator", sa.String(80)))


def downgrade() -> None:
    op.execute("ALTER TABLE service_standard DROP COLUMN indicator")

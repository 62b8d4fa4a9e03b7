"""The last day of an acceptance beside the risk, and the category that a risk was in when it passed the tolerance."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("risk", sa.Column("accepted_until", sa.Date()))
    op.execute(
        "UPDATE risk SET accepted_until = (SELECT max(until) FROM acceptance "
        "WHERE acceptance.risk_id = risk.id AND acceptance.state = 'in_force') WHERE status = 'accepted'"
    )
    op.add_column("tolerance_breach", sa.Column("category", sa.String(120)))
    op.execute(
        "UPDATE tolerance_breach SET category = (SELECT category FROM risk_revision WHERE id = (SELECT max(id) "
        "FROM risk_revision WHERE risk_id = tolerance_breach.risk_id AND at <= tolerance_breach.began_at))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE tolerance_breach DROP COLUMN category")
    op.execute("ALTER TABLE risk DROP COLUMN accepted_until")

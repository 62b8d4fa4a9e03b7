"""How much risk is wanted and tolerated by category, and when a risk was beyond it."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, JsonText, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ON_RISKS = ("appetite_score", "tolerance_score", "breached")


def upgrade() -> None:
    op.add_column("risk", sa.Column("appetite_score", sa.SmallInteger()))
    op.add_column("risk", sa.Column("tolerance_score", sa.SmallInteger()))
    op.add_column("risk", sa.Column("breached", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "appetite_statement",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("category", sa.String(120), nullable=False),
        sa.Column("matrix_id", BigId, nullable=False),
        sa.Column("appetite", sa.SmallInteger()),
        sa.Column("tolerance", sa.SmallInteger()),
        sa.Column("text", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["matrix_id"], ["matrix.id"], name="fk_appetite_statement_matrix_id"),
        sa.PrimaryKeyConstraint("id", name="pk_appetite_statement"),
    )
    op.create_index("ix_appetite_statement_category", "appetite_statement", ["category", "matrix_id"])
    op.create_table(
        "tolerance_breach",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("risk_id", BigId, nullable=False),
        sa.Column("rating", JsonText, nullable=False),
        sa.Column("tolerance", sa.SmallInteger(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("ended_on", sa.Date()),
        sa.ForeignKeyConstraint(["risk_id"], ["risk.id"], name="fk_tolerance_breach_risk_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tolerance_breach"),
    )
    op.create_index("ix_tolerance_breach_risk", "tolerance_breach", ["risk_id", "ended_on"])


def downgrade() -> None:
    op.drop_table("tolerance_breach")
    op.drop_table("appetite_statement")
    for name in _ON_RISKS:
        op.execute(f"ALTER TABLE risk DROP COLUMN {name}")

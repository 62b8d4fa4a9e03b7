"""What moved budget lines is added up by period, so that a position reads no day of effect.

The version before adds nothing to these sums, so that it must not go on with this schema: see docs/deployment.md.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_FILL = """
    INSERT INTO line_balance (fund, financial_year, line, layer, period, debit, credit)
    SELECT fund, financial_year, account, layer, period, CAST(sum(debit) AS BIGINT), CAST(sum(credit) AS BIGINT)
    FROM ledger_balance
    WHERE layer IN ('virement', 'outturn') AND account <> '~control'
    GROUP BY fund, financial_year, account, layer, period
"""


def upgrade() -> None:
    op.create_table(
        "line_balance",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("financial_year", sa.String(7), nullable=False),
        sa.Column("line", sa.String(60), nullable=False),
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("period", sa.String(60), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_line_balance_fund")),
        sa.PrimaryKeyConstraint("fund", "financial_year", "line", "layer", "period", name=op.f("pk_line_balance")),
    )
    op.execute(_FILL)


def downgrade() -> None:
    op.drop_table("line_balance")

"""Returns of the Better Care Fund, revision by revision."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "return_revision",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("quarter_start", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_return_revision_fund")),
        sa.PrimaryKeyConstraint("fund", "quarter_start", "number", name=op.f("pk_return_revision")),
    )


def downgrade() -> None:
    op.drop_table("return_revision")

"""Which state of a fund was published last."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "published_fund",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64)),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_published_fund_fund")),
        sa.PrimaryKeyConstraint("fund", name=op.f("pk_published_fund")),
    )
    # events stay when this revision is taken back: their versions go on
    op.execute(
        "INSERT INTO published_fund (fund, version) SELECT code, "
        "coalesce((SELECT max(version) FROM outbox WHERE subject = 'fund/' || code), 0) FROM fund"
    )


def downgrade() -> None:
    op.drop_table("published_fund")

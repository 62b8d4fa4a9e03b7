"""What was published of the indicators that take the ratings of homes."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating_feed_event",
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("periods", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_rating_feed_event"),
    )


def downgrade() -> None:
    op.drop_table("rating_feed_event")

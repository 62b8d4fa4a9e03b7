"""Risks and savings schemes that pledges are linked to, and the latest values of their indicators.

Values were not kept before: of a series that no event has told of since, they are taken by a rebuild of the service.
"""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import ExactDecimal, JsonText

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("indicator_colour", sa.Column("value", ExactDecimal()))
    op.add_column("indicator_colour", sa.Column("unit", sa.String(40)))
    op.create_table(
        "elsewhere_link",
        sa.Column("pledge", sa.String(30), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("code", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["pledge"], ["pledge.id"], name="fk_elsewhere_link_pledge"),
        sa.PrimaryKeyConstraint("pledge", "kind", "code", name="pk_elsewhere_link"),
    )
    op.create_index("ix_elsewhere_link_kind_elsewhere_link_code", "elsewhere_link", ["kind", "code"])
    op.create_table(
        "elsewhere_state",
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("code", sa.String(200), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(64)),
        sa.Column("state", JsonText),
        sa.PrimaryKeyConstraint("kind", "code", name="pk_elsewhere_state"),
    )


def downgrade() -> None:
    op.drop_table("elsewhere_state")
    op.drop_table("elsewhere_link")
    op.execute("ALTER TABLE indicator_colour DROP COLUMN unit")
    op.execute("ALTER TABLE indicator_colour DROP COLUMN value")

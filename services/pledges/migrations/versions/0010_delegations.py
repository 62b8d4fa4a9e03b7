"""Who takes the steps of returns on whose behalf."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("delegate", sa.String(200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("reason", sa.String(2000)),
        sa.PrimaryKeyConstraint("code", name="pk_delegation"),
    )
    op.create_index("ix_delegation_person_delegation_delegate", "delegation", ["person", "delegate"])


def downgrade() -> None:
    op.drop_table("delegation")

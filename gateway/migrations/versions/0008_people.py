"""People, and the keys and subjects of tokens that are theirs."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_person")),
    )
    op.create_table(
        "person_name",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.code"], name=op.f("fk_person_name_person_person")),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_person_name")),
    )
    op.create_index(op.f("ix_person_name_person"), "person_name", ["person"])


def downgrade() -> None:
    op.drop_table("person_name")
    op.drop_table("person")

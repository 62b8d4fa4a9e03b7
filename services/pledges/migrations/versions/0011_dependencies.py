"""Events of actions, what they were printed with, and what they wait for outside of themselves."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("action") as action:
        action.add_column(sa.Column("partners", JsonText, nullable=False, server_default="[]"))
        action.add_column(sa.Column("printed_period", sa.String(200)))
        action.add_column(sa.Column("due_basis", sa.String(200)))
        action.add_column(sa.Column("figure", sa.String(80)))
        action.add_column(sa.Column("figure_unit", sa.String(80)))
        action.add_column(sa.Column("version", sa.BigInteger(), nullable=False, server_default="0"))
        action.add_column(sa.Column("published", JsonText))
    with op.batch_alter_table("action") as action:
        action.alter_column("partners", server_default=None)
        action.alter_column("version", server_default=None)
    op.create_table(
        "dependency",
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("priority", sa.String(80)),
        sa.Column("action", sa.String(80)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.String(1000), nullable=False),
        sa.Column("partners", JsonText, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("needed_by", sa.Date()),
        sa.Column("number", sa.Integer()),
        sa.Column("source", sa.String(200)),
        sa.ForeignKeyConstraint(["priority"], ["priority.code"], name="fk_dependency_priority"),
        sa.ForeignKeyConstraint(["action"], ["action.code"], name="fk_dependency_action"),
        sa.PrimaryKeyConstraint("code", name="pk_dependency"),
    )
    op.create_index("ix_dependency_priority", "dependency", ["priority"])
    op.create_index("ix_dependency_action", "dependency", ["action"])


def downgrade() -> None:
    op.drop_table("dependency")
    with op.batch_alter_table("action") as action:
        for name in ("published", "version", "figure_unit", "figure", "due_basis", "printed_period", "partners"):
            action.drop_column(name)

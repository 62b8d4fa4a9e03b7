"""What a pledge was made with and what it last published are stored as formats of the domain, under their own names."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PLEDGE = {"made_as": "definition", "told": "published"}


def upgrade() -> None:
    with op.batch_alter_table("pledge") as pledge:
        for old, new in PLEDGE.items():
            pledge.alter_column(old, new_column_name=new)
    with op.batch_alter_table("assignment") as assignment:
        assignment.alter_column("place", new_column_name="ordinal")


def downgrade() -> None:
    with op.batch_alter_table("assignment") as assignment:
        assignment.alter_column("ordinal", new_column_name="place")
    with op.batch_alter_table("pledge") as pledge:
        for old, new in PLEDGE.items():
            pledge.alter_column(new, new_column_name=old)

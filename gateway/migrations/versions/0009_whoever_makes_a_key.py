"""Whoever makes a key may be the subject of a token, which is longer than the name of a key."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BEFORE, _NOW = sa.String(length=64), sa.String(length=100)


def upgrade() -> None:
    with op.batch_alter_table("api_key") as table:
        table.alter_column("created_by", existing_type=_BEFORE, type_=_NOW, existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("api_key") as table:
        table.alter_column("created_by", existing_type=_NOW, type_=_BEFORE, existing_nullable=False)

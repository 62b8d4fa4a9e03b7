"""What a key may do, whose it is, until when, and the secret before: a key that is there may do what it could."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LATER = ("owner", "expires_at", "previous_prefix", "previous_hash", "previous_until")


def upgrade() -> None:
    with op.batch_alter_table("api_key") as table:
        table.add_column(sa.Column("scopes", sa.String(length=1000), nullable=False, server_default="admin"))
        table.add_column(sa.Column("areas", sa.String(length=500), nullable=False, server_default=""))
        table.add_column(sa.Column("owner", sa.String(length=200), nullable=True))
        table.add_column(sa.Column("expires_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("previous_prefix", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("previous_hash", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("previous_until", UtcDateTime(), nullable=True))
    with op.batch_alter_table("api_key") as table:
        table.alter_column("scopes", server_default=None)
        table.alter_column("areas", server_default=None)
        table.create_unique_constraint(op.f("uq_api_key_previous_hash"), ["previous_hash"])


def downgrade() -> None:
    with op.batch_alter_table("api_key") as table:
        table.drop_constraint(op.f("uq_api_key_previous_hash"), type_="unique")
        for name in ("scopes", "areas", *_LATER):
            table.drop_column(name)

"""Changes to the tables of the chassis, which every service makes in a revision of its own."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, JsonText, UtcDateTime

_UNPUBLISHED = sa.text("position IS NULL")


def outbox_apart() -> None:
    """What waits and the feed move out of the outbox, into narrow tables of their own."""
    op.create_table("unpublished", sa.Column("id", BigId, primary_key=True, autoincrement=False))
    op.create_table(
        "feed",
        sa.Column("position", BigId, primary_key=True, autoincrement=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
    )
    op.execute("INSERT INTO unpublished (id) SELECT id FROM outbox WHERE position IS NULL")
    op.execute(
        "INSERT INTO feed (position, outbox_id, published_at) "
        "SELECT position, id, published_at FROM outbox WHERE position IS NOT NULL"
    )
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_index("ix_outbox_unpublished")
        outbox.drop_constraint("uq_outbox_event_id", type_="unique")
        outbox.drop_constraint("uq_outbox_position", type_="unique")
        outbox.drop_column("position")
        outbox.drop_column("published_at")


def outbox_together() -> None:
    """The outbox as it was before."""
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("position", sa.BigInteger()))
        outbox.add_column(sa.Column("published_at", UtcDateTime()))
    for name in ("position", "published_at"):
        op.execute(f"UPDATE outbox SET {name} = (SELECT {name} FROM feed WHERE outbox_id = outbox.id)")  # noqa: S608  ours
    with op.batch_alter_table("outbox") as outbox:
        outbox.create_unique_constraint("uq_outbox_event_id", ["event_id"])
        outbox.create_unique_constraint("uq_outbox_position", ["position"])
        outbox.create_index("ix_outbox_unpublished", ["id"], postgresql_where=_UNPUBLISHED, sqlite_where=_UNPUBLISHED)
    op.drop_table("feed")
    op.drop_table("unpublished")


def audit_and_idempotency() -> None:
    """Entries of who changed what, and answers to what was sent under a key."""
    op.create_table(
        "audit_entry",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("request_id", sa.String(64)),
        sa.Column("trace_id", sa.String(32)),
        sa.Column("action", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("before", JsonText),
        sa.Column("after", JsonText),
        sa.Column("reason", sa.Text()),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject", "id"])
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor", "id"])
    op.create_index("ix_audit_entry_changed_at", "audit_entry", ["changed_at"])
    op.create_table(
        "idempotency_key",
        sa.Column("caller", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JsonText, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_idempotency_key_answered_at", "idempotency_key", ["answered_at"])


def without_audit_and_idempotency() -> None:
    """As before, without either."""
    op.drop_table("idempotency_key")
    op.drop_table("audit_entry")

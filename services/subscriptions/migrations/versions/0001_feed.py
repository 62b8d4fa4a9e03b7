"""The first tables of the events service: the feed, the newest event of each aggregate, checkpoints."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.revisions import (
    audit_and_idempotency,
    create_chassis_tables,
    drop_chassis_tables,
    generations,
    jobs,
    no_generations,
    outbox_apart,
    outbox_together,
    vacuum_soon,
    without_audit_and_idempotency,
    without_jobs,
)
from chassis.storage.types import BigId, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_chassis_tables()
    outbox_apart()
    audit_and_idempotency()
    generations()
    jobs()
    vacuum_soon()
    _create_feed()
    _vacuum_feed_soon()
    _create_readers()


def _create_feed() -> None:
    op.create_table(
        "feed_event",
        sa.Column("position", BigId, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("service", sa.String(20), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(80)),
        sa.Column("event_time", UtcDateTime(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_feed_event_event_id", "feed_event", ["event_id"])
    op.create_table(
        "aggregate",
        sa.Column("service", sa.String(20), primary_key=True),
        sa.Column("subject", sa.String(200), primary_key=True),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_aggregate_position", "aggregate", ["position"])
    head = op.create_table(
        "feed_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("last_event_id", sa.String(64)),
    )
    op.bulk_insert(head, [{"id": 1, "first_position": 1, "last_position": 0, "last_event_id": None}])


def _vacuum_feed_soon() -> None:
    """As of the trimmed tables of the chassis: space is used again before a fifth of it is gone."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE feed_event SET (autovacuum_vacuum_scale_factor = 0.02)")


def _create_readers() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("caller", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(64)),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
    )


def downgrade() -> None:
    for name in ("checkpoint", "feed_head", "aggregate", "feed_event"):
        op.drop_table(name)
    without_jobs()
    no_generations()
    without_audit_and_idempotency()
    outbox_together()
    drop_chassis_tables()

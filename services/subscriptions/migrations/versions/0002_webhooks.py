"""Subscriptions by webhook, what waits in them, and what was delivered."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, JsonText, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_subscription()
    _create_waiting_aggregate()
    _create_delivery()
    op.create_index("ix_feed_event_subject", "feed_event", ["subject", "position"])


def _create_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("person", sa.String(100)),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("definition", JsonText, nullable=False),
        sa.Column("granted", JsonText, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text()),
        sa.Column("previous_until", UtcDateTime()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime()),
        sa.Column("last_success_at", UtcDateTime()),
        sa.Column("heartbeat_due_at", UtcDateTime()),
        sa.Column("test_event_id", sa.String(64)),
        sa.Column("resync_after", sa.BigInteger()),
        sa.Column("resync_until", sa.BigInteger()),
        sa.Column("gap_before", sa.BigInteger()),
        sa.Column("lease", sa.String(36)),
        sa.Column("lease_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.UniqueConstraint("owner", "name", name="uq_subscription_owner_name"),
    )
    op.create_index("ix_subscription_status", "subscription", ["status"])


def _create_waiting_aggregate() -> None:
    op.create_table(
        "waiting_aggregate",
        sa.Column("subscription_id", sa.String(40), nullable=False),
        sa.Column("service", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_failed_at", UtcDateTime()),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(20)),
        sa.Column("status", sa.Integer()),
        sa.Column("dead_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("subscription_id", "service", "subject", name="pk_waiting_aggregate"),
    )
    op.create_index("ix_waiting_aggregate_due_at", "waiting_aggregate", ["subscription_id", "state", "due_at"])


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("subscription_id", sa.String(40), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("service", sa.String(20)),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("position", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("request", JsonText),
        sa.Column("answer", JsonText),
    )
    op.create_index("ix_delivery_subscription_id", "delivery", ["subscription_id", "id"])
    op.create_index("ix_delivery_started_at", "delivery", ["started_at"])


def downgrade() -> None:
    op.drop_index("ix_feed_event_subject", "feed_event")
    op.drop_table("delivery")
    op.drop_table("waiting_aggregate")
    op.drop_table("subscription")

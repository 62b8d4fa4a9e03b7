"""Changes to the tables of the chassis, which every service makes in a revision of its own."""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import BigId, JsonText, UtcDateTime

_UNPUBLISHED = sa.text("position IS NULL")


def create_chassis_tables() -> None:
    """The chassis's tables as every service's first revision makes them.

    What they are today stands in ``chassis.storage.tables``. This is what they were at first and stays as it is: a
    later change is a function of its own, which each service calls in a revision of its own.
    """
    _create_consumer_offset()
    _create_dead_letter()
    _create_inbox()
    _create_outbox()
    _create_setting()


def drop_chassis_tables() -> None:
    """Undo :func:`create_chassis_tables`."""
    for name in ("setting", "outbox", "inbox", "dead_letter", "consumer_offset"):
        op.drop_table(name)


def _create_consumer_offset() -> None:
    op.create_table(
        "consumer_offset",
        sa.Column("consumer", sa.String(60), nullable=False),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", "partition", name="pk_consumer_offset"),
    )


def _create_dead_letter() -> None:
    op.create_table(
        "dead_letter",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("consumer", sa.String(60), nullable=False),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("headers", JsonText, nullable=False),
        sa.Column("event_id", sa.String(64)),
        sa.Column("type", sa.String(120)),
        sa.Column("subject", sa.String(200)),
        sa.Column("version", sa.BigInteger()),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("parked_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime()),
        sa.Column("resolution", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letter"),
        sa.UniqueConstraint(
            "consumer", "topic", "partition", "offset", name="uq_dead_letter_consumer_topic_partition_offset"
        ),
    )
    op.create_index("ix_dead_letter_state", "dead_letter", ["consumer", "state"])


def _create_inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.String(60), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "source", "event_id", name="pk_inbox"),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("type", sa.String(120), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("traceparent", sa.String(64)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("position", sa.BigInteger()),
        sa.Column("published_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
        sa.UniqueConstraint("position", name="uq_outbox_position"),
        sa.UniqueConstraint("subject", "version", name="uq_outbox_subject_version"),
    )
    op.create_index("ix_outbox_unpublished", "outbox", ["id"], postgresql_where=_UNPUBLISHED, sqlite_where=_UNPUBLISHED)


def _create_setting() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )


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


def generations() -> None:
    """Inbox and dead letters know which generation of its producer's database an event is of: the first, so far."""
    op.add_column("inbox", sa.Column("generation", sa.BigInteger(), nullable=False, server_default="1"))
    op.add_column("dead_letter", sa.Column("generation", sa.BigInteger()))
    op.execute("UPDATE dead_letter SET generation = 1 WHERE version IS NOT NULL")


def no_generations() -> None:
    """Inbox and dead letters as they were before."""
    for table in ("inbox", "dead_letter"):
        with op.batch_alter_table(table) as altered:
            altered.drop_column("generation")


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


def jobs() -> None:
    """Jobs and their steps."""
    unfinished = sa.text("finished_at IS NULL")
    op.create_table(
        "job",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("key", sa.String(200)),
        sa.Column("arguments", JsonText, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease", sa.String(36)),
        sa.Column("is_cancelling", sa.Boolean(), nullable=False),
        sa.Column("progress", JsonText),
        sa.Column("result", JsonText),
        sa.Column("error", sa.Text()),
        sa.Column("schedule", sa.String(60)),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("traceparent", sa.String(64)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
        sa.UniqueConstraint("key", name="uq_job_key"),
    )
    op.create_index("ix_job_due_at", "job", ["due_at"], postgresql_where=unfinished, sqlite_where=unfinished)
    op.create_index("ix_job_finished_at", "job", ["finished_at"])
    op.create_index("ix_job_schedule", "job", ["schedule", "id"])
    op.create_table(
        "job_step",
        sa.Column("job_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("result", JsonText),
        sa.Column("done_at", UtcDateTime(), nullable=False),
    )


def without_jobs() -> None:
    """As before, without jobs."""
    op.drop_table("job_step")
    op.drop_table("job")


_TRIMMED = ("outbox", "unpublished", "feed", "inbox", "idempotency_key", "job", "job_step")


def vacuum_soon() -> None:
    """Have PostgreSQL use the space of deleted rows again once a fiftieth of a trimmed table is gone, not a fifth."""
    _set_on_postgresql("SET (autovacuum_vacuum_scale_factor = 0.02)")


def vacuum_as_usual() -> None:
    """As before, when the server says."""
    _set_on_postgresql("RESET (autovacuum_vacuum_scale_factor)")


def _set_on_postgresql(change: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _TRIMMED:
            op.execute(f"ALTER TABLE {table} {change}")

"""The chassis tables, alike in every service: events out and in, settings, audit, idempotency keys, jobs."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from chassis.storage.types import NAMING, BigId, JsonText, UtcDateTime


def service_metadata() -> MetaData:
    """Fresh metadata, without a schema name, holding the chassis's own tables."""
    metadata = MetaData(naming_convention=NAMING)
    for build in (
        _outbox,
        _unpublished,
        _feed,
        _inbox,
        _consumer_offset,
        _dead_letter,
        _setting,
        _audit_entry,
        _idempotency_key,
        _job,
        _job_step,
    ):
        build(metadata)
    return metadata


def _outbox(metadata: MetaData) -> Table:
    """Events of this service, written with the rows they tell of and never touched again."""
    return Table(
        "outbox",
        metadata,
        Column("id", BigId, primary_key=True, autoincrement=True),
        Column("event_id", String(64), nullable=False),
        Column("type", String(120), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("traceparent", String(64)),
        Column("created_at", UtcDateTime, nullable=False),
        UniqueConstraint("subject", "version"),
    )


def _unpublished(metadata: MetaData) -> Table:
    """Which rows of the outbox wait for the relay."""
    return Table("unpublished", metadata, Column("id", BigId, primary_key=True, autoincrement=False))


def _feed(metadata: MetaData) -> Table:
    """The order in which events were published, without gaps: ``position`` counts from 1."""
    return Table(
        "feed",
        metadata,
        Column("position", BigId, primary_key=True, autoincrement=False),
        Column("outbox_id", BigInteger, nullable=False),
        Column("published_at", UtcDateTime, nullable=False),
    )


def _inbox(metadata: MetaData) -> Table:
    """Events whose effects are in this database, one row each, written with the effects."""
    return Table(
        "inbox",
        metadata,
        Column("consumer", String(60), primary_key=True),
        Column("source", String(60), primary_key=True),
        Column("event_id", String(64), primary_key=True),
        Column("subject", String(200), nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("generation", BigInteger, nullable=False, server_default="1"),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("applied_at", UtcDateTime, nullable=False),
    )


def _consumer_offset(metadata: MetaData) -> Table:
    """What each consumer reads next, moved by compare-and-set in the transaction of the effects."""
    return Table(
        "consumer_offset",
        metadata,
        Column("consumer", String(60), primary_key=True),
        Column("topic", String(120), primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("next_offset", BigInteger, nullable=False),
        Column("moved_at", UtcDateTime, nullable=False),
    )


def _dead_letter(metadata: MetaData) -> Table:
    """Events that could not be applied, kept whole with the reason until someone decides."""
    return Table(
        "dead_letter",
        metadata,
        Column("id", BigId, primary_key=True, autoincrement=True),
        Column("consumer", String(60), nullable=False),
        Column("topic", String(120), nullable=False),
        Column("partition", Integer, nullable=False),
        Column("offset", BigInteger, nullable=False),
        Column("key", Text, nullable=False),
        Column("value", LargeBinary, nullable=False),
        Column("headers", JsonText, nullable=False),
        Column("event_id", String(64)),
        Column("type", String(120)),
        Column("subject", String(200)),
        Column("version", BigInteger),
        Column("generation", BigInteger),
        Column("reason", String(40), nullable=False),
        Column("error", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("state", String(20), nullable=False),
        Column("parked_at", UtcDateTime, nullable=False),
        Column("resolved_at", UtcDateTime),
        Column("resolution", Text),
        UniqueConstraint("consumer", "topic", "partition", "offset"),
        Index("ix_dead_letter_state", "consumer", "state"),
    )


def _setting(metadata: MetaData) -> Table:
    """Settings that are kept with the data, such as a pinned business date."""
    return Table(
        "setting",
        metadata,
        Column("name", String(60), primary_key=True),
        Column("value", Text, nullable=False),
        Column("set_at", UtcDateTime, nullable=False),
    )


def _audit_entry(metadata: MetaData) -> Table:
    """Who changed what and why, written with the change and never touched again."""
    return Table(
        "audit_entry",
        metadata,
        Column("id", BigId, primary_key=True, autoincrement=True),
        Column("changed_at", UtcDateTime, nullable=False),
        Column("business_date", Date, nullable=False),
        Column("actor", String(100), nullable=False),
        Column("request_id", String(64)),
        Column("trace_id", String(32)),
        Column("action", String(120), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("before", JsonText),
        Column("after", JsonText),
        Column("reason", Text),
        Index("ix_audit_entry_subject", "subject", "id"),
        Index("ix_audit_entry_actor", "actor", "id"),
        Index("ix_audit_entry_changed_at", "changed_at"),
    )


def _idempotency_key(metadata: MetaData) -> Table:
    """Answers to what was sent under a key, written with their effects; ``fingerprint`` is of what was sent."""
    return Table(
        "idempotency_key",
        metadata,
        Column("caller", String(100), primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("fingerprint", String(64), nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", JsonText, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("answered_at", UtcDateTime, nullable=False),
        Index("ix_idempotency_key_answered_at", "answered_at"),
    )


_UNFINISHED = text("finished_at IS NULL")


def _job(metadata: MetaData) -> Table:
    """Work that outlives a request. ``due_at``: when it may be taken, which while it runs is when its lease ends."""
    return Table(
        "job",
        metadata,
        Column("id", BigId, primary_key=True, autoincrement=True),
        Column("name", String(60), nullable=False),
        Column("key", String(200)),
        Column("arguments", JsonText, nullable=False),
        Column("state", String(20), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("max_attempts", Integer, nullable=False),
        Column("due_at", UtcDateTime, nullable=False),
        Column("lease", String(36)),
        Column("is_cancelling", Boolean, nullable=False),
        Column("progress", JsonText),
        Column("result", JsonText),
        Column("error", Text),
        Column("schedule", String(60)),
        Column("actor", String(100), nullable=False),
        Column("traceparent", String(64)),
        Column("created_at", UtcDateTime, nullable=False),
        Column("finished_at", UtcDateTime),
        UniqueConstraint("key"),
        Index("ix_job_due_at", "due_at", postgresql_where=_UNFINISHED, sqlite_where=_UNFINISHED),
        Index("ix_job_finished_at", "finished_at"),
        Index("ix_job_schedule", "schedule", "id"),
    )


def _job_step(metadata: MetaData) -> Table:
    """Steps of jobs that are done, recorded with their effects."""
    return Table(
        "job_step",
        metadata,
        Column("job_id", BigInteger, primary_key=True, autoincrement=False),
        Column("name", String(200), primary_key=True),
        Column("result", JsonText),
        Column("done_at", UtcDateTime, nullable=False),
    )

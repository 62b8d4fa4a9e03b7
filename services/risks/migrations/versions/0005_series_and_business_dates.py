"""Series with breakdowns, signals as rows, and the business date beside every moment.

Severities that count provisional values were not kept before: until a series' next event, or a rebuild, they are taken
to be what they are without. Days are the pinned business date, or else the day of the moment beside them.
"""

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SIGNALS = ("target", "benchmark", "trend", "best")
DAYS = (
    ("risk", "created"),
    ("risk", "changed"),
    ("risk_link", "snapshot"),
    ("proposal", "opened"),
    ("proposal", "changed"),
    ("review_task", "opened"),
    ("review_task", "closed"),
)
PINNED = "(SELECT value FROM setting WHERE name = 'business_date')"


def _is_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def upgrade() -> None:
    op.execute("ALTER TABLE risk RENAME COLUMN lasting_band TO underlying_band")
    op.add_column("risk_link", sa.Column("breakdown", sa.String(length=100), nullable=False, server_default=""))
    op.add_column("risk_link", sa.Column("provisional", sa.String(length=10), nullable=False, server_default="ignore"))
    op.add_column("risk_link", sa.Column("snapshot_generation", sa.BigInteger(), nullable=False, server_default="1"))
    op.add_column("review_task", sa.Column("breakdown", sa.String(length=100), nullable=False, server_default=""))
    for table, event in DAYS:
        _add_day(table, event)
    _signals_as_rows()


def _add_day(table: str, event: str) -> None:
    """``<event>_on`` beside ``<event>_at``."""
    always = (table, event) != ("review_task", "closed")
    default = "1970-01-01" if always else None
    op.add_column(table, sa.Column(f"{event}_on", sa.Date(), nullable=not always, server_default=default))
    of_moment = f"CAST({event}_at AT TIME ZONE 'UTC' AS date)" if _is_postgresql() else f"substr({event}_at, 1, 10)"
    pinned = f"CAST({PINNED} AS date)" if _is_postgresql() else PINNED
    op.execute(f"UPDATE {table} SET {event}_on = coalesce({pinned}, {of_moment}) WHERE {event}_at IS NOT NULL")  # noqa: S608  ours
    if always and _is_postgresql():
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {event}_on DROP DEFAULT")


def _signals_as_rows() -> None:
    op.create_table(
        "indicator_series",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=True),
        *_period(),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_indicator_series")),
    )
    op.execute(
        "INSERT INTO indicator_series "
        "SELECT subject, CASE WHEN version > 0 THEN 1 ELSE 0 END, version, event_id, "
        "period_kind, period_start, period_end, heard_at FROM indicator_signal"
    )
    op.execute("CREATE TABLE signal_before AS SELECT * FROM indicator_signal")
    op.drop_table("indicator_signal")
    op.create_table(
        "indicator_signal",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("signal", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=True),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("counting_severity", sa.SmallInteger(), nullable=True),
        sa.Column("counting_unconfirmed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "signal", name=op.f("pk_indicator_signal")),
    )
    for signal in SIGNALS:
        op.execute(
            f"INSERT INTO indicator_signal SELECT subject, '{signal}', {signal}, FALSE, {signal}, FALSE "  # noqa: S608  ours
            "FROM signal_before WHERE version > 0"
        )
    op.drop_table("signal_before")


def _period() -> list[sa.Column[object]]:
    return [
        sa.Column("period_kind", sa.String(length=30), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
    ]


def downgrade() -> None:
    op.execute("CREATE TABLE signal_after AS SELECT * FROM indicator_signal")
    op.drop_table("indicator_signal")
    op.create_table(
        "indicator_signal",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=True),
        *_period(),
        *(sa.Column(signal, sa.SmallInteger(), nullable=True) for signal in SIGNALS),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_indicator_signal")),
    )
    severity = "(SELECT severity FROM signal_after a WHERE a.subject = s.subject AND a.signal = '{}')"
    op.execute(
        "INSERT INTO indicator_signal SELECT subject, version, event_id, period_kind, period_start, period_end, "  # noqa: S608  ours
        f"{', '.join(severity.format(signal) for signal in SIGNALS)}, received_at FROM indicator_series s"
    )
    op.drop_table("signal_after")
    op.drop_table("indicator_series")
    for table, event in DAYS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {event}_on")
    for table, column in (
        ("review_task", "breakdown"),
        ("risk_link", "snapshot_generation"),
        ("risk_link", "provisional"),
        ("risk_link", "breakdown"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.execute("ALTER TABLE risk RENAME COLUMN underlying_band TO lasting_band")

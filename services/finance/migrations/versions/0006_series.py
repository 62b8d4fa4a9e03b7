"""Series with breakdowns, symbols and generations; corrections by name; business dates and notes."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from chassis.clock import london_date
from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PERIOD = ("period_kind", "period_start", "period_end")
DATED = {"fund_agreement": "recorded_at", "closed_quarter": "closed_at", "scheme": "created_at", "entry": "at"}
"""Tables whose rows get a business date, and the column of their real time."""


def upgrade() -> None:
    _new_series()
    _new_observations()
    _change_entries()
    with op.batch_alter_table("scheme") as scheme:
        scheme.add_column(sa.Column("breakdown", sa.String(100), nullable=False, server_default=""))
        scheme.add_column(sa.Column("withdrawn_on", sa.Date()))
    for table in ("fund", "budget_line", "scheme"):
        with op.batch_alter_table(table) as noted:
            noted.add_column(sa.Column("notes", JsonText))
    for table, moment in DATED.items():
        _date_rows(table, moment, "business_date")
    _fill_date("scheme", "withdrawn_at", "withdrawn_on")
    for table, column in (("scheme", "breakdown"), ("entry", "breakdown")):
        with op.batch_alter_table(table) as changed:
            changed.alter_column(column, server_default=None)


def _new_series() -> None:
    op.create_table(
        "series",
        sa.Column("indicator", sa.String(100), nullable=False),
        sa.Column("area", sa.String(40), nullable=False),
        sa.Column("breakdown", sa.String(100), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("polarity", sa.String(20)),
        sa.Column("turned_generation", sa.Integer(), nullable=False),
        sa.Column("turned_version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("indicator", "area", "breakdown", name=op.f("pk_series")),
    )
    op.execute(
        "INSERT INTO series SELECT indicator, area, '', 1, version, polarity, 1, polarity_since FROM indicator_area"
    )
    op.drop_table("indicator_area")


def _new_observations() -> None:
    op.create_table(
        "observation",
        sa.Column("indicator", sa.String(100), nullable=False),
        sa.Column("area", sa.String(40), nullable=False),
        sa.Column("breakdown", sa.String(100), nullable=False),
        sa.Column("period_kind", sa.String(20), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", ExactDecimal()),
        sa.Column("missing", sa.String(10)),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("indicator", "area", "breakdown", *PERIOD, name=op.f("pk_observation")),
    )
    op.execute(
        "INSERT INTO observation SELECT indicator, area, '', period_kind, period_start, period_end, value, NULL, 1, "
        "revision, status, event_id FROM indicator_fact"
    )
    op.drop_table("indicator_fact")


def _change_entries() -> None:
    """A second posting of the same state and period was how a correction was made: it names the first now."""
    with op.batch_alter_table("entry") as entry:
        entry.alter_column("corrects", new_column_name="restates", existing_type=sa.Boolean(), existing_nullable=False)
    with op.batch_alter_table("entry") as entry:
        entry.drop_constraint("uq_entry_indicated", type_="unique")
        entry.add_column(sa.Column("breakdown", sa.String(100), nullable=False, server_default=""))
        entry.add_column(sa.Column("generation", sa.Integer()))
        entry.add_column(sa.Column("corrects", sa.String(100)))
        entry.create_unique_constraint(
            "uq_entry_indicated",
            ["scheme", "indicator", "area", "breakdown", *PERIOD, "generation", "revision", "rule_version"],
        )
    op.execute("UPDATE entry SET generation = 1 WHERE indicator IS NOT NULL")
    op.execute(
        """
        UPDATE entry SET corrects = (
            SELECT one.reference FROM entry AS one
            WHERE one.scheme = entry.scheme AND one.state = entry.state AND one.period_kind = entry.period_kind
                AND one.period_start = entry.period_start AND one.period_end = entry.period_end AND one.id < entry.id
                AND one.reference IS NOT NULL
            ORDER BY one.id LIMIT 1
        )
        WHERE reference IS NOT NULL
        """
    )


def _date_rows(table: str, moment: str, column: str) -> None:
    with op.batch_alter_table(table) as dated:
        dated.add_column(sa.Column(column, sa.Date()))
    _fill_date(table, moment, column)
    with op.batch_alter_table(table) as dated:
        dated.alter_column(column, existing_type=sa.Date(), nullable=False)


def _fill_date(table: str, moment: str, column: str) -> None:
    """The pinned business date, which nothing recorded before; else the day of the real time in England."""
    connection = op.get_bind()
    pinned = connection.scalar(sa.text("SELECT value FROM setting WHERE name = 'business_date'"))
    rows = sa.table(table, sa.column(moment, UtcDateTime()), sa.column(column, sa.Date()))
    at, day = rows.c[moment], rows.c[column]
    for real in connection.scalars(sa.select(at).where(at.is_not(None)).distinct()).all():
        date_then = date.fromisoformat(pinned) if pinned else london_date(real)
        connection.execute(rows.update().where(at == real).values({day: date_then}))


def downgrade() -> None:
    for table in ("fund", "budget_line", "scheme"):
        with op.batch_alter_table(table) as noted:
            noted.drop_column("notes")
    with op.batch_alter_table("scheme") as scheme:
        scheme.drop_column("withdrawn_on")
        scheme.drop_column("breakdown")
    for table in DATED:
        with op.batch_alter_table(table) as dated:
            dated.drop_column("business_date")
    _former_entries()
    _former_observations()


def _former_entries() -> None:
    with op.batch_alter_table("entry") as entry:
        entry.drop_constraint("uq_entry_indicated", type_="unique")
        entry.drop_column("corrects")
        entry.drop_column("generation")
        entry.drop_column("breakdown")
        entry.create_unique_constraint(
            "uq_entry_indicated", ["scheme", "indicator", "area", *PERIOD, "revision", "rule_version"]
        )
    with op.batch_alter_table("entry") as entry:
        entry.alter_column("restates", new_column_name="corrects", existing_type=sa.Boolean(), existing_nullable=False)


def _former_observations() -> None:
    """Of totals and the first generation, as all were."""
    op.create_table(
        "indicator_area",
        sa.Column("indicator", sa.String(100), nullable=False),
        sa.Column("area", sa.String(40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("polarity", sa.String(20)),
        sa.Column("polarity_since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("indicator", "area", name=op.f("pk_indicator_area")),
    )
    op.execute(
        "INSERT INTO indicator_area SELECT indicator, area, version, polarity, turned_version FROM series "
        "WHERE breakdown = ''"
    )
    op.create_table(
        "indicator_fact",
        sa.Column("indicator", sa.String(100), nullable=False),
        sa.Column("area", sa.String(40), nullable=False),
        sa.Column("period_kind", sa.String(20), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", ExactDecimal()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("indicator", "area", *PERIOD, name=op.f("pk_indicator_fact")),
    )
    op.execute(
        "INSERT INTO indicator_fact SELECT indicator, area, period_kind, period_start, period_end, value, revision, "
        "status, event_id FROM observation WHERE breakdown = ''"
    )
    op.drop_table("observation")
    op.drop_table("series")

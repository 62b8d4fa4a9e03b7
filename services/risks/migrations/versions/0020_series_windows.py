"""What every series showed, kept past its newest event, and all its severities in one column.

What was shown last is known, and is what is kept to begin with; what was shown before that is not on record. A signal
by process control is unknown of every series until an event tells of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SERIES = sa.table("indicator_series", *map(sa.column, ("subject", "generation", "version", "points")))
_SIGNAL = sa.table("indicator_signal", *map(sa.column, ("subject", "signal", "unconfirmed", "counting_unconfirmed")))


def upgrade() -> None:
    op.add_column("indicator_series", sa.Column("severities", sa.String(60)))
    op.add_column("indicator_series", sa.Column("moved", sa.Boolean(), nullable=False, server_default=sa.false()))
    windows = op.create_table(
        "series_window",
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("first_period", sa.String(60), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "first_period", name="pk_series_window"),
    )
    kept = op.get_bind().execute(sa.select(_SERIES).where(_SERIES.c.points.is_not(None))).mappings().all()
    rows = [{**row, "first_period": _first_period(row["points"])} for row in kept]
    if rows:
        op.bulk_insert(windows, rows)
    unknown = (sa.literal("process-control"), sa.false(), sa.false())
    told = sa.select(_SERIES.c.subject, *unknown).where(_SERIES.c.version > 0)
    op.execute(sa.insert(_SIGNAL).from_select(["subject", "signal", "unconfirmed", "counting_unconfirmed"], told))


def _first_period(points: str) -> str:
    """The label of the first period of what an event showed, which stands after the line that names the format."""
    return points.partition("\n")[2].partition("|")[0]


def downgrade() -> None:
    op.execute(sa.delete(_SIGNAL).where(_SIGNAL.c.signal == "process-control"))
    op.drop_table("series_window")
    op.execute("ALTER TABLE indicator_series DROP COLUMN moved")
    op.execute("ALTER TABLE indicator_series DROP COLUMN severities")

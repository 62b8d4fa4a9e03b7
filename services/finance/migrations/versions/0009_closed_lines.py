"""What each closed quarter counted of the money banked on a line, as it stands when this revision comes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import ExactDecimal

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LINE = sa.table(
    "budget_line",
    *(sa.column(name) for name in ("fund", "financial_year", "code")),
    *(sa.column(name, ExactDecimal()) for name in ("opening", "cost_increases", "savings", "other_savings")),
    sa.column("printed_net", ExactDecimal()),
)
SCHEME = sa.table("scheme", *(sa.column(name) for name in ("code", "fund", "financial_year", "budget_line")))
ENTRY = sa.table(
    "entry",
    sa.column("scheme"),
    sa.column("state"),
    sa.column("posted_quarter", sa.Date()),
    sa.column("cash", ExactDecimal()),
)
CLOSED = sa.table("closed_quarter", sa.column("fund"), sa.column("quarter_start", sa.Date()))


def upgrade() -> None:
    closed_line = op.create_table(
        "closed_line",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("quarter_start", sa.Date(), nullable=False),
        sa.Column("financial_year", sa.String(7), nullable=False),
        sa.Column("line", sa.String(60), nullable=False),
        sa.Column("counted", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund", "quarter_start"],
            ["closed_quarter.fund", "closed_quarter.quarter_start"],
            name=op.f("fk_closed_line_fund_quarter_start"),
        ),
        sa.PrimaryKeyConstraint("fund", "quarter_start", "financial_year", "line", name=op.f("pk_closed_line")),
    )
    rows = list(_counted(op.get_bind()))
    if rows:
        op.bulk_insert(closed_line, rows)


def _counted(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """What counts in the closed quarters by the rule there was: the running total, capped at the line's budget."""
    closed = {(row.fund, row.quarter_start) for row in connection.execute(sa.select(CLOSED))}
    for line in connection.execute(sa.select(LINE)).all():
        net = line.opening + line.cost_increases + line.savings + line.other_savings
        room = max(net if line.printed_net is None else line.printed_net, Decimal(0))
        for quarter, amount in _capped(room, _banked(connection, line)).items():
            if amount and (line.fund, quarter) in closed:
                yield {
                    "fund": line.fund,
                    "quarter_start": quarter,
                    "financial_year": line.financial_year,
                    "line": line.code,
                    "counted": amount,
                }


def _banked(connection: sa.Connection, line: Any) -> Mapping[date, Decimal]:
    query = sa.select(ENTRY.c.posted_quarter, ENTRY.c.cash).where(
        ENTRY.c.state == "banked",
        ENTRY.c.scheme == SCHEME.c.code,
        SCHEME.c.fund == line.fund,
        SCHEME.c.financial_year == line.financial_year,
        SCHEME.c.budget_line == line.code,
    )
    return _summed((row.posted_quarter, row.cash) for row in connection.execute(query))


def _summed(parts: Iterable[tuple[date, Decimal]]) -> Mapping[date, Decimal]:
    found: dict[date, Decimal] = {}
    for quarter, cash in parts:
        found[quarter] = found.get(quarter, Decimal(0)) + cash
    return found


def _capped(room: Decimal, quarters: Mapping[date, Decimal]) -> Mapping[date, Decimal]:
    running, counted, found = Decimal(0), Decimal(0), {}
    for quarter in sorted(quarters):
        running += quarters[quarter]
        found[quarter] = min(running, room) - counted
        counted = min(running, room)
    return found


def downgrade() -> None:
    op.drop_table("closed_line")

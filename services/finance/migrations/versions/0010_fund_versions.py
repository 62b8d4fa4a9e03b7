"""Versions of what was said of a fund, so that a past state can be read.

What a fund was before this revision is not known: it is taken to have been what it is.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

EVER = datetime(1970, 1, 1, tzinfo=UTC)
AMOUNTS = ("opening", "cost_increases", "savings", "other_savings", "printed_net")
WORDS = ("code", "financial_year", "directorate", "department", "division")
FUND = sa.table("fund", *(sa.column(name) for name in ("code", "name", "host")), sa.column("notes", JsonText))
PARTNER = sa.table("fund_partner", *(sa.column(name) for name in ("fund", "code", "name", "role")))
LINE = sa.table(
    "budget_line",
    *(sa.column(name) for name in ("fund", *WORDS)),
    *(sa.column(name, ExactDecimal()) for name in AMOUNTS),
    sa.column("notes", JsonText),
)
TOTAL = sa.table(
    "printed_total",
    *(sa.column(name) for name in ("fund", "financial_year", "column")),
    sa.column("amount", ExactDecimal()),
)


def upgrade() -> None:
    version = op.create_table(
        "fund_version",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("definition", JsonText, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_fund_version_fund")),
        sa.PrimaryKeyConstraint("fund", "version", name=op.f("pk_fund_version")),
    )
    connection = op.get_bind()
    rows = [_version(connection, fund) for fund in connection.execute(sa.select(FUND)).all()]
    if rows:
        op.bulk_insert(version, rows)


def _version(connection: sa.Connection, fund: Any) -> dict[str, Any]:
    partners = connection.execute(sa.select(PARTNER).where(PARTNER.c.fund == fund.code).order_by(PARTNER.c.code))
    lines = connection.execute(
        sa.select(LINE).where(LINE.c.fund == fund.code).order_by(LINE.c.financial_year, LINE.c.code)
    )
    totals = connection.execute(
        sa.select(TOTAL).where(TOTAL.c.fund == fund.code).order_by(TOTAL.c.financial_year, TOTAL.c.column)
    )
    definition = {
        "format": 1,
        "name": fund.name,
        "host": fund.host,
        "notes": fund.notes,
        "partners": [{"code": one.code, "name": one.name, "role": one.role} for one in partners],
        "lines": [_line(one) for one in lines.mappings()],
        "printed_totals": [
            {"financial_year": one["financial_year"], "column": one["column"], "amount": f"{one['amount']:f}"}
            for one in totals.mappings()
        ],
    }
    return {
        "fund": fund.code,
        "version": 1,
        "definition": definition,
        "recorded_at": EVER,
        "recorded_by": "migration",
        "business_date": date(1970, 1, 1),
    }


def _line(line: Any) -> dict[str, Any]:
    words = {name: line[name] for name in WORDS}
    amounts: dict[str, Decimal | None] = {name: line[name] for name in AMOUNTS}
    written = {name: None if amount is None else f"{amount:f}" for name, amount in amounts.items()}
    return {**words, **written, "notes": line["notes"]}


def downgrade() -> None:
    op.drop_table("fund_version")

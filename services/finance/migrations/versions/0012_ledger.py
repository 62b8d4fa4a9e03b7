"""The ledger: what funds, schemes and entries say is entered into a chain of transfers for each fund, in its order.

The moments, authors and business dates are those of what is entered. What was planned by schemes and taken back when
they were withdrawn is entered as of then. Only what is known is entered: a fund of before there were versions has one.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import JsonText, UtcDateTime
from contracts.period import Period, PeriodKind

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CONTROL = "~control"
CHUNK = 2000
CLOSED = sa.table(
    "closed_quarter", sa.column("fund"), sa.column("quarter_start", sa.Date()), sa.column("closed_at", UtcDateTime())
)


def _dated(name: str, *columns: Any) -> sa.TableClause:
    """A table whose rows say who recorded them when."""
    return sa.table(
        name,
        *columns,
        sa.column("recorded_at", UtcDateTime()),
        sa.column("recorded_by"),
        sa.column("business_date", sa.Date()),
    )


VERSION = _dated("fund_version", sa.column("fund"), sa.column("version"), sa.column("definition", JsonText))
AGREEMENT = _dated(
    "fund_agreement",
    sa.column("fund"),
    sa.column("version"),
    sa.column("effective_from", sa.Date()),
    sa.column("terms", JsonText),
)


class Said(NamedTuple):
    """Who recorded it when."""

    recorded_at: datetime
    business_date: date
    actor: str


class Move(NamedTuple):
    """A balance that moves by pence of either sign."""

    fund: str
    financial_year: str
    layer: str
    account: str
    pence: int
    effective_on: date
    reason: str
    said: Said
    period: str | None = None
    relates_to: str | None = None
    entry: int | None = None
    event_id: str | None = None


def upgrade() -> None:
    _create_entry_total()
    head, transfer, balance = _create_head(), _create_transfer(), _create_balance()
    connection = op.get_bind()
    _fill_totals(connection)
    ends: dict[str, tuple[int, str]] = {}
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    rows: list[dict[str, Any]] = []
    for move in _moves(connection):
        rows.append(_chained(move, ends))
        for place, side in enumerate(("debit", "credit")):
            of, year, layer, _, _, day = move[:6]
            key = (of, year, layer, rows[-1][side], move.period or "", day)
            sums[key][place] += rows[-1]["pence"]
        if len(rows) == CHUNK:
            op.bulk_insert(transfer, rows)
            rows = []
    if rows:
        op.bulk_insert(transfer, rows)
    names = ("fund", "financial_year", "layer", "account", "period", "effective_on")
    _insert(
        balance,
        [dict(zip(names, key, strict=True)) | {"debit": pair[0], "credit": pair[1]} for key, pair in sums.items()],
    )
    codes = connection.scalars(sa.text("SELECT code FROM fund ORDER BY code")).all()
    last = {code: ends.get(code, (0, "0" * 64)) for code in codes}
    _insert(head, [{"fund": code, "number": number, "hash": digest} for code, (number, digest) in last.items()])


def _insert(table: sa.Table, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        op.bulk_insert(table, rows[start : start + CHUNK])


def _create_entry_total() -> None:
    op.create_table(
        "entry_total",
        sa.Column("scheme", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("period_kind", sa.String(20), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("posted_quarter", sa.Date(), nullable=False),
        sa.Column("cash", sa.BigInteger(), nullable=False),
        sa.Column("non_cash", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["scheme"], ["scheme.code"], name=op.f("fk_entry_total_scheme")),
        sa.PrimaryKeyConstraint(
            "scheme",
            "state",
            "period_kind",
            "period_start",
            "period_end",
            "posted_quarter",
            name=op.f("pk_entry_total"),
        ),
    )


def _create_head() -> sa.Table:
    return op.create_table(
        "ledger_head",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_ledger_head_fund")),
        sa.PrimaryKeyConstraint("fund", name=op.f("pk_ledger_head")),
    )


def _create_transfer() -> sa.Table:
    table = op.create_table(
        "transfer",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("financial_year", sa.String(7), nullable=False),
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("debit", sa.String(60), nullable=False),
        sa.Column("credit", sa.String(60), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("period", sa.String(60)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(100)),
        sa.Column("relates_to", sa.Text()),
        sa.Column("entry", sa.BigInteger()),
        sa.Column("event_id", sa.String(64)),
        sa.Column("reverses", sa.BigInteger()),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_transfer_fund")),
        sa.PrimaryKeyConstraint("fund", "number", name=op.f("pk_transfer")),
        sa.UniqueConstraint("fund", "reference", name=op.f("uq_transfer_fund_reference")),
        sa.UniqueConstraint("fund", "reverses", name=op.f("uq_transfer_fund_reverses")),
    )
    op.create_index(op.f("ix_transfer_fund_transfer_recorded_at"), "transfer", ["fund", "recorded_at"])
    op.create_index(op.f("ix_transfer_entry"), "transfer", ["entry"])
    return table


def _create_balance() -> sa.Table:
    return op.create_table(
        "ledger_balance",
        sa.Column("fund", sa.String(60), nullable=False),
        sa.Column("financial_year", sa.String(7), nullable=False),
        sa.Column("layer", sa.String(20), nullable=False),
        sa.Column("account", sa.String(60), nullable=False),
        sa.Column("period", sa.String(60), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fund"], ["fund.code"], name=op.f("fk_ledger_balance_fund")),
        sa.PrimaryKeyConstraint(
            "fund", "financial_year", "layer", "account", "period", "effective_on", name=op.f("pk_ledger_balance")
        ),
    )


def _in_parts(connection: sa.Connection, select: str) -> Iterator[sa.RowMapping]:
    """Rows of entries in the order of their ids: of entries there may be more than fit into memory.

    A cursor of the server would stay open until the transaction ends, and no later revision could change the table.
    """
    query = sa.text(f"{select} WHERE entry.id > :last ORDER BY entry.id LIMIT {CHUNK}").columns(**_ENTRY)
    last = 0
    while rows := connection.execute(query, {"last": last}).mappings().all():
        yield from rows
        last = rows[-1]["id"]


def _fill_totals(connection: sa.Connection) -> None:
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    keys = ("scheme", "state", "period_kind", "period_start", "period_end", "posted_quarter")
    for row in _in_parts(connection, "SELECT entry.* FROM entry"):
        total = sums[tuple(row[name] for name in keys)]
        total[0] += _pence(row["cash"])
        total[1] += _pence(row["non_cash"])
    table = sa.table(
        "entry_total",
        *(sa.column(name) for name in keys[:3]),
        *(sa.column(name, sa.Date()) for name in keys[3:]),
        *(sa.column(name, sa.BigInteger()) for name in ("cash", "non_cash")),
    )
    rows = [dict(zip(keys, key, strict=True)) | {"cash": pair[0], "non_cash": pair[1]} for key, pair in sums.items()]
    for start in range(0, len(rows), CHUNK):
        connection.execute(table.insert(), rows[start : start + CHUNK])


_DATES: Mapping[str, Any] = {
    name: sa.Date() for name in ("period_start", "period_end", "posted_quarter", "business_date", "withdrawn_on")
}
_ENTRY: Mapping[str, Any] = {
    name: _DATES[name] for name in ("period_start", "period_end", "posted_quarter", "business_date")
} | {"at": UtcDateTime()}


def _pence(amount: object) -> int:
    """Of pounds as SQLite keeps them, text, or as PostgreSQL does; half up, though none has parts of a penny."""
    return int((Decimal(str(amount)) * 100).to_integral_value(rounding="ROUND_HALF_UP"))


def _moves(connection: sa.Connection) -> Iterator[Move]:
    """All that is to be entered, in the order in which it was recorded; entries among themselves by their ids."""
    closed = [(row.fund, row.quarter_start, row.closed_at) for row in connection.execute(sa.select(CLOSED))]
    early = [*_agreed(connection, closed), *_plans(connection)]
    early.sort(key=lambda move: (move.said.recorded_at, move.fund))
    place = 0
    for move in _entries(connection):
        while place < len(early) and early[place].said.recorded_at <= move.said.recorded_at:
            yield early[place]
            place += 1
        yield move
    yield from early[place:]


Closed = Iterable[tuple[str, date, datetime]]


def _agreed(connection: sa.Connection, closed: Closed) -> Iterator[Move]:
    """Budgets and contributions, as each version of a fund or of its agreement changed them."""
    balances: dict[tuple[str, str, str, str], int] = {}
    for said in _versions(connection):
        fund, layer, wanted, by = said
        there = {key for key in balances if key[0] == fund and key[2] == layer}
        for key in sorted({*wanted, *there}):
            change = wanted.get(key, 0) - balances.get(key, 0)
            if change:
                balances[key] = wanted.get(key, 0)
                day = _first_open(fund, key[1], closed, by.recorded_at)
                yield Move(
                    fund, key[1], layer, key[3], change, day, "Taken over", by, None, "what is agreed of the fund"
                )


def _versions(connection: sa.Connection) -> Iterator[tuple[str, str, dict[tuple[str, str, str, str], int], Said]]:
    """Of each fund, what every version wants of one layer."""
    for row in connection.execute(sa.select(VERSION).order_by(VERSION.c.fund, VERSION.c.version)):
        said = Said(row.recorded_at, row.business_date, row.recorded_by)
        yield row.fund, "budget", {_line(row.fund, one): _net(one) for one in row.definition["lines"]}, said
    agreements: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(sa.select(AGREEMENT).order_by(AGREEMENT.c.fund, AGREEMENT.c.version)):
        agreements[row.fund].append(row)
        said = Said(row.recorded_at, row.business_date, row.recorded_by)
        yield row.fund, "contribution", _contributed(row.fund, agreements[row.fund]), said


def _line(fund: str, line: Mapping[str, Any]) -> tuple[str, str, str, str]:
    return fund, line["financial_year"], "budget", line["code"]


def _net(line: Mapping[str, Any]) -> int:
    if line["printed_net"] is not None:
        return _pence(line["printed_net"])
    return sum(_pence(line[name]) for name in ("opening", "cost_increases", "savings", "other_savings"))


def _contributed(fund: str, agreements: list[Any]) -> dict[tuple[str, str, str, str], int]:
    """By the agreement in force in each year: the last that takes effect before the year is over."""
    years = {Period.parse(part["financial_year"]) for one in agreements for part in one.terms["contributions"]}
    found: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for year in years:
        begun = [one for one in agreements if one.effective_from <= year.end]
        for part in begun[-1].terms["contributions"] if begun else ():
            if Period.parse(part["financial_year"]) == year:
                amount = part["amount"]
                pounds = amount if isinstance(amount, str) else amount["amount"]
                found[fund, year.label, "contribution", part["partner"]] += _pence(pounds)
    return found


def _first_open(fund: str, year: str, closed: Closed, at: datetime) -> date:
    """The first day of the year, or of its first quarter that was open at the time."""
    quarter = Period.quarter_of(Period.parse(year).start)
    shut = {start for of, start, closed_at in closed if of == fund and closed_at <= at}
    while quarter.start in shut:
        quarter = quarter.next()
    return quarter.start


def _plans(connection: sa.Connection) -> Iterator[Move]:
    query = sa.text(
        "SELECT code, fund, financial_year, period_kind, period_start, period_end, low, high, created_at, created_by, "
        "business_date, withdrawn_at, withdrawn_by, withdrawn_on, withdrawn_reason "
        "FROM scheme JOIN scheme_plan ON scheme_plan.scheme = scheme.code "
        "ORDER BY code, period_start, period_end, period_kind"
    ).columns(
        **{n: t for n, t in _DATES.items() if n != "posted_quarter"},
        created_at=UtcDateTime(),
        withdrawn_at=UtcDateTime(),
    )
    for row in connection.execute(query):
        yield from _plan(row, 1, "The scheme is defined", Said(row.created_at, row.business_date, row.created_by))
        if row.withdrawn_at is not None:
            by = Said(row.withdrawn_at, row.withdrawn_on, row.withdrawn_by)
            yield from _plan(row, -1, row.withdrawn_reason or "Withdrawn", by)


def _plan(row: Any, sign: int, reason: str, said: Said) -> Iterator[Move]:
    label = Period(PeriodKind(row.period_kind), row.period_start, row.period_end).label
    for layer, amount in (("planned_low", row.low), ("planned_high", row.high)):
        pence = sign * _pence(amount)
        day = row.period_end
        yield Move(row.fund, row.financial_year, layer, row.code, pence, day, reason, said, label, "the scheme's plan")


def _entries(connection: sa.Connection) -> Iterator[Move]:
    query = (
        "SELECT entry.*, scheme.fund AS fund, scheme.financial_year AS financial_year "
        "FROM entry JOIN scheme ON scheme.code = entry.scheme"
    )
    for row in _in_parts(connection, query):
        period = Period(PeriodKind(row["period_kind"]), row["period_start"], row["period_end"])
        amounts = [(row["state"], _pence(row["cash"])), ("non_cash", _pence(row["non_cash"]))]
        for layer, pence in amounts[: 2 if amounts[1][1] else 1]:
            yield Move(
                fund=row["fund"],
                financial_year=row["financial_year"],
                layer=layer,
                account=row["scheme"],
                pence=pence,
                effective_on=max(row["period_end"], row["posted_quarter"]),
                reason=row["reason"],
                said=Said(row["at"], row["business_date"], row["actor"]),
                period=period.label,
                relates_to=_follows_from(row),
                entry=row["id"],
                event_id=row["event_id"],
            )


def _follows_from(row: sa.RowMapping) -> str | None:
    parts = [] if row["corrects"] is None else [f"corrects {row['corrects']}"]
    if row["indicator"] is not None:
        series = f"{row['indicator']} in {row['area']}" + (f" ({row['breakdown']})" if row["breakdown"] else "")
        made = f"revision {row['revision']} of generation {row['generation']} by rule {row['rule_version']}"
        parts.append(f"{series}, {made}")
    if row["reference"] is not None:
        parts.append(f"posted as {row['reference']}")
    return "; ".join([*parts, *(["restates"] if row["restates"] else [])]) or None


def _chained(move: Move, ends: dict[str, tuple[int, str]]) -> dict[str, Any]:
    """The row of a move, which ``ends`` moves along to: hashed as the service hashes."""
    number, before = ends.get(move.fund, (0, "0" * 64))
    said = move.said
    row = {
        "fund": move.fund,
        "number": number + 1,
        "financial_year": move.financial_year,
        "layer": move.layer,
        "debit": CONTROL if move.pence < 0 else move.account,
        "credit": move.account if move.pence < 0 else CONTROL,
        "pence": abs(move.pence),
        "effective_on": move.effective_on,
        "period": move.period,
        "reason": move.reason,
        "reference": None,
        "relates_to": move.relates_to,
        "entry": move.entry,
        "event_id": move.event_id,
        "reverses": None,
        "actor": said.actor,
        "recorded_at": said.recorded_at,
        "business_date": said.business_date,
    }
    content = [before, *(_as_hashed(value) for value in row.values())]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    ends[move.fund] = (number + 1, digest)
    return row | {"hash": digest}


def _as_hashed(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def downgrade() -> None:
    for table in ("ledger_balance", "transfer", "ledger_head", "entry_total"):
        op.drop_table(table)

"""What an import is measured against: a plain asyncpg pipeline that writes the same rows.

It reads the file, and in batches upserts series and observations, colours each series and writes its event, what waits
to be published and an audit entry for each observation: the same rows in the same tables, audit entries and changes
with the same fields, in one transaction. It checks nothing, knows no definitions, names no errors, and counts on the
order of the file.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from services.indicators.domain.areas import ENGLAND

BATCH = 5000
SHOWN = 6

Row = tuple[str, str, date, date, str, Decimal]
"""Indicator, area, first and last day, label, value."""

_SERIES = """
    INSERT INTO series (indicator, area, breakdown, version) SELECT i, a, '', 1
    FROM unnest($1::text[], $2::text[]) t(i, a)
    ON CONFLICT (indicator, area, breakdown) DO UPDATE SET version = series.version + 1 RETURNING version
"""
_CURRENT = """
    SELECT o.indicator, o.area, o.period_end, o.revision, o.value
    FROM unnest($1::text[], $2::text[]) t(i, a)
    JOIN observation o ON o.indicator = i AND o.area = a AND o.breakdown = ''
"""
_OBSERVATIONS = """
    INSERT INTO observation (indicator, area, breakdown, period_start, period_end, revision, period_kind, value, status,
        last_final, actor, recorded_at)
    SELECT i, a, '', s, e, 1, 'month', v, 'final', 1, 'plain', $6
    FROM unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::numeric[]) t(i, a, s, e, v)
    ON CONFLICT (indicator, area, breakdown, period_end, period_start, revision) DO UPDATE SET value = excluded.value
"""
_OBSERVED = {"revision": 1, "status": "final", "missing": None, "marks": []}
_NOTHING_SAID = {
    "breakdown": {},
    **_OBSERVED,
    **dict.fromkeys(("count", "denominator", "lower", "upper", "note", "basis")),
    "inferred": [],
    "notes": [],
}
"""What an observation of nothing but a value says in its audit entry, and a part of it in events."""
_EVENTS = """
    WITH written AS (
        INSERT INTO outbox (event_id, type, subject, version, body, created_at)
        SELECT e, 'commissioning.indicator.updated.v1', s, v, b, $5
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[]) t(e, s, v, b) RETURNING id
    )
    INSERT INTO unpublished (id) SELECT id FROM written
"""
_AUDIT = """
    INSERT INTO audit_entry (changed_at, business_date, actor, action, subject, after)
    SELECT $3, $4, 'plain', 'observation.recorded', s, a::jsonb FROM unnest($1::text[], $2::text[]) t(s, a)
"""


async def import_plainly(dsn: str, path: Path) -> int:
    """Write every row of the file; how many there were."""
    connection = await asyncpg.connect(dsn)
    england: dict[tuple[str, date], Decimal] = {}
    count = 0
    try:
        async with connection.transaction():
            for batch in _batches(path):
                await _write(connection, batch, england)
                count += len(batch)
    finally:
        await connection.close()
    return count


def _batches(path: Path) -> Iterator[list[Row]]:
    """Whole series, about as many rows at a time."""
    batch: list[Row] = []
    with path.open(encoding="utf-8", newline="") as file:
        rows = map(_row, csv.DictReader(file))
        for _, series in groupby(rows, key=lambda row: row[:2]):
            batch += series
            if len(batch) >= BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _row(cells: dict[str, str]) -> Row:
    year, month = map(int, cells["period"].split("-"))
    following = date(year + month // 12, month % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1)
    return cells["indicator"], cells["area"], date(year, month, 1), last, cells["period"], Decimal(cells["value"])


async def _write(connection: Any, batch: Sequence[Row], england: dict[tuple[str, date], Decimal]) -> None:
    now = datetime.now(UTC)
    series = [(key, list(rows)) for key, rows in groupby(batch, key=lambda row: row[:2])]
    keys = [key[0] for key, _ in series], [key[1] for key, _ in series]
    versions = [row["version"] for row in await connection.fetch(_SERIES, *keys)]
    await connection.fetch(_CURRENT, *keys)
    england.update({(row[0], row[3]): row[5] for row in batch if row[1] == ENGLAND})
    columns = [[row[n] for row in batch] for n in (0, 1, 2, 3, 5)]
    await connection.execute(_OBSERVATIONS, *columns, now)
    bodies = [_event(key, rows, england) for key, rows in series]
    subjects = [f"{indicator}/{area}" for (indicator, area), _ in series]
    await connection.execute(_EVENTS, [str(uuid4()) for _ in series], subjects, versions, bodies, now)
    entries = [json.dumps(_NOTHING_SAID | {"area": row[1], "period": row[4], "value": str(row[5])}) for row in batch]
    await connection.execute(_AUDIT, columns[0], entries, now, now.date())


def _event(key: tuple[str, ...], rows: Sequence[Row], england: dict[tuple[str, date], Decimal]) -> bytes:
    shown = rows[-SHOWN:]
    points = [
        _OBSERVED
        | {"period": row[4], "value": str(row[5]), "benchmark": _benchmark(row[5], england.get((row[0], row[3])))}
        for row in shown
    ]
    changed = [_OBSERVED | {"period": row[4], "value": str(row[5])} for row in rows]
    trend = _trend([row[5] for row in shown])
    body = {"subject": "/".join(key), "series": points, "trend": trend, "latest": points[-1], "changed": changed}
    return json.dumps(body).encode()


def _benchmark(value: Decimal, comparator: Decimal | None) -> str:
    """Of a percentage of which high is good."""
    if not comparator:
        return "white"
    off = (value - comparator) / abs(comparator)
    return "green" if off > Decimal("0.15") else "red" if off < Decimal("-0.15") else "amber"


def _trend(values: Sequence[Decimal]) -> str:
    steps = [after - before for before, after in pairwise(values)]
    if not steps:
        return "none"
    off = abs(steps[-1]) / abs(values[-2]) if values[-2] else Decimal(bool(steps[-1]))
    if off <= Decimal("0.025"):
        return "amber"
    run = 0
    while run < len(steps) and steps[-1 - run] * steps[-1] > 0:
        run += 1
    return f"{'dark_' if run >= 3 else ''}{'green' if steps[-1] > 0 else 'red'}"

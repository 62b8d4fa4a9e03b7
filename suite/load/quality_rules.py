"""What figures of the papers must be to one another, so that a later one that cannot be true is found."""

from itertools import groupby
from typing import Any

from suite.load.api_client import for_each, get_json
from suite.load.row_types import RelationRow
from suite.load.upsert import Load, create_missing


async def load_quality_rules(load: Load) -> None:
    """Where nobody has declared any. Nothing is loaded of when values are due, nor of which numbers are small."""
    by_indicator = groupby(load.reference.relations, key=lambda row: row.indicator)
    await for_each([(code, list(rows)) for code, rows in by_indicator], lambda each: _one(load, *each))


async def _one(load: Load, code: str, rows: list[RelationRow]) -> None:
    path = f"/indicators/v1/indicators/{code}/quality-rules"
    found = await get_json(load.client, path)
    declared = found["relations"] or found["due_days"] is not None or found["suppress_below"] is not None
    await create_missing(load, "quality rules", "PUT", path, rules_body(rows), found if declared else None)


def rules_body(rows: list[RelationRow]) -> dict[str, Any]:
    return {"relations": [{"indicator": row.other, "relation": row.relation} for row in rows]}

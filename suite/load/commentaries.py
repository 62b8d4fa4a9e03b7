"""What the scorecard of 2018 says beside its figures, in our words, published."""

from typing import Any

from suite.load.api_client import for_each, iterate_items
from suite.load.row_types import CommentaryRow
from suite.load.upsert import Load, create_missing

AUTHOR = "Plymouth's commissioners, summarised"


async def load_commentaries(load: Load) -> None:
    """Make those that are missing; what somebody wrote since stays. No two rows are of one indicator."""
    await for_each(load.reference.commentaries, lambda row: _one(load, row))


async def _one(load: Load, row: CommentaryRow) -> None:
    path = f"/indicators/v1/indicators/{row.indicator}/commentaries"
    found = [each async for each in iterate_items(load.client, path, area=row.area, period=row.period.label)]
    on_total = next((each for each in found if not each["breakdown"]), None)
    await create_missing(load, "commentaries", "POST", path, commentary_body(row), on_total)


def commentary_body(row: CommentaryRow) -> dict[str, Any]:
    body = row.model_dump(mode="json", exclude={"indicator"})
    return body | {"state": "published", "author": AUTHOR}

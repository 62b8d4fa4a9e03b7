"""The people whom the papers name, with what they did there; which keys and posts are theirs is each suite's to say."""

from typing import Any

import httpx

from suite.load.api_client import Refused, for_each
from suite.load.row_types import PersonRow
from suite.load.upsert import Load, create_missing

ROOT = "/access/v1/people"


async def load_people(load: Load) -> None:
    """Those who are missing. People are for administrators alone: with another key none is loaded, and that is told."""
    try:
        existing = await load.once(ROOT)
    except Refused as refused:
        if refused.status != httpx.codes.FORBIDDEN:
            raise
        load.notes.append("No people were loaded: that asks for a key with `admin`.")
        return

    async def one(row: PersonRow) -> None:
        await create_missing(load, "people", "PUT", f"{ROOT}/{row.code}", person_body(row), existing.get(row.code))

    await for_each(load.reference.people, one)


def person_body(row: PersonRow) -> dict[str, Any]:
    return {"name": row.name, "roles": list(row.roles)}

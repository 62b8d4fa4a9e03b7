"""Pledges, priorities and actions."""

from collections.abc import Iterable
from graphlib import TopologicalSorter
from typing import Any

from suite.load import row_types
from suite.load.api_client import for_each
from suite.load.row_types import PLYMOUTH
from suite.load.upsert import Load, create_missing, create_once

ROOT = "/pledges/v1"


async def load_pledges(load: Load) -> None:
    """Pledges with their links, then priorities, then actions in the order they wait for one another."""
    linked = await load.once(f"{ROOT}/pledges", key="number")
    await for_each(load.reference.pledges, lambda row: _pledge(load, row, linked.get(row.number)))
    known = await load.once(f"{ROOT}/priorities")
    await for_each(load.reference.priorities, lambda row: _priority(load, row, known.get(row.code)))
    await _actions(load)


async def _pledge(load: Load, row: row_types.PledgeRow, found: dict[str, Any] | None) -> None:
    """A pledge at version 1 was made and nothing since: the load that made it may have ended before its links."""
    await create_once(load, "pledges", f"{ROOT}/pledges", pledge_body(load.reference.assignments, row))
    if row.indicators and (found is None or found["version"] == 1):
        links = {"links": [{"indicator": code, "area": PLYMOUTH} for code in row.indicators]}
        await create_missing(load, "pledge links", "PUT", f"{ROOT}/pledges/{row.number}/links", links, None)


def pledge_body(assignments: Iterable[row_types.AssignmentRow], row: row_types.PledgeRow) -> dict[str, Any]:
    """A pledge with everyone who answers for it, in the printed order."""
    named = [one for one in assignments if one.number == row.number]
    people = [one.model_dump(mode="json", exclude={"number"}) for one in named]
    return {"number": row.number, "theme": row.theme, "title": row.title, "assignments": people}


async def _priority(load: Load, row: row_types.PriorityRow, found: dict[str, Any] | None) -> None:
    body = row.model_dump(mode="json", include={"title", "gap", "leads"})
    await create_missing(load, "priorities", "PUT", f"{ROOT}/priorities/{row.code}", body, found)


async def _actions(load: Load) -> None:
    """Those that wait for nothing first, then those that wait for them."""
    rows = {row.code: row for row in load.reference.actions}
    known = await load.once(f"{ROOT}/actions")

    async def one(code: str) -> None:
        body = action_body(load.reference.action_links, rows[code])
        await create_missing(load, "actions", "PUT", f"{ROOT}/actions/{code}", body, known.get(code))

    order = TopologicalSorter({code: row.depends_on for code, row in rows.items()})
    order.prepare()
    while order.is_active():
        ready = order.get_ready()
        await for_each(ready, one)
        order.done(*ready)


def action_body(links: Iterable[row_types.ActionLinkRow], row: row_types.ActionRow) -> dict[str, Any]:
    """An action with its indicators. What was delivered is not ours to say, so it is left out."""
    tied = [{"indicator": one.indicator, "area": one.area} for one in links if one.action == row.code]
    return row.model_dump(mode="json", exclude={"code"}) | {"indicators": tied}

"""Pledges, priorities and actions."""

from collections.abc import Iterable
from graphlib import TopologicalSorter
from typing import Any

from suite.load import files
from suite.load.calls import each
from suite.load.sending import Load, make, post

PLYMOUTH = "E06000026"
ROOT = "/pledges/v1"


async def load_promises(load: Load) -> None:
    """Pledges with their links, then priorities, then actions in the order they wait for one another."""
    linked = await load.once(f"{ROOT}/pledges", key="number")
    await each(load.reference.pledges, lambda row: _pledge(load, row, linked.get(row.number)))
    known = await load.once(f"{ROOT}/priorities")
    await each(load.reference.priorities, lambda row: _priority(load, row, known.get(row.code)))
    await _actions(load)


async def _pledge(load: Load, row: files.PledgeRow, found: dict[str, Any] | None) -> None:
    """A pledge at version 1 was made and nothing since: the load that made it may have ended before its links."""
    await post(load, "pledges", f"{ROOT}/pledges", pledge_body(load.reference.assignments, row))
    if row.indicators and (found is None or found["version"] == 1):
        links = {"links": [{"indicator": code, "area": PLYMOUTH} for code in row.indicators]}
        await make(load, "pledge links", "PUT", f"{ROOT}/pledges/{row.number}/links", links, None)


def pledge_body(assignments: Iterable[files.AssignmentRow], row: files.PledgeRow) -> dict[str, Any]:
    """A pledge with everyone who answers for it, in the printed order."""
    named = [one for one in assignments if one.number == row.number]
    people = [one.model_dump(mode="json", exclude={"number"}) for one in named]
    return {"number": row.number, "theme": row.theme, "title": row.title, "assignments": people}


async def _priority(load: Load, row: files.PriorityRow, found: dict[str, Any] | None) -> None:
    body = row.model_dump(mode="json", include={"title", "gap", "leads"})
    await make(load, "priorities", "PUT", f"{ROOT}/priorities/{row.code}", body, found)


async def _actions(load: Load) -> None:
    """Those that wait for nothing first, then those that wait for them."""
    rows = {row.code: row for row in load.reference.actions}
    known = await load.once(f"{ROOT}/actions")

    async def one(code: str) -> None:
        body = action_body(load.reference.action_links, rows[code])
        await make(load, "actions", "PUT", f"{ROOT}/actions/{code}", body, known.get(code))

    order = TopologicalSorter({code: row.depends_on for code, row in rows.items()})
    order.prepare()
    while order.is_active():
        ready = order.get_ready()
        await each(ready, one)
        order.done(*ready)


def action_body(links: Iterable[files.ActionLinkRow], row: files.ActionRow) -> dict[str, Any]:
    """An action with its indicators. What was delivered is not ours to say, so it is left out."""
    tied = [{"indicator": one.indicator, "area": one.area} for one in links if one.action == row.code]
    return row.model_dump(mode="json", exclude={"code"}) | {"indicators": tied}

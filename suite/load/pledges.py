"""Pledges, priorities and actions."""

from graphlib import TopologicalSorter
from typing import Any

from suite.load import row_types
from suite.load.api_client import for_each, send_request
from suite.load.contradictions import notes_on
from suite.load.dataset import PLEDGE_SET, Reference
from suite.load.former import patch_former, put_former
from suite.load.report import CHANGED
from suite.load.row_types import PLYMOUTH
from suite.load.upsert import Load, already_there, create_missing, create_once

ROOT = "/pledges/v1"
NOT_PRINTED = "The front sheet prints what was promised, and not how it is measured"
_PRINTED = frozenset({"partners", "printed_period", "due_basis", "figure", "figure_unit", "weight"})
"""What was not loaded of must-dos once, and of what is said in detail elsewhere."""


async def load_pledges(load: Load) -> None:
    """The sets, their pledges with their links, priorities, actions in the order they wait, and their dependencies."""
    sets = await load.once(f"{ROOT}/sets")
    for one in load.reference.pledge_sets:
        body = one.model_dump(mode="json", exclude={"code"})
        await create_missing(load, "pledge sets", "PUT", f"{ROOT}/sets/{one.code}", body, sets.get(one.code))
    linked = await load.once(f"{ROOT}/pledges", key="id")
    await for_each(load.reference.pledges, lambda row: _pledge(load, row, linked.get(_id(row))))
    existing = await load.once(f"{ROOT}/priorities")
    await for_each(load.reference.priorities, lambda row: _priority(load, row, existing.get(row.code)))
    await _actions(load)
    existing = await load.once(f"{ROOT}/dependencies")
    await for_each(load.reference.dependencies, lambda row: _dependency(load, row, existing.get(row.code)))


async def _dependency(load: Load, row: row_types.DependencyRow, found: dict[str, Any] | None) -> None:
    """What people have said of its state since is not ours to say, so it is left out."""
    body = row.model_dump(mode="json", exclude={"code"})
    await create_missing(load, "dependencies", "PUT", f"{ROOT}/dependencies/{row.code}", body, found)


def _id(row: row_types.PledgeRow) -> str:
    return f"{row.set}-{row.number}"


async def _pledge(load: Load, row: row_types.PledgeRow, found: dict[str, Any] | None) -> None:
    """A pledge at version 1 was made and nothing since: the load that made it may have ended before its links."""
    body = pledge_body(load.reference, row)
    if not await patch_former(load, "pledges", f"{ROOT}/pledges/{_id(row)}", body, found):
        await create_once(load, "pledges", f"{ROOT}/pledges", body)
    if (row.indicators or row.risks or row.schemes) and (found is None or found["version"] == 1):
        links = {
            "links": [{"indicator": code, "area": PLYMOUTH} for code in row.indicators],
            "risks": row.risks,
            "schemes": row.schemes,
        }
        await create_missing(load, "pledge links", "PUT", f"{ROOT}/pledges/{_id(row)}/links", links, None)


def pledge_body(reference: Reference, row: row_types.PledgeRow) -> dict[str, Any]:
    """A pledge with everyone who answers for it, in the printed order; of a former set nobody is printed."""
    if row.set != PLEDGE_SET:
        said = row.model_dump(mode="json", include={"set", "number", "theme", "title"})
        return said | {"assignments": [], "cannot_be_rated": NOT_PRINTED}
    named = [one for one in reference.assignments if one.number == row.number]
    return {
        "set": row.set,
        "number": row.number,
        "theme": row.theme,
        "title": row.title,
        "assignments": [one.model_dump(mode="json", exclude={"number"}) for one in named],
        "notes": notes_on(reference, f"pledges/{row.number}"),
    }


async def _priority(load: Load, row: row_types.PriorityRow, found: dict[str, Any] | None) -> None:
    body = row.model_dump(mode="json", include={"title", "gap", "leads"})
    body["notes"] = notes_on(load.reference, f"priorities/{row.code}")
    path = f"{ROOT}/priorities/{row.code}"
    if not await put_former(load, "priorities", path, body, found):
        await create_missing(load, "priorities", "PUT", path, body, found)


async def _actions(load: Load) -> None:
    """Those that wait for nothing first, then those that wait for them."""
    rows = {row.code: row for row in load.reference.all_actions}
    existing = await load.once(f"{ROOT}/actions")

    async def one(code: str) -> None:
        body, path, found = action_body(load.reference, rows[code]), f"{ROOT}/actions/{code}", existing.get(code)
        if lacks_print(load, body, found):
            await send_request(load.client, "PUT", path, body)
            load.tally.add("actions", CHANGED)
        elif not await patch_former(load, "actions", path, body, found):
            await create_missing(load, "actions", "PUT", path, body, found)

    order = TopologicalSorter({code: _after(row) for code, row in rows.items()})
    order.prepare()
    while order.is_active():
        ready = order.get_ready()
        await for_each(ready, one)
        order.done(*ready)


def _after(row: row_types.ActionRow) -> list[str]:
    """The actions that must be there before it: those it waits for, and the one it is a part of."""
    return [*row.depends_on, *([row.part_of] if row.part_of else [])]


def lacks_print(load: Load, body: dict[str, Any], found: dict[str, Any] | None) -> bool:
    """Whether an action is as a former version loaded it, which loaded nothing of what is printed of it.

    Where only some of it is missing, somebody has taken that back since.
    """
    if found is None or already_there(body, found):
        return False
    added = {*_PRINTED, "notes"} if load.from_version_0_1 else _PRINTED
    others = {name: value for name, value in body.items() if name not in added}
    said = {name for name in added if not already_there(body[name], None)}
    return already_there(others, found) and not any(found[name] for name in said)


def action_body(reference: Reference, row: row_types.ActionRow) -> dict[str, Any]:
    """An action with its indicators. What was delivered is not ours to say, so it is left out."""
    links = [{"indicator": one.indicator, "area": one.area} for one in reference.action_links if one.action == row.code]
    notes = notes_on(reference, f"actions/{row.code}")
    return row.model_dump(mode="json", exclude={"code"}) | {"indicators": links, "notes": notes}

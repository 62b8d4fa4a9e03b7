"""Outcomes and objectives, the three gaps of the system and the priorities that are to close them, in printed order."""

from collections.abc import Iterable, Mapping
from typing import Any

from suite.load.api_client import send_request
from suite.load.dataset import Reference
from suite.load.report import CHANGED
from suite.load.row_types import PriorityRow
from suite.load.upsert import Load, already_there, create_missing

ROOT = "/indicators/v1"
_TALLIED = {"priorities": "priorities rolled up", "system-gaps": "system gaps"}
"""Their actions are loaded by the pledges service under the same name."""


async def load_roll_up(load: Load) -> None:
    """What holds others before what is part of it. Outcomes show the indicators of their objectives."""
    reference = load.reference
    for outcome in reference.outcomes:
        under = (one.indicators for one in reference.objectives if one.outcome == outcome.code)
        body = _body(outcome.title, (code for codes in under for code in codes), outcome.position)
        await _put(load, "outcomes", outcome.code, body)
    for objective in reference.objectives:
        body = _body(objective.title, objective.indicators, objective.position, objective.outcome)
        await _put(load, "objectives", objective.code, body)
    for gap in reference.system_gaps:
        await _put(load, "system-gaps", gap.code, _body(gap.title, (), gap.position))
    for row in reference.priorities:
        await _put(load, "priorities", row.code, priority_body(row, reference))


def priority_body(row: PriorityRow, reference: Reference) -> dict[str, Any]:
    """A priority, with the indicators that its actions are linked to."""
    actions = {action.code for action in reference.actions if action.priority == row.code}
    linked = (link.indicator for link in reference.action_links if link.action in actions)
    return _body(row.title, linked, row.position, row.gap)


def _body(title: str, indicators: Iterable[str], position: int, part_of: str | None = None) -> dict[str, Any]:
    body = {"title": title, "indicators": list(dict.fromkeys(indicators)), "position": position}
    return body | ({"part_of": part_of} if part_of else {})


async def _put(load: Load, kind: str, code: str, body: Mapping[str, Any]) -> None:
    """Make it where it is missing; give it its place and what it is part of where a former load knew neither."""
    path, tallied = f"{ROOT}/{kind}/{code}", _TALLIED.get(kind, kind)
    found = (await load.once(f"{ROOT}/{kind}")).get(code)
    former = {name: body[name] for name in ("title", "indicators")}
    if found is not None and found["position"] is None and already_there(former, found):
        await send_request(load.client, "PUT", path, body)
        load.tally.add(tallied, CHANGED)
    else:
        await create_missing(load, tallied, "PUT", path, body, found)

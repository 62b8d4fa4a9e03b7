"""Mending what former versions loaded.

Version 0.1 kept the charts' forecasts as observations and knew no notes: it is known by the note that it put on a
forecast. It and some after it did not name things as the papers do: they are known by the name of a framework. Only
what is as it was loaded is mended, by further revisions and versions: what someone changed since stays. Forecasts are
withdrawn last of all, and the framework is named after the indicators, so that a load that broke off goes on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from suite.load.api_client import Refused, for_each, get_json, iterate_items, send_request
from suite.load.contradictions import LOCAL
from suite.load.names import renamed, renamed_fields
from suite.load.report import CHANGED
from suite.load.row_types import PLYMOUTH
from suite.load.upsert import Load, already_there

FORECAST = "2014 chart; a forecast when it was drawn"
"""The note on every point from 2013/14 on."""

MENDED = "As the papers print it; a former version loaded it otherwise"
NO_OBSERVATION = "A forecast of the 2014 charts is no observation; it is kept as a projection"

_FRAMEWORKS = "/indicators/v1/frameworks"
_PROVENANCE = ("inferred", "notes")


async def is_from_version_0_1(load: Load) -> bool:
    """Whether some forecast of the charts is an observation still."""
    for code in _on_charts(load):
        if await _forecasts(load, code):
            return True
    return False


def _on_charts(load: Load) -> list[str]:
    return sorted({row.indicator for row in load.reference.charts if row.series == "actual_or_forecast"})


def _observations(code: str) -> str:
    return f"/indicators/v1/indicators/{code}/observations"


async def _forecasts(load: Load, code: str) -> list[str]:
    """The periods of an indicator whose observation is a forecast that nobody revised."""
    try:
        found = [one async for one in iterate_items(load.client, _observations(code), area=PLYMOUTH)]
    except Refused as refused:
        if refused.status != httpx.codes.NOT_FOUND:
            raise
        return []
    return [one["period"] for one in found if one["note"] == FORECAST and one["revision"] == 1]


async def withdraw_forecasts(load: Load) -> None:
    """Withdraw them with a reason; their revisions stay readable."""

    async def one(code: str) -> None:
        for period in await _forecasts(load, code):
            body = {"area": PLYMOUTH, "period": period, "status": "withdrawn", "reason": NO_OBSERVATION}
            await send_request(load.client, "POST", _observations(code), body)
            load.tally.add("observations", CHANGED)

    await for_each(_on_charts(load), one)
    load.notes.append("Forecasts of the 2014 charts that version 0.1 loaded as observations are projections now")


async def names_are_former(load: Load) -> bool:
    """Whether a version loaded before that did not name things as the papers do, nor say what is local by inference."""
    found = (await load.once(_FRAMEWORKS)).get(LOCAL)
    return found is not None and renamed(load.reference, "frameworks", LOCAL, found) != found


async def rename_frameworks(load: Load) -> None:
    """Last of all that it is asked by: see :func:`names_are_former`."""
    for code, found in (await load.once(_FRAMEWORKS)).items():
        await patch_former(load, "frameworks", f"{_FRAMEWORKS}/{code}", {"name": None}, found)


async def mend_indicator(load: Load, path: str, body: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Name it as the papers do, and add what it lacks of what no paper prints and of notes; whether it did."""
    lacking = renamed_fields(load.reference, "indicators", body["code"], body, found)
    if load.names_are_former:
        lacking |= {name: body[name] for name in _PROVENANCE if name in body and _lacks(body[name], found[name])}
    return await _patch(load, "indicators", path, lacking)


def _lacks(sent: Sequence[Any], found: Sequence[Any]) -> bool:
    return len(found) < len(sent) and all(one in sent for one in found)


async def patch_former(
    load: Load, kind: str, path: str, body: Mapping[str, Any], found: Mapping[str, Any] | None
) -> bool:
    """Add by a PATCH the notes that what version 0.1 loaded lacks, and official names; whether it did.

    Whatever else was changed since stays.
    """
    if found is None:
        return False
    lacking = renamed_fields(load.reference, kind, path.rsplit("/", 1)[1], body, found)
    if _lacks_notes(load, body, found):
        lacking["notes"] = body["notes"]
    return await _patch(load, kind, path, lacking)


async def _patch(load: Load, kind: str, path: str, lacking: Mapping[str, Any]) -> bool:
    if lacking:
        await send_request(load.client, "PATCH", path, {**lacking, "reason": MENDED})
        load.tally.add(kind, CHANGED)
    return bool(lacking)


async def put_former(
    load: Load, kind: str, path: str, body: Mapping[str, Any], found: Mapping[str, Any] | None
) -> bool:
    """As :func:`patch_former` where there is only a PUT: where nothing else was changed since; whether it did."""
    if found is None:
        return False
    named, lacks_notes = renamed(load.reference, kind, path.rsplit("/", 1)[1], found), _lacks_notes(load, body, found)
    if not (lacks_notes or named != found) or not already_there(_without_notes(body) if lacks_notes else body, named):
        return False
    await send_request(load.client, "PUT", path, body)
    load.tally.add(kind, CHANGED)
    return True


def _lacks_notes(load: Load, body: Any, found: Any) -> bool:
    """Whether some note of ``body``, or of what it is made of, is missing from what version 0.1 loaded."""
    if not load.from_version_0_1:
        return False
    if isinstance(body, Mapping) and isinstance(found, Mapping):
        lacks = bool(body.get("notes")) and not found.get("notes")
        return lacks or any(_lacks_notes(load, part, found.get(name)) for name, part in body.items())
    if isinstance(body, list) and isinstance(found, list):
        return any(_lacks_notes(load, part, there) for part, there in zip(body, found, strict=False))
    return False


def _without_notes(body: Any) -> Any:
    if isinstance(body, Mapping):
        return {name: _without_notes(part) for name, part in body.items() if name != "notes"}
    return [_without_notes(part) for part in body] if isinstance(body, list) else body


async def mend_observation(load: Load, path: str, body: Mapping[str, Any]) -> None:
    await send_request(load.client, "POST", path, {**body, "reason": MENDED})
    load.tally.add("observations", CHANGED)


async def mend_targets(
    load: Load, path: str, bodies: Sequence[Mapping[str, Any]], existing: Sequence[Mapping[str, Any]]
) -> bool:
    """Send all versions anew, in order, where none was added since; whether it did."""
    if len(existing) > len(bodies) or all(map(already_there, bodies, existing)):
        return False
    for body in bodies:
        await send_request(load.client, "POST", path, {**body, "reason": body["source"]})
        load.tally.add("targets", CHANGED)
    return True


async def mend_scorecard(load: Load, path: str, body: Mapping[str, Any]) -> bool:
    """Put it in place with its notes, where it has the same rows in the same order; whether it did."""
    if _layout(await get_json(load.client, path)) != _layout(body):
        return False
    await send_request(load.client, "PUT", path, body)
    load.tally.add("scorecards", CHANGED)
    return True


_FORMER_SUBJECT_ACCESS = [
    {"limit": 40, "unit": "calendar_days", "valid_to": "2018-05-24"},
    {"limit": 1, "unit": "months", "calendar": None, "valid_from": "2018-05-25"},
]
"""Limits that knew neither whose days a month's last one moves by, nor how months were counted until August 2019."""


async def mend_standard(load: Load, path: str, body: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Put a standard in place that is as a former version loaded it, without its indicator; whether it did."""
    former = {name: value for name, value in body.items() if name not in {"indicator", "source"}}
    if path.endswith("/subject-access"):
        former["limits"] = _FORMER_SUBJECT_ACCESS
    lacks = already_there(former, found) and not already_there(body, found)
    if not lacks or found.get("indicator") is not None:
        return False
    await send_request(load.client, "PUT", path, body)
    load.tally.add("standards", CHANGED)
    return True


def _layout(card: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Section, aim and indicator of each row; a scorecard names indicators whole, its definition by their code."""
    return [
        (section["code"], aim["name"], _code(row["indicator"]))
        for section in card["sections"]
        for aim in section["aims"]
        for row in aim["rows"]
    ]


def _code(indicator: str | Mapping[str, str]) -> str:
    return indicator if isinstance(indicator, str) else indicator["code"]

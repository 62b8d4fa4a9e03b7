"""Areas, frameworks, indicators, targets, scorecards, observations, outcomes, objectives and standards."""

from itertools import groupby
from typing import Any

from suite.load import row_types
from suite.load.api_client import for_each, iterate_items
from suite.load.charts import milestones
from suite.load.commentaries import load_commentaries
from suite.load.contradictions import LOCAL, inferred_frameworks, notes_on
from suite.load.csv_files import FileRow
from suite.load.dataset import Reference
from suite.load.expected import ExpectedValue
from suite.load.former import (
    is_from_version_0_1,
    mend_indicator,
    mend_observation,
    mend_scorecard,
    mend_standard,
    mend_targets,
    names_are_former,
    rename_frameworks,
)
from suite.load.names import renamed
from suite.load.quality_rules import load_quality_rules
from suite.load.report import PRESERVED, SKIPPED, UNCHANGED
from suite.load.roll_up import load_roll_up
from suite.load.row_types import PLYMOUTH
from suite.load.upsert import Load, already_there, create_missing, create_once

ROOT = "/indicators/v1"


async def load_indicators(load: Load) -> None:
    """Everything the indicators service keeps, definitions before what hangs on them."""
    await for_each(load.reference.areas, lambda row: create_once(load, "areas", f"{ROOT}/areas", area_body(row)))
    await _frameworks(load)
    load.from_version_0_1 = await is_from_version_0_1(load)
    load.names_are_former = await names_are_former(load)
    fresh = await _indicators(load)
    await rename_frameworks(load)
    await _targets(load, fresh)
    await _scorecards(load)
    await _observations(load, fresh)
    await _projections(load, fresh)
    await load_roll_up(load)
    await load_commentaries(load)
    await load_quality_rules(load)
    await _standards(load)


async def _frameworks(load: Load) -> None:
    existing = await load.once(f"{ROOT}/frameworks")

    async def one(row: row_types.FrameworkRow) -> None:
        found = existing.get(row.code)
        if found is None or renamed(load.reference, "frameworks", row.code, found) == found:
            await create_missing(load, "frameworks", "POST", f"{ROOT}/frameworks", _plain(row), found)

    await for_each(load.reference.frameworks, one)


def _plain(row: FileRow) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude_none=True)


def indicator_body(row: row_types.IndicatorRow, reference: Reference) -> dict[str, Any]:
    """An indicator, with what the papers contradict of it; a framework that no paper prints is marked inferred."""
    unprinted = row.framework == LOCAL or row.code in inferred_frameworks(reference)
    inferred = ["framework"] if unprinted else []
    body = row.model_dump(mode="json", exclude={"inferred"}, exclude_none=True)
    return body | _provenance(reference, f"indicators/{row.code}", [*inferred, *row.inferred])


def _provenance(reference: Reference, resource: str, inferred: list[str]) -> dict[str, Any]:
    """What no source prints as it is, and what sources contradict; absent where there is nothing of it."""
    notes = notes_on(reference, resource)
    return ({"inferred": inferred} if inferred else {}) | ({"notes": notes} if notes else {})


def area_body(row: row_types.AreaRow) -> dict[str, Any]:
    """An area. Where its code comes from is for the reader of the file."""
    return row.model_dump(mode="json", exclude={"source"}, exclude_none=True)


async def _indicators(load: Load) -> set[str]:
    """Makes those that are missing; which these are: nothing hangs on them yet."""
    existing = {found["code"]: found async for found in iterate_items(load.client, f"{ROOT}/indicators")}
    fresh: set[str] = set()

    async def one(row: row_types.IndicatorRow) -> None:
        body, found, path = indicator_body(row, load.reference), existing.get(row.code), f"{ROOT}/indicators"
        if found and await mend_indicator(load, f"{path}/{row.code}", body, found):
            return
        if await create_missing(load, "indicators", "POST", path, body, found):
            fresh.add(row.code)

    await for_each(load.reference.indicators, one)
    return fresh


def target_body(row: row_types.TargetRow, reference: Reference) -> dict[str, Any]:
    """A target, with the points of its line on the charts as milestones; ``illustrative`` ones say so."""
    body = row.model_dump(mode="json", include={"area", "kind", "value", "due", "source", "note"}, exclude_none=True)
    body |= {"applies_from": row.in_force_from.label, "illustrative": row.basis == "illustrative"}
    if not row.note:
        del body["note"]
    if row.baseline_period is not None and row.baseline_value is not None:
        body["baseline"] = {"period": row.baseline_period.label, "value": str(row.baseline_value)}
    if points := milestones(reference.charts, row, reference.targets):
        body["milestones"] = [{"period": one.period.label, "value": str(one.value)} for one in points]
    if row.tolerance_percent is not None:
        body["tolerance_percent"] = str(row.tolerance_percent)
    return body | _provenance(reference, f"targets/{row.indicator}", [])


async def _targets(load: Load, fresh: set[str]) -> None:
    for row in (row for row in load.reference.targets if row.lacks_figures):
        load.tally.add("targets", SKIPPED)
        load.notes.append(
            f"Target of {row.indicator} ({row.kind}) is not set: the papers print no figure to start from"
        )
    usable = [row for row in load.reference.targets if not row.lacks_figures]
    by_series = groupby(sorted(usable, key=_series), key=_series)
    await for_each([list(rows) for _, rows in by_series], lambda rows: _versions(load, rows, fresh))


def _series(row: row_types.TargetRow | row_types.ObservationRow | ExpectedValue) -> tuple[str, str]:
    return row.indicator, row.area


async def _versions(load: Load, rows: list[row_types.TargetRow], fresh: set[str]) -> None:
    """The versions of one target, oldest first; those there already are not sent again."""
    path = f"{ROOT}/indicators/{rows[0].indicator}/targets"
    existing: list[dict[str, Any]] = []
    if rows[0].indicator not in fresh:
        found = [one async for one in iterate_items(load.client, path, area=rows[0].area)]
        existing = sorted(found, key=lambda one: int(one["version"]))
    bodies = [target_body(row, load.reference) for row in rows]
    if load.from_version_0_1 and existing and await mend_targets(load, path, bodies, existing):
        return
    for number, body in enumerate(bodies):
        if number < len(existing):
            load.tally.add("targets", UNCHANGED if already_there(body, existing[number]) else PRESERVED)
        else:
            why = {"reason": body["source"]} if number else {}
            await create_once(load, "targets", path, body | why)


async def _scorecards(load: Load) -> None:
    existing = {found["code"]: found async for found in iterate_items(load.client, f"{ROOT}/scorecards")}
    for row in load.reference.scorecards:
        summary, path = existing.get(row.code), f"{ROOT}/scorecards/{row.code}"
        body = scorecard_body(load, row)
        if load.from_version_0_1 and summary and await mend_scorecard(load, path, body):
            continue
        found = None if summary is None else body | summary
        await create_missing(load, "scorecards", "PUT", path, body, found)


def scorecard_body(load: Load, row: row_types.ScorecardRow) -> dict[str, Any]:
    """Sections in order, their aims in order, the indicators of each in order."""
    sections = [one for one in load.reference.sections if one.scorecard == row.code]
    return {
        "name": row.name,
        "area": PLYMOUTH,
        "comparator": row.comparator,
        "sections": [
            {"code": one.section, "name": one.title, "aims": _aims(load, one)}
            for one in sorted(sections, key=lambda one: one.position)
        ],
    }


def _aims(load: Load, section: row_types.SectionRow) -> list[dict[str, Any]]:
    where = (section.scorecard, section.section)
    aims = [one for one in load.reference.aims if (one.scorecard, one.section) == where]
    lines = [one for one in load.reference.scorecard_lines if (one.scorecard, one.section) == where]
    lines.sort(key=lambda line: line.position)
    return [
        {"name": aim.title, "rows": [_line(load, line) for line in lines if line.aim == aim.aim]}
        for aim in sorted(aims, key=lambda aim: aim.position)
    ]


def _line(load: Load, row: row_types.ScorecardLineRow) -> dict[str, Any]:
    return {"indicator": row.indicator} | _provenance(load.reference, f"scorecards/{row.scorecard}", list(row.inferred))


def observation_body(row: row_types.ObservationRow, reference: Reference) -> dict[str, Any]:
    """An observation, with what of it no paper prints."""
    body = row.model_dump(mode="json", exclude={"indicator", "inferred"}, exclude_none=True)
    return body | _provenance(reference, f"observations/{row.indicator}/{row.period.path}", _inferred(row))


def _inferred(row: row_types.ObservationRow) -> list[str]:
    """Of an inferred one in the file of observations it is the period: it is the first value of a graph."""
    if isinstance(row, row_types.DerivedObservationRow):
        return list(row.inferred)
    return ["period"] if row.basis == "inferred" else []


def projection_body(one: ExpectedValue) -> dict[str, Any]:
    body = {"area": one.area, "name": one.name, "period": one.period.label, "value": str(one.value)}
    told = {"source": one.source} | ({"note": one.note} if one.note else {})
    return body | told | ({"inferred": list(one.inferred)} if one.inferred else {})


async def _observations(load: Load, fresh: set[str]) -> None:
    by_series = groupby(sorted(load.reference.all_observations, key=_series), key=_series)
    await for_each([list(rows) for _, rows in by_series], lambda rows: _revisions(load, rows, fresh))


async def _revisions(load: Load, rows: list[row_types.ObservationRow], fresh: set[str]) -> None:
    """The observations of one series in the order of the file; a period that stands there twice is revised.

    Revisions there already are not sent again, so that what someone corrected since stays corrected.
    """
    path = f"{ROOT}/indicators/{rows[0].indicator}/observations"
    existing: dict[str, dict[str, Any]] = {}
    if rows[0].indicator not in fresh:
        existing = {one["period"]: one async for one in iterate_items(load.client, path, area=rows[0].area)}
    sent: dict[str, int] = {}
    for row in rows:
        label = row.period.label
        sent[label] = sent.get(label, 0) + 1
        found = existing.get(label)
        if found is None or found["revision"] < sent[label]:
            await create_once(load, "observations", path, observation_body(row, load.reference))
        elif found["revision"] > sent[label]:
            load.tally.add("observations", UNCHANGED)
        else:
            await _present(load, path, observation_body(row, load.reference), found)


async def _present(load: Load, path: str, body: dict[str, Any], found: dict[str, Any]) -> None:
    """An observation that is there in the revision that was loaded."""
    there = already_there(body, found)
    if load.from_version_0_1 and not there:
        await mend_observation(load, path, body)
    else:
        load.tally.add("observations", UNCHANGED if there else PRESERVED)


async def _projections(load: Load, fresh: set[str]) -> None:
    by_series = groupby(sorted(load.reference.all_expected, key=_series), key=_series)
    await for_each([list(points) for _, points in by_series], lambda points: _expected(load, points, fresh))


async def _expected(load: Load, points: list[ExpectedValue], fresh: set[str]) -> None:
    """The projections of one series; what is there is left as it is."""
    path = f"{ROOT}/indicators/{points[0].indicator}/projections"
    present: dict[tuple[str, str], dict[str, Any]] = {}
    if points[0].indicator not in fresh:
        found = iterate_items(load.client, path, area=points[0].area)
        present = {(one["name"], one["period"]): one async for one in found}
    for point in points:
        body = projection_body(point)
        await create_missing(load, "projections", "POST", path, body, present.get((body["name"], body["period"])))


async def _standards(load: Load) -> None:
    """A standard whose limit changed by law has several limits, oldest first; one that names no time has none."""
    existing = await load.once(f"{ROOT}/standards")
    for code, rows in groupby(load.reference.standards, key=lambda row: row.code):
        path, body, found = f"{ROOT}/standards/{code}", standard_body(list(rows)), existing.get(code)
        if found is None or not await mend_standard(load, path, body, found):
            await create_missing(load, "standards", "PUT", path, body, found)


def standard_body(rows: list[row_types.StandardRow]) -> dict[str, Any]:
    named = {"limit", "unit", "calendar", "valid_from", "valid_to", "from_next_day"}
    limits = [
        one.model_dump(mode="json", include=named, exclude_none=True, exclude_defaults=True)
        for one in rows
        if one.limit is not None
    ]
    notes = "; ".join(one.note for one in rows if one.note)
    source = "2018-19 business plan" + (f". {notes}" if notes else "")
    body = {"service": rows[0].service, "title": rows[0].title, "limits": limits, "source": source}
    return body | ({"indicator": rows[0].indicator} if rows[0].indicator else {})

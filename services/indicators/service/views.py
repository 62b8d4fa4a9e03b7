"""Reading states: of one indicator in one area, and of a whole scorecard."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from contracts.envelope import zulu
from contracts.period import Period
from services.indicators.domain.entry import Observation
from services.indicators.domain.limits import limits_of
from services.indicators.domain.readings import Unit
from services.indicators.errors import NotDefinedYet, ReferenceInvalid, ScorecardUnknown
from services.indicators.repository import definitions, scorecards, series
from services.indicators.repository.series import Key
from services.indicators.schemas.definitions import AreaOut, IndicatorOut
from services.indicators.schemas.observations import LimitsOut, ObservationOut, PointOut, StatusOut, TargetStateOut
from services.indicators.schemas.scorecards import AimOut, LineOut, ScorecardOut, SectionOut
from services.indicators.schemas.values import is_slug
from services.indicators.service.definitions import indicator_out, require_indicator
from services.indicators.service.known import Known, load


def observation_out(observation: Observation, unit: Unit) -> ObservationOut:
    entry = observation.entry
    limits = limits_of(observation.reading, unit)
    shown = None
    if limits.lower is not None and limits.upper is not None:
        shown = LimitsOut(lower=limits.lower, upper=limits.upper, computed=limits.computed)
    return ObservationOut(
        indicator=observation.indicator,
        revision=observation.revision,
        actor=observation.actor,
        recorded_at=observation.recorded_at,
        limits=shown,
        **{name: getattr(entry, name) for name in type(entry).__slots__},
    )


async def require_area(tx: Tx, code: str) -> AreaOut:
    row = (await definitions.areas(tx, [code])).get(code)
    if row is None:
        raise ReferenceInvalid("The area is not known.", [FieldError("area", f"{code} is not known")])
    return AreaOut(**row._mapping)  # noqa: SLF001  the documented way to a row's names


async def status(tx: Tx, code: str, area: str, as_of: datetime | None) -> StatusOut:
    """The state of an indicator in an area: as it is, or as it was known at ``as_of``."""
    definition = await _definition(tx, code, as_of)
    place = await require_area(tx, area)
    known = await load(tx, [definition], area, as_of=as_of)
    version = await series.version(tx, (code, area)) if as_of is None else None
    colours = _colours(known, (code, area))
    return StatusOut(indicator=definition, area=place, version=version, as_of=as_of, **colours)


async def _definition(tx: Tx, code: str, as_of: datetime | None) -> IndicatorOut:
    row = await require_indicator(tx, code)
    if as_of is None:
        return indicator_out(row)
    content = await definitions.definition_as_of(tx, code, as_of)
    if content is None:
        raise NotDefinedYet(code, zulu(as_of))
    return IndicatorOut.model_validate(content)


def _colours(known: Known, key: Key) -> dict[str, Any]:
    """The fields of ``ColoursOut``."""
    state = known.state(key)
    latest = known.find(key, state.latest.period) if state.latest else None
    target = state.target
    return {
        "latest": observation_out(latest, known.measures[key[0]].unit) if latest else None,
        "benchmark": state.benchmark,
        "trend": state.trend,
        "target": target and TargetStateOut(colour=target.colour, expected=target.expected, reason=target.reason),
        "series": [PointOut.model_validate(point, from_attributes=True) for point in state.series],
    }


async def scorecard(tx: Tx, code: str, area: str | None, period: Period | None) -> ScorecardOut:
    """A scorecard for an area (its own unless another is named), with what was measured up to the end of ``period``."""
    row = await scorecards.scorecard(tx, code) if is_slug(code) else None
    if row is None:
        raise ScorecardUnknown(code)
    shown = area or row.area
    if shown is None:
        raise ReferenceInvalid("This scorecard has no area of its own.", [FieldError("area", "name an area")])
    place = await require_area(tx, shown)
    parts = await scorecards.parts(tx, code)
    found = await definitions.indicators(tx, {line["indicator"] for line in parts.lines})
    until = period.end if period else None
    known = await load(tx, found.values(), shown, comparator=row.comparator, until=until)
    sections = _sections(parts, found, known, shown)
    return ScorecardOut(
        code=code, name=row.name, area=place, comparator=row.comparator, period=period, sections=sections
    )


def _sections(parts: scorecards.Parts, found: dict[str, Row[Any]], known: Known, area: str) -> list[SectionOut]:
    lines: dict[tuple[int, int], list[LineOut]] = {}
    for line in parts.lines:
        code = line["indicator"]
        shown = LineOut(indicator=indicator_out(found[code]), **_colours(known, (code, area)))
        lines.setdefault((line["section"], line["aim"]), []).append(shown)
    aims: dict[int, list[AimOut]] = {}
    for aim in parts.aims:
        rows = lines.get((aim["section"], aim["aim"]), [])
        aims.setdefault(aim["section"], []).append(AimOut(name=aim["name"], rows=rows))
    return [SectionOut(code=s["code"], name=s["name"], aims=aims.get(s["section"], [])) for s in parts.sections]

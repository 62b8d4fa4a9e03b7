"""Indicators, areas and frameworks."""

from typing import Any

from sqlalchemy import Row

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.indicators.errors import (
    AreaDiffers,
    DefinitionFixed,
    FrameworkDiffers,
    IndicatorExists,
    IndicatorUnknown,
    ReferenceInvalid,
)
from services.indicators.repository import definitions, series
from services.indicators.schemas.definitions import (
    AreaIn,
    AreaOut,
    FrameworkIn,
    FrameworkOut,
    IndicatorIn,
    IndicatorOut,
    IndicatorPatch,
)
from services.indicators.schemas.values import is_slug
from services.indicators.service.held import Held, publish
from services.indicators.service.known import load_held, measure_of


async def require_indicator(tx: Tx, code: str) -> Row[Any]:
    row = await definitions.indicator(tx, code) if is_slug(code) else None
    if row is None:
        raise IndicatorUnknown(code)
    return row


async def require_indicators(tx: Tx, codes: list[str]) -> dict[str, Row[Any]]:
    """The definitions of codes named in a body.

    Raises:
        ReferenceInvalid: names every code that is not known.
    """
    found = await definitions.indicators(tx, codes)
    unknown = [code for code in dict.fromkeys(codes) if code not in found]
    if unknown:
        errors = [FieldError("indicators", f"{code} is not known") for code in unknown]
        raise ReferenceInvalid("An indicator is not known; add it first.", errors)
    return found


def indicator_out(row: Row[Any]) -> IndicatorOut:
    return IndicatorOut(**row._mapping)  # noqa: SLF001  the documented way to a row's names


async def add_indicator(tx: Tx, sent: IndicatorIn) -> IndicatorOut:
    await _require_framework(tx, sent.framework)
    if not await definitions.add_indicator(tx, _plain(sent.model_dump())):
        raise IndicatorExists(sent.code)
    return await _keep_definition(tx, sent.code)


async def _keep_definition(tx: Tx, code: str) -> IndicatorOut:
    out = indicator_out(await require_indicator(tx, code))
    await definitions.add_definition(tx, code, out.model_dump(mode="json"))
    return out


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Words instead of enumeration members, as they are kept."""
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()}


async def _require_framework(tx: Tx, code: str | None) -> None:
    if code is not None and code not in await definitions.frameworks(tx, [code]):
        raise ReferenceInvalid("The framework is not known.", [FieldError("framework", f"{code} is not known")])


async def change_indicator(tx: Tx, code: str, sent: IndicatorPatch) -> IndicatorOut:
    """Change a definition and publish every area whose state it changes. The same content again changes nothing."""
    if is_slug(code):
        await definitions.lock_indicators(tx, [code])
    row = await require_indicator(tx, code)
    stands = row._mapping  # noqa: SLF001  the documented way to a row's names
    changes = {name: value for name, value in _plain(sent.changes()).items() if stands[name] != value}
    if not changes:
        return indicator_out(row)
    await _refuse_fixed(tx, code, changes)
    await _require_framework(tx, changes.get("framework"))
    return await _redefine(tx, code, changes)


async def _refuse_fixed(tx: Tx, code: str, changes: dict[str, Any]) -> None:
    fixed = sorted({"unit", "frequency"} & set(changes))
    if fixed and await series.has_series(tx, code):
        raise DefinitionFixed(fixed)


async def _redefine(tx: Tx, code: str, changes: dict[str, Any]) -> IndicatorOut:
    versions = await series.lock_series(tx, (), [code])
    tx.catch_up()
    known = await load_held(tx, [code], None)
    before = {key: known.body(key) for key in versions}
    await definitions.change_indicator(tx, code, changes)
    out = await _keep_definition(tx, code)
    known.measures[code] = measure_of(out)
    await publish(tx, Held(versions, versions), known, {}, before)
    return out


async def add_area(tx: Tx, sent: AreaIn) -> tuple[AreaOut, bool]:
    """The area, and whether it is new. The same content again changes nothing."""
    new = await definitions.add_area(tx, sent.model_dump())
    row = (await definitions.areas(tx, [sent.code]))[sent.code]
    out = AreaOut(**row._mapping)  # noqa: SLF001  the documented way to a row's names
    if out.model_dump() != sent.model_dump():
        raise AreaDiffers(sent.code)
    return out, new


async def add_framework(tx: Tx, sent: FrameworkIn) -> tuple[FrameworkOut, bool]:
    """The framework, and whether it is new. Its method never changes: colours were made by it."""
    new = await definitions.add_framework(tx, _plain(sent.model_dump()))
    row = (await definitions.frameworks(tx, [sent.code]))[sent.code]
    out = FrameworkOut(**row._mapping)  # noqa: SLF001  the documented way to a row's names
    if out.model_dump() != sent.model_dump():
        raise FrameworkDiffers(sent.code)
    return out, new

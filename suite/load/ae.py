"""NHS England's A&E months as observations of the four-hour wait, for providers and for England."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict

from contracts.period import Period
from suite.load.ae_file import ENGLAND, AeFile, Month, read_ae
from suite.load.api_client import find_json, for_each, iterate_items, send_request
from suite.load.dataset import Reference, read_reference
from suite.load.indicators import PLYMOUTH, area_body, indicator_body
from suite.load.report import CHANGED, CREATED, UNCHANGED, Counts, Tally
from suite.load.row_types import AreaRow
from suite.load.upsert import already_there

INDICATOR = "ae-four-hour-wait"
ROOT = "/indicators/v1"
SOURCE = "NHS England A&E attendances (Open Government Licence v3.0)"
PLYMOUTHS_PROVIDER = "RK9"


class AeReport(BaseModel):
    """What an import did: months per area, what the file lacks, and where printed figures differ from it."""

    model_config = ConfigDict(frozen=True)

    file: str
    rows: int
    providers: int
    counts: dict[str, Counts]
    notes: list[str]

    def as_text(self) -> str:
        lines = [f"{self.file}: {self.rows} rows of {self.providers} providers, as {INDICATOR}"]
        for area, counts in self.counts.items():
            told = [f"{number} {outcome}" for outcome, number in counts.model_dump().items() if number]
            lines.append(f"  {area}: {', '.join(told) or 'no months'}")
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])

    def as_json(self) -> str:
        return self.model_dump_json(indent=2)


@dataclass(frozen=True, slots=True)
class _Import:
    client: httpx.AsyncClient
    file: AeFile
    name: str
    tally: Tally


async def import_ae(
    client: httpx.AsyncClient, path: Path, *, providers: Sequence[str] = (PLYMOUTHS_PROVIDER,)
) -> AeReport:
    """Import a file: for each provider and for England, month by month, all departments together.

    The value is (attendances - breaches) / attendances x 100, rounded half up to two decimals; count and denominator
    go with it unrounded. England is the sum of every provider in the file. The whole file is checked before anything
    is sent. Again with the same file changes nothing; with other figures it revises, saying which file they are from.

    Raises:
        BadRows: naming every bad row by its line. Nothing was sent.
        Refused: the suite did not accept a call. Importing again goes on from there.
    """
    importing = _Import(client, read_ae(path, providers), path.name, Tally())
    reference = read_reference()
    await _define(client, reference)
    for area in [*dict.fromkeys(providers), ENGLAND]:
        await _make_area(client, reference, area)
        await _months(importing, area)
    notes = [*importing.file.notes(), *[note async for note in _printed(client, importing.file)]]
    return AeReport(
        file=path.name,
        rows=importing.file.rows,
        providers=importing.file.providers,
        counts=importing.tally.counts(),
        notes=notes,
    )


async def _define(client: httpx.AsyncClient, reference: Reference) -> None:
    """The indicator as the reference data defines it, where it is not there yet."""
    if await find_json(client, f"{ROOT}/indicators/{INDICATOR}") is not None:
        return
    row = next(row for row in reference.indicators if row.code == INDICATOR)
    for framework in (one for one in reference.frameworks if one.code == row.framework):
        await send_request(client, "POST", f"{ROOT}/frameworks", framework.model_dump(mode="json"))
    await send_request(client, "POST", f"{ROOT}/indicators", indicator_body(row))


async def _make_area(client: httpx.AsyncClient, reference: Reference, code: str) -> None:
    """As the reference data names it, else a provider by its code."""
    if code in {one["code"] async for one in iterate_items(client, f"{ROOT}/areas")}:
        return
    unnamed = AreaRow(code=code, name=f"Provider {code}", type="provider", source=SOURCE)
    row = next((row for row in reference.areas if row.code == code), unnamed)
    await send_request(client, "POST", f"{ROOT}/areas", area_body(row))


def observation(area: str, period: Period, month: Month) -> dict[str, Any]:
    """A month as it is sent."""
    return {
        "area": area,
        "period": period.label,
        "value": str(month.percentage),
        "count": str(month.within),
        "denominator": str(month.attendances),
        "status": "final",
        "basis": SOURCE,
    }


async def _months(importing: _Import, area: str) -> None:
    path = f"{ROOT}/indicators/{INDICATOR}/observations"
    known = {found["period"]: found async for found in iterate_items(importing.client, path, area=area)}
    importing.tally.by_kind.setdefault(area, {})

    async def one(month: tuple[Period, Month]) -> None:
        body = observation(area, *month)
        found = known.get(body["period"])
        if found is not None and already_there(body, found):
            importing.tally.add(area, UNCHANGED)
            return
        reason = {"reason": f"Other figures in {importing.name}"} if found is not None else {}
        await send_request(importing.client, "POST", path, body | reason)
        importing.tally.add(area, CHANGED if reason else CREATED)

    await for_each(importing.file.months[area].items(), one)


async def _printed(client: httpx.AsyncClient, file: AeFile) -> AsyncIterator[str]:
    """Months for which the papers print another figure for Plymouth than its provider's returns give."""
    months = file.months.get(PLYMOUTHS_PROVIDER, {})
    path = f"{ROOT}/indicators/{INDICATOR}/observations"
    async for found in iterate_items(client, path, area=PLYMOUTH):
        month = months.get(Period.parse(found["period"]))
        if month is not None and not already_there(found["value"], str(month.percentage)):
            yield (
                f"{found['period']}: {PLYMOUTH} has {found['value']} ({found['basis'] or 'no basis'}), "
                f"{PLYMOUTHS_PROVIDER} {month.percentage} in this file; both are kept"
            )

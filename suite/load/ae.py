"""NHS England's A&E months as observations of the four-hour wait, for providers, England and sums of providers."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict

from contracts.period import Period
from suite.load.ae_file import ENGLAND, AeFile, read_ae
from suite.load.ae_plan import SOURCE, Step, obstacles, plan
from suite.load.api_client import Refused, find_json, for_each, iterate_items, send_request
from suite.load.csv_files import MAX_REPORTED, BadRows
from suite.load.dataset import Reference, read_reference
from suite.load.indicators import area_body, indicator_body
from suite.load.report import UNCHANGED, Counts, Tally
from suite.load.row_types import PLYMOUTH, AreaRow
from suite.load.upsert import already_there

INDICATOR = "ae-four-hour-wait"
ROOT = "/indicators/v1"
OBSERVATIONS = f"{ROOT}/indicators/{INDICATOR}/observations"
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
            outcomes = [f"{number} {outcome}" for outcome, number in counts.model_dump().items() if number]
            lines.append(f"  {area}: {', '.join(outcomes) or 'no months'}")
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])

    def as_json(self) -> str:
        return self.model_dump_json(indent=2)


async def import_ae(
    client: httpx.AsyncClient,
    path: Path,
    *,
    providers: Sequence[str] = (PLYMOUTHS_PROVIDER,),
    sum_into: str | None = None,
    reason: str | None = None,
    accept_fewer: bool = False,
) -> AeReport:
    """Import a file month by month, all departments together: each provider, England, and the sum of all.

    The value is (attendances - breaches) / attendances x 100, rounded half up to two decimals; count and denominator
    go with it unrounded. England is what the file prints for England. The sum of every provider in the file goes into
    an area only where ``sum_into`` says which, and replaces a sum of more providers only where ``accept_fewer`` says
    so. What is final changes only with a ``reason``. A month published without attendances has a symbol instead of a
    value. All of it is decided before anything is sent. Again with the same file changes nothing.

    Raises:
        BadRows: naming every bad row by its line, or every month that may not be changed. Nothing was sent.
        Refused: the suite did not accept a call. Importing again goes on from there.
    """
    file, reference = read_ae(path, providers, sum_into), read_reference()
    areas = [area for area in dict.fromkeys([*providers, ENGLAND, sum_into]) if area in file.months]
    steps = [step for area in areas for step in plan(file, area, await _stored(client, area))]
    if problems := obstacles(file, steps, reason=reason, accept_fewer=accept_fewer):
        raise BadRows([f"{path.name}: {one}" for one in problems[:MAX_REPORTED]], more=len(problems[MAX_REPORTED:]))
    await _define(client, reference)
    for area in areas:
        await _make_area(client, reference, area)
    tally = await _take(client, areas, steps, reason)
    notes = [*file.notes(), *[note async for note in _printed(client, file)]]
    return AeReport(file=path.name, rows=file.rows, providers=file.providers, counts=tally.counts(), notes=notes)


async def _stored(client: httpx.AsyncClient, area: str) -> dict[str, dict[str, Any]]:
    """The observations of an area by period; none where the indicator or the area is not there yet."""
    try:
        return {found["period"]: found async for found in iterate_items(client, OBSERVATIONS, area=area)}
    except Refused as refused:
        if refused.status in {httpx.codes.NOT_FOUND, httpx.codes.UNPROCESSABLE_ENTITY}:
            return {}
        raise


async def _define(client: httpx.AsyncClient, reference: Reference) -> None:
    """The indicator as the reference data defines it, where it is not there yet."""
    if await find_json(client, f"{ROOT}/indicators/{INDICATOR}") is not None:
        return
    row = next(row for row in reference.indicators if row.code == INDICATOR)
    for framework in (one for one in reference.frameworks if one.code == row.framework):
        await send_request(client, "POST", f"{ROOT}/frameworks", framework.model_dump(mode="json"))
    await send_request(client, "POST", f"{ROOT}/indicators", indicator_body(row, reference))


async def _make_area(client: httpx.AsyncClient, reference: Reference, code: str) -> None:
    """As the reference data names it, else a provider by its code."""
    if code in {one["code"] async for one in iterate_items(client, f"{ROOT}/areas")}:
        return
    unnamed = AreaRow(code=code, name=f"Provider {code}", type="provider", source=SOURCE)
    row = next((row for row in reference.areas if row.code == code), unnamed)
    await send_request(client, "POST", f"{ROOT}/areas", area_body(row))


async def _take(client: httpx.AsyncClient, areas: Sequence[str], steps: Sequence[Step], reason: str | None) -> Tally:
    """Send what is new or changed."""
    tally = Tally({area: {} for area in areas})

    async def one(step: Step) -> None:
        if step.outcome != UNCHANGED:
            because = {"reason": reason} if step.needs_reason else {}
            await send_request(client, "POST", OBSERVATIONS, {**step.body, **because})
        tally.add(step.area, step.outcome)

    await for_each(steps, one)
    return tally


async def _printed(client: httpx.AsyncClient, file: AeFile) -> AsyncIterator[str]:
    """Months for which the papers print another figure for Plymouth than its provider's returns give."""
    months = file.months.get(PLYMOUTHS_PROVIDER, {})
    async for found in iterate_items(client, OBSERVATIONS, area=PLYMOUTH):
        month = months.get(Period.parse(found["period"]))
        if month is not None and month.attendances and not already_there(found["value"], str(month.percentage)):
            yield (
                f"{found['period']}: {PLYMOUTH} has {found['value']} ({found['basis'] or 'no basis'}), "
                f"{PLYMOUTHS_PROVIDER} {month.percentage} in this file; both are kept"
            )

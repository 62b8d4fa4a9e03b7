"""One indicator in an area: its chart, the same as a table, and what hangs on it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chassis.errors import NotFound
from contracts.breakdown import Breakdown, UnknownBreakdownError
from contracts.period import Period, PeriodKind
from portal.api import Api, Json, part, together
from portal.calendar import end_of_day
from portal.charts.line_chart import Chart, line_chart
from portal.files import file_response
from portal.listing import Listing
from portal.parameters import Series, Text
from portal.routes import PageRoute
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ENGLAND: Final = "E92000001"
_AREA: Final = re.compile(r"[A-Z][0-9]{8}|[A-Z0-9]{2,6}")
_NEWEST: Final = {"sort": "period", "descending": "true", "total": "true"}


@dataclass(frozen=True, slots=True)
class Compared:
    """The area whose values stand beside the indicator's, and why it is not the one that was asked for."""

    code: str
    instead_of: str | None = None


@router.get("/scorecard/indicators/{code}")
async def indicator_page(
    request: Request,
    looker: SignedIn,
    code: str,
    area: Text = None,
    breakdown: Series = "",
    comparator: Text = None,
    as_of: Text = None,
) -> Response:
    api, at = looker.api, f"/indicators/v1/indicators/{part(code)}"
    of, moment = _breakdown(breakdown), end_of_day(as_of)
    areas = await api.list_items("/indicators/v1/areas", total="true")
    wanted = area or next((each["code"] for each in areas), ENGLAND)
    other = compared_with(comparator, wanted, areas)
    about = {"area": wanted, "breakdown": breakdown, "as_of": moment}
    status, found, compared, every, targets, control, commentaries, hanging = await together(
        api.get(f"{at}/status", **about),
        api.list_items(f"{at}/observations", **about, **_NEWEST),
        api.list_part(f"{at}/observations", **(about | {"area": other.code}), **_NEWEST),
        api.list_part(f"{at}/observations", name="parts", area=wanted, as_of=moment, **_NEWEST),
        api.list_part(f"{at}/targets", **about),
        api.get_part(f"{at}/process-control", **about),
        api.list_part(f"{at}/commentaries", **about),
        _hanging_on(api, code, wanted),
    )
    kind = status["indicator"]["frequency"]
    rows, other_rows = _ordered(found, kind), _ordered(compared, kind) if other.code != wanted else []
    name = next((each["name"] for each in areas if each["code"] == other.code), other.code)
    return page(
        request,
        "indicator.html",
        found=status,
        rows=rows,
        observations=found,
        compared={row["period"]: row for row in other_rows},
        compared_name=name,
        instead_of=other.instead_of,
        chart=line_chart(_chart(status, rows, other_rows, name, control)),
        targets=targets,
        control=control,
        commentaries=commentaries.where(lambda each: bool(each["published"])),
        parts=_latest_by_part(every, kind),
        every=every,
        hanging=hanging,
        areas=areas,
        breakdown=breakdown,
        of=of,
        comparator=other.code,
        as_of=as_of,
    )


@router.get("/scorecard/indicators/{code}/file.{ending}")
async def indicator_file(
    looker: SignedIn, code: str, ending: str, area: Text = None, breakdown: Series = "", as_of: Text = None
) -> Response:
    """The observations of the series that the page shows: of the total where no breakdown is named."""
    path = f"/indicators/v1/observations.{part(ending)}"
    moment = end_of_day(as_of)
    return await file_response(looker.api, path, indicator=code, area=area, breakdown=breakdown, as_of=moment)


def compared_with(comparator: str | None, area: str, areas: Iterable[Json]) -> Compared:
    """What stands beside the values of ``area``. Only areas have values of their own: instead of a group, England."""
    if comparator == "parent":
        parents: list[str] = next((each["parents"] for each in areas if each["code"] == area), [])
        return Compared(parents[0]) if parents else Compared(ENGLAND, "what the area is part of")
    if not comparator or comparator == "england":
        return Compared(ENGLAND)
    return Compared(comparator) if _AREA.fullmatch(comparator) else Compared(ENGLAND, comparator)


async def _hanging_on(api: Api, code: str, area: str) -> dict[str, Listing]:
    """Risks, pledges and schemes that are linked to the indicator, of which the caller may see any."""
    risks, pledges, schemes = await together(
        api.list_part("/risks/v1/risks", indicator=code, area=area, total="true"),
        api.list_part("/pledges/v1/pledges", indicator=code, area=area, total="true"),
        api.list_part("/finance/v1/schemes", indicator=code, area=area, total="true"),
    )
    return {"risks": risks, "pledges": pledges, "schemes": schemes}


def _breakdown(text: str) -> dict[str, str]:
    try:
        return dict(Breakdown.parse(text).items)
    except UnknownBreakdownError as error:
        raise NotFound(str(error)) from error


def _ordered(found: Iterable[Json], kind: str) -> list[Json]:
    """Observations by period, oldest first; what was withdrawn is left out."""
    standing = [each for each in found if each["status"] != "withdrawn"]
    return sorted(standing, key=lambda each: Period.parse(each["period"], PeriodKind(kind)).sort_key)


def _latest_by_part(found: Iterable[Json], kind: str) -> list[Json]:
    """The latest observation of each breakdown."""
    latest = {tuple(sorted(each["breakdown"].items())): each for each in _ordered(found, kind) if each["breakdown"]}
    return [latest[key] for key in sorted(latest)]


def _chart(
    status: Json, rows: Sequence[Json], compared: Sequence[Json], compared_name: str, control: Json | None
) -> Chart:
    limits: Mapping[str, Any] = (control or {}).get("limits") or {}
    return Chart(
        name=f"{status['indicator']['name']}: {status['area']['name']}",
        kind=status["indicator"]["frequency"],
        points=rows,
        compared=compared,
        compared_name=compared_name,
        expected=(status["target"] or {}).get("expected"),
        lower=limits.get("lower"),
        upper=limits.get("upper"),
    )

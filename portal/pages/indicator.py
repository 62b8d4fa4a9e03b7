"""One indicator in an area: its chart, the same as a table, and what hangs on it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from chassis.errors import NotFound
from contracts.breakdown import Breakdown, UnknownBreakdownError
from contracts.period import Period, PeriodKind
from portal.api import Api, Json, part, together
from portal.charts.line_chart import Chart, line_chart
from portal.files import file_response
from portal.pages.scorecard import end_of_day
from portal.routes import PageRoute
from portal.site import SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ENGLAND: Final = "E92000001"
_SHOWN: Final = "200"
Text = Annotated[str, Query(max_length=100)]


@router.get("/scorecard/indicators/{code}")
async def indicator_page(
    request: Request,
    looker: SignedIn,
    code: str,
    area: Text = "",
    breakdown: Text = "",
    comparator: Text = "",
    as_of: Text = "",
) -> Response:
    api, at = looker.api, f"/indicators/v1/indicators/{part(code)}"
    moment, other = end_of_day(as_of), comparator or ENGLAND
    areas = (await api.get("/indicators/v1/areas", limit=_SHOWN))["items"]
    wanted = area or (areas[0]["code"] if areas else ENGLAND)
    about = {"area": wanted, "breakdown": breakdown, "as_of": moment}
    status, found, compared, targets, control, commentaries, hanging = await together(
        api.get(f"{at}/status", **about),
        api.get(f"{at}/observations", area=wanted, as_of=moment, descending="true", limit=_SHOWN),
        api.get(f"{at}/observations", area=other, as_of=moment, descending="true", limit=_SHOWN),
        api.get(f"{at}/targets", area=wanted, as_of=moment, limit=_SHOWN),
        api.get_if_any(f"{at}/process-control", **about),
        api.get(f"{at}/commentaries", area=wanted, as_of=moment, limit=_SHOWN),
        _hanging_on(api, code, wanted),
    )
    of = _breakdown(breakdown)
    rows = _ordered(found["items"], status["indicator"]["frequency"], of)
    other_rows = _ordered(compared["items"], status["indicator"]["frequency"], of) if other != wanted else []
    other_name = next((each["name"] for each in areas if each["code"] == other), other)
    return page(
        request,
        "indicator.html",
        found=status,
        rows=rows,
        compared={row["period"]: row for row in other_rows},
        compared_name=other_name,
        chart=line_chart(_chart(status, rows, other_rows, other_name, control)),
        targets=[each for each in targets["items"] if each["breakdown"] == of],
        control=control,
        commentaries=[each for each in commentaries["items"] if each["published"]],
        parts=_latest_by_part(found["items"], status["indicator"]["frequency"]),
        hanging=hanging,
        areas=[(each["code"], each["name"]) for each in areas],
        breakdown=breakdown,
        comparator=other,
        as_of=as_of,
    )


@router.get("/scorecard/indicators/{code}/file.{ending}")
async def indicator_file(
    looker: SignedIn, code: str, ending: str, area: Text = "", breakdown: Text = "", as_of: Text = ""
) -> Response:
    path = f"/indicators/v1/observations.{part(ending)}"
    moment = end_of_day(as_of)
    return await file_response(looker.api, path, indicator=code, area=area, breakdown=breakdown, as_of=moment)


async def _hanging_on(api: Api, code: str, area: str) -> dict[str, list[Json]]:
    """Risks, pledges and schemes that are linked to the indicator, of which the caller may see any."""
    risks, pledges, schemes = await together(
        api.get_if_any("/risks/v1/risks", indicator=code, area=area, limit=_SHOWN),
        api.get_if_any("/pledges/v1/pledges", indicator=code, area=area, limit=_SHOWN),
        api.get_if_any("/finance/v1/schemes", indicator=code, area=area, limit=_SHOWN),
    )
    found = {"risks": risks, "pledges": pledges, "schemes": schemes}
    return {name: (each or {"items": []})["items"] for name, each in found.items()}


def _breakdown(text: str) -> dict[str, str]:
    try:
        return dict(Breakdown.parse(text).items)
    except UnknownBreakdownError as error:
        raise NotFound(str(error)) from error


def _ordered(found: Sequence[Json], kind: str, breakdown: Mapping[str, str]) -> list[Json]:
    """The observations of one series by period, oldest first; what was withdrawn is left out."""
    series = [each for each in found if each["breakdown"] == breakdown and each["status"] != "withdrawn"]
    return sorted(series, key=lambda each: Period.parse(each["period"], PeriodKind(kind)).sort_key)


def _latest_by_part(found: Sequence[Json], kind: str) -> list[Json]:
    """The latest observation of each breakdown."""
    latest = {tuple(sorted(each["breakdown"].items())): each for each in _all_ordered(found, kind) if each["breakdown"]}
    return [latest[key] for key in sorted(latest)]


def _all_ordered(found: Sequence[Json], kind: str) -> list[Json]:
    return sorted(found, key=lambda each: Period.parse(each["period"], PeriodKind(kind)).sort_key)


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

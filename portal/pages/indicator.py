"""One indicator in an area: its charts, the same as tables, what it comes to, and what hangs on it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from chassis.errors import NotFound
from contracts.breakdown import Breakdown, UnknownBreakdownError
from contracts.period import Period, PeriodKind
from portal.api import Api, Json, part, together
from portal.calendar import end_of_day
from portal.charts.control_chart import control_chart
from portal.charts.line_chart import Chart, line_chart, small_chart
from portal.errors import Refused
from portal.files import file_response
from portal.forms import read_form
from portal.listing import Listing
from portal.parameters import Series, Text
from portal.routes import PageRoute
from portal.showing import breakdown as in_words
from portal.showing import query
from portal.site import Looker, SignedIn, page

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ENGLAND: Final = "E92000001"
_AREA: Final = re.compile(r"[A-Z][0-9]{8}|[A-Z0-9]{2,6}")
_NEWEST: Final = {"sort": "period", "descending": "true", "total": "true"}
_MOST_PARTS: Final = 24
"""Breakdowns that have a small chart each."""
_STATES: Final = {"draft": "The commentary is saved as a draft.", "published": "The commentary is published."}


@dataclass(frozen=True, slots=True)
class View:
    """What of an indicator is looked at, as the address says it."""

    area: str | None = None
    breakdown: str = ""
    comparator: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The area whose values stand beside the indicator's, and why it is not the one that was asked for."""

    code: str
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class PartShown:
    """A breakdown with its latest observation, and a chart of it on the scale that all breakdowns have."""

    latest: Json
    chart: Markup


@router.get("/scorecard/indicators/{code}")
async def indicator_page(
    request: Request,
    looker: SignedIn,
    code: str,
    area: Text = None,
    breakdown: Series = "",
    comparator: Text = None,
    as_of: Text = None,
    done: Text = None,
) -> Response:
    view = View(area, breakdown, comparator, as_of)
    return await _indicator(request, looker, code, view, done=_STATES.get(done or ""))


@router.post("/scorecard/indicators/{code}/commentaries")
async def write_commentary(request: Request, looker: SignedIn, code: str) -> Response:
    """What somebody says of a figure: a draft, or published beside it in scorecards and exceptions."""
    fields = await read_form(request)
    view = View(fields.get("area"), fields.get("breakdown", ""))
    state = "published" if fields.get("state") == "published" else "draft"
    body: Json = {name: fields.get(name) or None for name in ("area", "period", "text", "reason")}
    body |= {"breakdown": _breakdown(view.breakdown), "state": state}
    try:
        await looker.api.change("POST", f"/indicators/v1/indicators/{part(code)}/commentaries", body)
    except Refused as refused:
        return await _indicator(request, looker, code, view, refused=refused, written=fields)
    shown = query({"area": view.area, "breakdown": view.breakdown, "done": state})
    return RedirectResponse(f"/scorecard/indicators/{part(code)}?{shown}#said", status_code=303)


@router.get("/scorecard/indicators/{code}/file.{ending}")
async def indicator_file(
    looker: SignedIn, code: str, ending: str, area: Text = None, breakdown: Series = "", as_of: Text = None
) -> Response:
    """The observations of the series that the page shows: of the total where no breakdown is named."""
    path = f"/indicators/v1/observations.{part(ending)}"
    moment = end_of_day(as_of)
    return await file_response(looker.api, path, indicator=code, area=area, breakdown=breakdown, as_of=moment)


@router.get("/scorecard/indicators/{code}/{table}.{ending}")
async def table_file(
    looker: SignedIn,
    code: str,
    table: str,
    ending: str,
    area: Text = None,
    breakdown: Series = "",
    as_of: Text = None,
) -> Response:
    """What a chart of the page shows: ``process-control`` or ``trajectory``."""
    if table not in {"process-control", "trajectory"}:
        raise NotFound("There is no such file of an indicator.")
    path = f"/indicators/v1/indicators/{part(code)}/{table}.{part(ending)}"
    return await file_response(looker.api, path, area=area, breakdown=breakdown, as_of=end_of_day(as_of))


async def _indicator(
    request: Request,
    looker: Looker,
    code: str,
    view: View,
    *,
    done: str | None = None,
    refused: Refused | None = None,
    written: Mapping[str, str] | None = None,
) -> Response:
    areas = await looker.api.list_items("/indicators/v1/areas", total="true")
    wanted = view.area or next((each["code"] for each in areas), ENGLAND)
    other = compared_with(view.comparator, wanted, areas)
    name = next((each["name"] for each in areas if each["code"] == other.code), other.code)
    found = await _asked(looker.api, code, wanted, other.code, view)
    kind = found["found"]["indicator"]["frequency"]
    rows = _ordered(found["observations"], kind)
    compared = _ordered(found["others"], kind) if other.code != wanted else []
    gaps = (found["gaps"] or {"items": ()})["items"]
    shown = found | {"gaps": [gap | {"chart": _gap_chart(gap, at)} for at, gap in enumerate(gaps)]}
    return page(
        request,
        "indicator.html",
        status=refused.status if refused else 200,
        live=() if view.as_of else [f"indicators/{code}/*", *_subjects_of(found["hanging"])],
        **shown,
        rows=rows,
        compared={row["period"]: row for row in compared},
        compared_name=name,
        instead_of=other.instead_of,
        expected={each["period"]: each for each in _periods(found["trajectory"])},
        chart=line_chart(_chart(found, rows, compared, name)),
        control_chart=control_chart(found["control"], kind) if found["control"] else "",
        parts=parts_shown(found["every"], kind),
        revised=_revised(found["revisions"], kind),
        areas=areas,
        breakdown=view.breakdown,
        of=_breakdown(view.breakdown),
        comparator=other.code,
        as_of=view.as_of,
        written=written or {},
        done=done,
        problem=refused,
    )


async def _asked(api: Api, code: str, area: str, other: str, view: View) -> dict[str, Any]:
    """All that the page is made of, beside the areas."""
    at, moment = f"/indicators/v1/indicators/{part(code)}", end_of_day(view.as_of)
    about = {"area": area, "breakdown": view.breakdown, "as_of": moment}
    _breakdown(view.breakdown)
    names = (
        *("found", "observations", "others", "every", "revisions", "targets"),
        *("trajectory", "control", "trend", "forecast", "gaps", "commentaries", "hanging"),
    )
    answers = await together(
        api.get(f"{at}/status", **about),
        api.list_items(f"{at}/observations", **about, **_NEWEST),
        api.list_part(f"{at}/observations", **(about | {"area": other}), **_NEWEST),
        api.list_part(f"{at}/observations", name="parts", area=area, as_of=moment, **_NEWEST),
        api.list_part(f"{at}/observations", name="revisions", revisions="true", **about, **_NEWEST),
        api.list_part(f"{at}/targets", **about),
        api.get_part(f"{at}/trajectory", **about),
        api.get_part(f"{at}/process-control", **about),
        api.get_part(f"{at}/trend-test", **about),
        api.get_part(f"{at}/forecast", **about),
        api.get_part(f"{at}/inequality-gaps", **about),
        api.list_part(f"{at}/commentaries", **about),
        _hanging_on(api, code, area),
    )
    return dict(zip(names, answers, strict=True))


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


def _subjects_of(hanging: Mapping[str, Listing]) -> list[str]:
    """What hangs on the indicator, as its events name it."""
    risks = [f"risks/{each['ref']}" for each in hanging["risks"]]
    pledges = [f"pledges/{each['id']}" for each in hanging["pledges"]]
    return [*risks, *pledges, *(f"finance/{each['code']}" for each in hanging["schemes"])]


def _breakdown(text: str) -> dict[str, str]:
    try:
        return dict(Breakdown.parse(text).items)
    except UnknownBreakdownError as error:
        raise NotFound(str(error)) from error


def _ordered(found: Iterable[Json], kind: str) -> list[Json]:
    """Observations by period, oldest first; what was withdrawn is left out."""
    standing = [each for each in found if each["status"] != "withdrawn"]
    return sorted(standing, key=lambda each: Period.parse(each["period"], PeriodKind(kind)).sort_key)


def _periods(trajectory: Json | None) -> list[Json]:
    return trajectory["periods"] if trajectory else []


def parts_shown(found: Iterable[Json], kind: str) -> list[PartShown]:
    """Each breakdown, with the total beside it, all on one scale so that they compare."""
    by_part: dict[tuple[tuple[str, str], ...], list[Json]] = {}
    for each in _ordered(found, kind):
        by_part.setdefault(tuple(sorted(each["breakdown"].items())), []).append(each)
    total = by_part.pop((), [])
    shown = sorted(by_part)[:_MOST_PARTS]
    within = [each["value"] for key in shown for each in by_part[key] if each["value"] is not None]
    return [
        PartShown(
            by_part[key][-1],
            small_chart(
                Chart(
                    name=in_words(dict(key)),
                    kind=kind,
                    points=by_part[key],
                    compared=total,
                    identity=f"part-{at}",
                    within=within,
                )
            ),
        )
        for at, key in enumerate(shown)
    ]


def _gap_chart(gap: Json, at: int) -> Markup:
    indicator = gap["indicator"]
    return small_chart(
        Chart(name=indicator["name"], kind=indicator["frequency"], points=gap["series"], identity=f"gap-{at}")
    )


def _revised(found: Iterable[Json], kind: str) -> list[Json]:
    """Every revision of the periods that have more than one, the newest period first."""
    revisions = list(found)
    changed = {each["period"] for each in revisions if each["revision"] > 1}
    order = {period: Period.parse(period, PeriodKind(kind)).sort_key for period in changed}
    kept = [each for each in revisions if each["period"] in changed]
    return sorted(kept, key=lambda each: (order[each["period"]], each["revision"]), reverse=True)


def _chart(found: Json, rows: Sequence[Json], compared: Sequence[Json], compared_name: str) -> Chart:
    status = found["found"]
    return Chart(
        name=f"{status['indicator']['name']}: {status['area']['name']}",
        kind=status["indicator"]["frequency"],
        points=rows,
        compared=compared,
        compared_name=compared_name,
        trajectory=_periods(found["trajectory"]),
    )

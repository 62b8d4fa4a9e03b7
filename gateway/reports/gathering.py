"""The numbers of a report, asked of the public API with the rights of who drafts it."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from httpx import codes

from chassis.errors import Forbidden
from contracts.period import Period
from gateway.reports.errors import PartUnavailable, QuarterInvalid, ScorecardGone
from gateway.reports.report import CellKind, Column, Content, FrontSheet, ReportTable, Row, Sources
from portal.api import Api, part
from portal.calendar import financial_year
from portal.errors import Refused
from portal.listing import Json

_NUMBER, _MONEY, _COLOUR = CellKind.NUMBER, CellKind.MONEY, CellKind.COLOUR


async def gather(api: Api, quarter: Period, scorecard: str | None, as_of: str | None = None) -> Content:
    """What there is to report of ``quarter``, by the scorecard of that code, or by none.

    ``as_of``: a moment, in ISO 8601, up to which all of it was known; None: what is known now.

    Raises:
        QuarterInvalid: it has not ended by the business date, that of the moment where there is one.
        ScorecardGone: there is no scorecard of that code.
        Forbidden: the caller may not see a part: a report has no holes.
        PartUnavailable: a service does not answer.
    """
    with _whole():
        return await _gather(api, quarter, scorecard, as_of)


async def choose_scorecard(api: Api, usual: str) -> str | None:
    """Code of the scorecard that a new report is made of: the usual one, else the first there is.

    Raises:
        Forbidden, PartUnavailable: as of any part.
    """
    with _whole():
        codes = [card["code"] async for card in _every(api, "/indicators/v1/scorecards")]
    return usual if usual in codes else next(iter(codes), None)


@contextmanager
def _whole() -> Iterator[None]:
    """Every part is had, or it is said why not."""
    try:
        yield
    except Refused as refused:
        if refused.status == codes.FORBIDDEN:
            raise Forbidden(f"A report has every part of it: {refused.detail}") from refused
        raise PartUnavailable(refused.detail or refused.title) from refused


async def _gather(api: Api, quarter: Period, scorecard: str | None, as_of: str | None) -> Content:
    register = await api.get("/risks/v1/register", as_of=as_of)
    known_on = date.fromisoformat(register["day"])
    if quarter.end > known_on:
        raise QuarterInvalid(f"{quarter.label} ends on {quarter.end}; the business date is {known_on}.")
    card = await _scorecard(api, quarter, scorecard, as_of)
    year = financial_year(quarter.end)
    pledges = await api.get(f"/pledges/v1/quarters/{quarter.path}/report", as_of=as_of)
    tables = [
        _figures(card),
        await _exceptions(api, card, quarter, as_of),
        *await _risks(api, register["items"], quarter, as_of),
        *_pledges(pledges["pledges"]),
        *await _funds(api, year, as_of),
        _decisions(pledges["open_decisions"]),
    ]
    sources = Sources(
        quarter=quarter.label,
        scorecard=card["code"] if card else None,
        area=card["area"]["name"] if card else None,
        financial_year=year,
        known_on=known_on.isoformat(),
        as_of=as_of,
    )
    return Content(FrontSheet(f"Integrated performance report, {quarter.label}"), sources, tuple(tables))


async def _every(api: Api, path: str, **wanted: str | None) -> AsyncIterator[Json]:
    """Every item of a collection, page by page."""
    cursor: str | None = None
    while True:
        found = await api.get(path, limit="200", cursor=cursor, **wanted)
        for item in found["items"]:
            yield item
        cursor = found["next"]
        if cursor is None:
            return


async def _if_any(api: Api, path: str, **wanted: str | None) -> Json | None:
    try:
        return await api.get(path, **wanted)
    except Refused as refused:
        if refused.status == codes.NOT_FOUND:
            return None
        raise


async def _scorecard(api: Api, quarter: Period, code: str | None, as_of: str | None) -> Json | None:
    if code is None:
        return None
    found = await _if_any(api, f"/indicators/v1/scorecards/{part(code)}", period=quarter.label, as_of=as_of)
    if found is None:
        when = f"was none of that code at {as_of}" if as_of else "is none of that code now"
        raise ScorecardGone(f"The report is made of the scorecard {code}, and there {when}.")
    return found


def _figures(card: Json | None) -> ReportTable:
    columns = (
        *(Column(title) for title in ("Strategy", "Indicator", "For whom", "Period")),
        Column("Value", _NUMBER),
        Column("Mark"),
        *(Column(title, _COLOUR) for title in ("Benchmark", "Trend", "Target")),
        Column("Comment"),
    )
    sections = card["sections"] if card else []
    rows = [_figure(section["name"], row) for section in sections for aim in section["aims"] for row in aim["rows"]]
    return ReportTable("scorecard", "Scorecard", 3, columns, tuple(rows))


def _figure(strategy: str, row: Json) -> Row:
    latest, commentary = row["latest"] or {}, row["commentary"]
    target = row["target"] or {}
    marks = [*([latest["missing"]] if latest.get("missing") else []), *latest.get("marks", ())]
    if latest.get("status") == "provisional":
        marks.append("provisional")
    marks += [f"inferred {each.replace('_', ' ')}" for each in (*latest.get("inferred", ()), *row["inferred"])]
    said = f"{commentary['text']} ({commentary['author']})" if commentary else latest.get("note")
    return (
        strategy,
        row["indicator"]["name"],
        _breakdown(row["breakdown"]),
        latest.get("period"),
        latest.get("value"),
        ", ".join(marks) or None,
        row["benchmark"]["colour"],
        row["trend"]["colour"],
        target.get("colour"),
        said,
    )


def _breakdown(found: Mapping[str, str]) -> str | None:
    return ", ".join(f"{dimension}: {value}" for dimension, value in sorted(found.items())) or None


async def _exceptions(api: Api, card: Json | None, quarter: Period, as_of: str | None) -> ReportTable:
    columns = tuple(map(Column, ("Indicator", "For whom", "Owner", "Period", "Why it is one", "Commentary")))
    wanted = {"area": card["area"]["code"], "scorecard": card["code"], "period": quarter.label} if card else None
    found = (await api.get("/indicators/v1/exceptions", **wanted, as_of=as_of))["items"] if wanted else []
    rows = [
        (
            each["name"],
            _breakdown(each["breakdown"]),
            each["owner"],
            each["period"],
            "; ".join(finding["reason"] for finding in each["findings"]),
            each["commentary"]["text"] if each["commentary"] else None,
        )
        for each in found
    ]
    return ReportTable("exceptions", "Exceptions", 2, columns, tuple(rows))


async def _risks(api: Api, register: Iterable[Json], quarter: Period, as_of: str | None) -> list[ReportTable]:
    risks = [each for each in register if each["status"] not in {"closed", "draft"}]
    ratings = ("When the last quarter closed", "Now", "Target")
    columns = tuple(map(Column, ("Reference", "Risk", "Owner", *ratings, "Movement")))
    rows = [_risk(each) for each in risks]
    moved = await _moves(api, [each["ref"] for each in risks], quarter, as_of)
    of_moves = tuple(map(Column, ("Reference", "On", "From", "To", "By", "Why")))
    return [
        ReportTable("risks", "Risk register", 1, columns, tuple(rows)),
        ReportTable("risk-moves", "Risks that moved, and why", 4, of_moves, tuple(moved)),
    ]


def _risk(risk: Json) -> Row:
    ratings = (_rating(risk["previous"]), _rating(risk["effective"]), _rating(risk["target"]))
    return (risk["ref"], risk["title"], risk["owner"], *ratings, risk["movement"])


def _rating(found: Json | None) -> str | None:
    if not found or not found["band"]:
        return None
    score = f", {found['score']} ({found['impact']} x {found['likelihood']})" if found["score"] else ""
    return f"{found['band'].capitalize()}{score}"


async def _moves(api: Api, refs: Sequence[str], quarter: Period, as_of: str | None) -> list[Row]:
    """From the quarter's first day on, risk by risk: what moved one since is the board's to know.

    It is asked of all risks at once, however many there are.
    """
    order = {ref: n for n, ref in enumerate(refs)}
    wanted = {"from_": quarter.start.isoformat(), "as_of": as_of}
    found = [each async for each in _every(api, "/risks/v1/rating-changes", **wanted)]
    moved = [each for each in found if each["risk"] in order and _is_move(each)]
    return [
        (
            each["risk"],
            each["business_date"],
            _rating(each["before"]),
            _rating(each["after"]),
            each["cause"].replace("_", " "),
            each["why"],
        )
        for each in sorted(moved, key=lambda one: order[one["risk"]])
    ]


def _is_move(change: Json) -> bool:
    return bool(change["before"]) and _rating(change["before"]) != _rating(change["after"])


def _pledges(found: Sequence[Json]) -> list[ReportTable]:
    columns = tuple(map(Column, ("Pledge", "Wording", "Portfolio holders", "Delivery", "Evidence", "Schedule")))
    pledges = [
        (
            each["id"],
            each["wording"],
            ", ".join(each["portfolio_holders"]) or None,
            *(each[axis].replace("_", " ") for axis in ("delivery", "evidence", "schedule")),
        )
        for each in found
    ]
    return [
        ReportTable("pledges", "Pledges", 1, columns, tuple(pledges)),
        ReportTable("returns", "Returns of the quarter", 1, _RETURN_COLUMNS, tuple(_returns(found))),
    ]


_RETURN_COLUMNS: Final = (
    *(Column(title) for title in ("Return", "Portfolio holder", "State")),
    Column("How it goes", _COLOUR),
    Column("Narrative"),
)


def _returns(pledges: Iterable[Json]) -> list[Row]:
    return [
        (
            each["id"],
            each["portfolio_holder"],
            f"{each['state']}{', missing' if each['missing'] else ''}{', late' if each['late'] else ''}",
            each["colour"],
            each["narrative"],
        )
        for pledge in pledges
        for each in pledge["returns"]
    ]


async def _funds(api: Api, year: str, as_of: str | None) -> list[ReportTable]:
    lines: list[Row] = []
    savings: list[Row] = []
    illustrative = False
    wanted = {"financial_year": year, "as_of": as_of}
    async for now in _every(api, "/finance/v1/funds"):
        at = f"/finance/v1/funds/{part(now['code'])}"
        fund = now if as_of is None else await _if_any(api, at, as_of=as_of)
        if fund is None:
            continue
        if position := await _if_any(api, f"{at}/position", **wanted):
            total = {"division": "Total", **position}
            lines += [_line(fund["name"], each) for each in (*position["lines"], total)]
        if saved := await _if_any(api, f"{at}/savings", **wanted):
            illustrative = illustrative or saved["illustrative"]
            savings += [_saving(fund["name"], each) for each in (*saved["workstreams"], saved["total"])]
    of_which = ", in part illustrative" if illustrative else ""
    of_lines = (Column("Fund"), Column("Line"), *_money_columns("Budget", "Spent so far", "Outturn", "Variance"))
    of_savings = (
        Column("Fund"),
        Column("Workstream"),
        *_money_columns("Proposed", "Low", "High", "Achieved", "Banked", "Unachieved"),
    )
    return [
        ReportTable("fund", f"Fund, {year}", 2, of_lines, tuple(lines)),
        ReportTable(
            "savings",
            f"Savings, {year}{of_which}",
            2,
            of_savings,
            tuple(savings),
        ),
    ]


def _money_columns(*titles: str) -> Sequence[Column]:
    return tuple(Column(title, _MONEY) for title in titles)


def _line(fund: str, line: Json) -> Row:
    return (fund, line["division"], *(_pounds(line[name]) for name in ("budget", "spent", "outturn", "variance")))


def _saving(fund: str, row: Json) -> Row:
    name = (row["workstream"] or "total").replace("_", " ").capitalize()
    figures = ("proposed", "proposed_low", "proposed_high", "achieved", "banked", "unachieved")
    return (fund, name, *(_pounds(row[each]) for each in figures))


def _pounds(amount: Mapping[str, Any]) -> str:
    return str(amount["amount"])


def _decisions(found: Iterable[Json]) -> ReportTable:
    """Decisions that no board has taken yet, by the day they are due."""
    columns = tuple(map(Column, ("Decision", "What is asked for", "Board", "Due", "Asked of")))
    rows = [
        (each["code"], each["title"], each["board"], each["due"], ", ".join(each["asked_of"]) or None)
        for each in sorted(found, key=lambda one: (one["due"] or "9999", one["code"]))
    ]
    return ReportTable("decisions", "Decisions asked for", 1, columns, tuple(rows))

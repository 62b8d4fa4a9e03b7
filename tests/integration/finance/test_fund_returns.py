"""The Better Care Fund return: filled from the fund, checked, signed off, and from then on as it was signed."""

import json
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import InsufficientScope
from chassis.identity import Caller
from chassis.storage.database import Database
from contracts.period import Period
from services.finance.domain.fund_return import FundReturn, ReturnContent
from services.finance.domain.return_cells import Cell, CellKind, Filled
from services.finance.domain.return_forms import template_of
from services.finance.errors import ReturnIncomplete
from services.finance.schemas.fund_returns import ReturnSignOffBody
from services.finance.service.fund_returns import save_return
from tests.integration.finance.world import ADMISSIONS, PLYMOUTH, Source, fund_body, hear, money

FUND = "/finance/v1/funds/integrated-fund"
BOARD = {
    "role": "health_and_wellbeing_board",
    "organisation": "Plymouth",
    "name": "The director",
    "signed_on": "2018-05-20",
    "delegated_by": "The board",
    "ratified_on": "2018-05-22",
}


def answer_of(cell: Cell) -> str:
    by_kind = {CellKind.TEXT: "Said", CellKind.MONEY: "100", CellKind.INTEGER: "0", CellKind.DATE: "2018-12-31"}
    return cell.choices[0] if cell.choices else by_kind[cell.kind]


def answers_of(quarter: str, **changes: str) -> dict[str, str]:
    """Every cell that people fill, answered as whoever has nothing to report."""
    template = template_of(Period.parse(quarter))
    assert template is not None
    asked = [cell for cell in template.cells if cell.filled is Filled.INPUT and cell.when is None]
    live = {cell.code: template.quarter.end.isoformat() for cell in asked if cell.code.startswith("measures.live_on.")}
    return {cell.code: answer_of(cell) for cell in asked} | live | changes


def cells_of(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {cell["cell"]: cell for sheet in found["sheets"] for cell in sheet["cells"]}


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]


@pytest.fixture
async def ended(api: httpx.AsyncClient, move_to: Any) -> httpx.AsyncClient:
    await move_to(date(2018, 5, 24))
    await spend(api, {f"2017/18 Q{n}": amount for n, amount in enumerate(("0", "100", "409.50", "0.25"), 1)})
    return api


async def spend(api: httpx.AsyncClient, amounts: dict[str, str]) -> None:
    postings = [
        {"reference": period, "line": "leisure", "period": period, "amount": money(amount)}
        for period, amount in amounts.items()
    ]
    answer = await api.post(f"{FUND}/outturn", json={"postings": postings})
    assert answer.status_code == 201, answer.text


@pytest.fixture
async def of_before(api: httpx.AsyncClient, move_to: Any) -> httpx.AsyncClient:
    """A fund of 2016/17, of which each quarter has an outturn."""
    body = fund_body()
    body["budget_lines"] = [line | {"financial_year": "2016/17"} for line in body["budget_lines"]]
    body["budget_lines"] += fund_body()["budget_lines"]
    assert (await api.put(FUND, json=body)).status_code == 200
    await move_to(date(2017, 5, 24))
    await spend(api, {f"2016/17 Q{number}": "250" for number in (1, 2, 3, 4)})
    return api


def answers_of_2016(quarter: str, start: str, end: str) -> dict[str, str]:
    budgets = {"start": start, "new": str(int(end) - int(start)), "stopped": "0", "end": end}
    return answers_of(
        quarter,
        **{"pooling.expected": "2018-12-31", "money.income.why": "Late", "money.expenditure.why": "Slippage"},
        **{f"measures.budgets.{one}": number for one, number in budgets.items()},
    )


@pytest.mark.both_engines
async def test_a_return_is_signed_off_once_it_is_whole_and_stays(ended: httpx.AsyncClient):
    path = f"{FUND}/returns/2017-18-Q4"
    blank = (await ended.get(path)).json()
    assert (blank["revision"], blank["state"], blank["status"]) == (None, "draft", "Incomplete Template")
    cells = cells_of(blank)
    assert (cells["pooling.section_75"]["value"], cells["money.expenditure.planned.year"]["value"]) == ("No", "1005000")
    assert (cells["money.expenditure.actual.year"]["value"], "money.pooled" in cells) == ("510", False)
    assert "money.income.planned.q1" not in cells, "the form of the year asks for no quarters"
    assert {cells[code]["basis"] for code in cells if code.endswith(".enabler")} == {"unsourced"}
    named = {
        code: (cells[code]["checked_by"], bool(cells[code]["rules"])) for code in ("cover.board", "money.income.why")
    }
    assert named == {"cover.board": ("unsourced", False), "money.income.why": ("recollected", True)}
    early = await ended.put(path, json={"answers": answers_of("2017/18 Q4"), "sign_offs": [BOARD]})
    assert kind(early) == (409, "return-incomplete"), "not pooled: when, is asked; expenditure differs: why, is asked"
    assert "pooling.expected" in early.json()["detail"]
    whole = answers_of("2017/18 Q4") | {"pooling.expected": "2018-12-31", "money.expenditure.why": "Slippage"}
    draft = await ended.put(path, json={"answers": whole})
    assert (draft.status_code, draft.json()["state"], draft.json()["complete"]) == (201, "draft", True)
    signed = await ended.put(path, json={"answers": whole, "sign_offs": [BOARD]})
    assert (signed.status_code, signed.json()["state"], signed.json()["revision"]) == (200, "signed_off", 2)
    assert cells_of(signed.json())["money.income.planned.year"]["value"] == "500"
    late = {"reference": "late", "line": "leisure", "period": "2018-03", "amount": money(90)}
    assert (await ended.post(f"{FUND}/outturn", json={"postings": [late]})).status_code == 201
    assert cells_of((await ended.get(path)).json())["money.expenditure.actual.year"]["value"] == "510", (
        "as it was signed"
    )
    assert (await ended.put(path, json={"answers": whole, "sign_offs": [BOARD]})).json()["revision"] == 2
    again = {"answers": whole, "sign_offs": []}
    assert (await ended.put(path, json=again)).status_code == 422
    anew = await ended.put(path, json=again | {"reason": "Late invoices"})
    assert (anew.json()["revision"], anew.json()["state"]) == (3, "draft")
    assert cells_of(anew.json())["money.expenditure.actual.year"]["value"] == "600"
    before = (await ended.get(path, params={"revision": 2})).json()
    assert (before["state"], before["sign_offs"][0]["delegated_by"]) == ("signed_off", "The board")
    for ending, sheet in {"xlsx": "xl/worksheets/sheet1.xml", "ods": "content.xml"}.items():
        file = await ended.get(f"{path}.{ending}")
        assert file.status_code == 200, file.text
        with ZipFile(BytesIO(file.content)) as book:
            written = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
            assert sheet in book.namelist()
        said = ("money.expenditure.actual.year", "Complete Template", "A draft: not signed off", ">600<", ">unsourced<")
        for cell in said:
            assert cell in written, (ending, cell)


async def test_answers_that_do_not_fit_their_cells_are_named(ended: httpx.AsyncClient):
    answers = {
        "conditions.1.met": "Perhaps",
        "money.expenditure.actual.year": "1",
        "money.income.dfg.actual": "100000001",
        "none": "x",
        "pooling.expected": "soon",
    }
    refused = await ended.put(f"{FUND}/returns/2017-18-Q4", json={"answers": answers})
    assert [error["field"] for error in refused.json()["errors"]] == [f"answers.{code}" for code in answers]
    assert kind(await ended.get(f"{FUND}/returns/2018-19-Q1")) == (404, "return-unknown")
    assert kind(await ended.get("/finance/v1/funds/none/returns/2017-18-Q4")) == (404, "fund-unknown")


@pytest.mark.both_engines
@pytest.mark.parametrize("quarter", ["2016/17 Q2", "2016/17 Q4"])
async def test_a_return_by_the_form_of_2015_to_2017_is_signed_off(of_before: httpx.AsyncClient, quarter: str):
    path = f"{FUND}/returns/{quarter.replace('/', '-').replace(' ', '-')}"
    whole = answers_of_2016(quarter, "0", "3")
    no_forecasts = {code: value for code, value in whole.items() if not is_forecast_of_the_past(code, quarter)}
    signed = await of_before.put(path, json={"answers": no_forecasts, "sign_offs": [signed_on("2017-05-20")]})
    assert (signed.status_code, signed.json()["state"]) == (201, "signed_off"), signed.text
    cells = cells_of(signed.json())
    assert (cells["money.income.forecast.year"]["value"], cells["money.pooled"]["value"]) == ("400", "1005000")


def is_forecast_of_the_past(code: str, quarter: str) -> bool:
    return ".forecast." in code and code[-2:] <= quarter[-2:].lower()


async def stored_returns(connection: AsyncConnection) -> list[dict[str, Any]]:
    """What is stored of each revision, as it is stored."""
    query = sa.text("SELECT content FROM return_revision ORDER BY quarter_start, number")
    found = (await connection.execute(query)).scalars()
    return [json.loads(content) if isinstance(content, str) else content for content in found]


def signed_on(day: str, **changes: Any) -> dict[str, Any]:
    return BOARD | {"signed_on": day, "ratified_on": None} | changes


@pytest.mark.both_engines
async def test_what_the_return_before_ended_with_is_as_it_was_when_this_one_was_signed(
    of_before: httpx.AsyncClient, database: Database
):
    first, second = f"{FUND}/returns/2016-17-Q1", f"{FUND}/returns/2016-17-Q2"
    sign = {"sign_offs": [signed_on("2017-05-20")]}
    one = await of_before.put(first, json={"answers": answers_of_2016("2016/17 Q1", "0", "3")} | sign)
    assert one.status_code == 201, one.text
    two = await of_before.put(second, json={"answers": answers_of_2016("2016/17 Q2", "3", "5")} | sign)
    assert (two.status_code, two.json()["consistent"]) == (201, True), two.text
    changed = {"answers": answers_of_2016("2016/17 Q1", "0", "4"), "reason": "Miscounted"}
    assert (await of_before.put(first, json=changed)).status_code == 200
    assert (await of_before.get(second)).json()["consistent"] is True, "as it was signed"
    anew = {"answers": answers_of_2016("2016/17 Q2", "3", "6"), "reason": "Miscounted"}
    draft = (await of_before.put(second, json=anew)).json()
    assert cells_of(draft)["measures.budgets.start"]["faults"] == ["the return before ended with 4"]
    async with database.transaction() as connection:
        formats = [(one["format"], one["frozen"] is None) for one in await stored_returns(connection)]
    assert formats == [(1, False), (1, True), (2, False), (1, True)], "the version before reads what is of its kind"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"signed_on": "2018-05-25"}, "signed_on"),
        ({"signed_on": "2018-03-31"}, "signed_on"),
        ({"signed_on": "2018-05-20", "ratified_on": "2018-05-19"}, "ratified_on"),
        ({"signed_on": "2018-05-20", "ratified_on": "2018-05-25"}, "ratified_on"),
    ],
)
async def test_a_sign_off_is_of_a_day_between_the_quarter_and_today(
    ended: httpx.AsyncClient, wrong: dict[str, str], field: str
):
    body = {"answers": {}, "sign_offs": [BOARD | {"ratified_on": None} | wrong]}
    refused = await ended.put(f"{FUND}/returns/2017-18-Q4", json=body)
    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json()["errors"]] == [f"sign_offs.0.{field}"]


async def test_signing_asks_for_the_scope_that_closes(ended: httpx.AsyncClient, database: Database):
    """Who writes a return does not sign it by that alone, and who signs it need not be able to write."""
    sign_off = ReturnSignOffBody.model_validate(BOARD).to_domain()
    signed = ReturnContent({}, (sign_off,))

    async def save(content: ReturnContent, scope: str) -> None:
        quarter, caller = Period.parse("2017/18 Q4"), Caller("Ana", frozenset({scope}))
        await database.write(lambda tx: save_return(tx, "integrated-fund", quarter, content, None), actor=caller)

    await save(ReturnContent({}), "finance:write")
    with pytest.raises(InsufficientScope, match="finance:close"):
        await save(signed, "finance:write")
    with pytest.raises(InsufficientScope, match="finance:write"):
        await save(ReturnContent({"cover.board": "Plymouth"}), "finance:close")
    with pytest.raises(ReturnIncomplete):
        await save(signed, "finance:close")


async def test_what_is_signed_is_undone_by_who_may_sign(ended: httpx.AsyncClient, database: Database):
    """Signed off, or by one of those who have to: another revision takes the signature away."""
    quarter, sign_off = Period.parse("2017/18 Q4"), ReturnSignOffBody.model_validate(BOARD).to_domain()
    whole = answers_of("2017/18 Q4", **{"pooling.expected": "2018-12-31", "money.expenditure.why": "Slippage"})

    async def save(content: ReturnContent, *scopes: str) -> FundReturn:
        caller = Caller("Ana", frozenset(scopes))
        return (
            await database.write(
                lambda tx: save_return(tx, "integrated-fund", quarter, content, "Miscounted"), actor=caller
            )
        )[0]

    signed = await save(ReturnContent(whole, (sign_off,)), "finance:close")
    assert signed.signed_off
    for changed in (whole | {"cover.board": "Plymouth"}, whole):
        with pytest.raises(InsufficientScope, match="finance:close"):
            await save(ReturnContent(changed), "finance:write")
        with pytest.raises(InsufficientScope, match="finance:write"):
            await save(ReturnContent(changed), "finance:close")
    undone = await save(ReturnContent(whole), "finance:write", "finance:close")
    assert not undone.signed_off
    await save(ReturnContent(whole | {"cover.board": "Plymouth"}), "finance:write")


@pytest.mark.both_engines
async def test_a_return_that_was_signed_before_is_read_as_it_was_signed(
    of_before: httpx.AsyncClient, database: Database
):
    path = f"{FUND}/returns/2016-17-Q1"
    body = {"answers": answers_of_2016("2016/17 Q1", "0", "3"), "sign_offs": [signed_on("2017-05-20")]}
    signed = (await of_before.put(path, json=body)).json()
    async with database.transaction() as connection:
        [stored] = await stored_returns(connection)
        assert stored["format"] == 1, "nothing is frozen that the version before does not know"
        former = stored | {"frozen": stored["frozen"] | {"money.pooled": "77"}}
        update = sa.text("UPDATE return_revision SET content = :content")
        await connection.execute(update, {"content": json.dumps(former)})
    found = (await of_before.get(path)).json()
    assert cells_of(found)["money.pooled"]["value"] == "77"
    assert (found["state"], found["consistent"], signed["consistent"]) == ("signed_off", True, True)


LINKED = [{"metric": "residential", "indicator": ADMISSIONS, "area": PLYMOUTH}]
TODAY = ("council_chief_executive", "integrated_care_board_chief_executive", "section_151_officer", BOARD["role"])


@pytest.fixture
async def of_today(api: httpx.AsyncClient, database: Database, move_to: Any) -> httpx.AsyncClient:
    """A fund of 2025/26 whose residential admissions an indicator tells, with an outturn of 300 to date."""
    body = fund_body(metrics=LINKED)
    body["budget_lines"] += [line | {"financial_year": "2025/26"} for line in body["budget_lines"]]
    assert (await api.put(FUND, json=body)).status_code == 200
    await hear(database, [Source().say({"2025/26 Q3": "104.5"})])
    await move_to(date(2026, 2, 1))
    await spend(api, {f"2025/26 Q{number}": "100" for number in (1, 2, 3)})
    return api


@pytest.mark.both_engines
async def test_the_return_of_today_is_filled_from_fund_and_indicator_and_signed_by_all(of_today: httpx.AsyncClient):
    path = f"{FUND}/returns/2025-26-Q3"
    cells = cells_of((await of_today.get(path)).json())
    assert (cells["money.fund.to_date"]["value"], cells["money.fund.planned"]["value"]) == ("300", "1005000")
    actual = cells["metrics.residential.actual"]
    assert (actual["value"], actual["filled"], actual["basis"]) == ("104.5", "suite", "recollected")
    template = template_of(Period.parse("2025/26 Q3"), ["residential"])
    assert template is not None
    asked = [cell for cell in template.cells if cell.filled is Filled.INPUT and cell.when is None]
    whole = {cell.code: "100" if cell.kind is CellKind.NUMBER else answer_of(cell) for cell in asked}
    signed = {"sign_offs": [signed_on("2026-01-20", role=role, delegated_by=None) for role in TODAY]}
    early = await of_today.put(path, json={"answers": whole} | signed)
    assert kind(early) == (409, "return-incomplete")
    assert "metrics.residential.progress" in early.json()["detail"], "on track, and behind the plan"
    whole |= {"metrics.residential.reason": "Flu", "money.total.comment": "By source as invoiced"}
    done = await of_today.put(path, json={"answers": whole} | signed)
    assert (done.status_code, done.json()["state"], done.json()["missing_roles"]) == (201, "signed_off", []), done.text
    assert (await of_today.get(f"{path}.xlsx")).status_code == 200
    delegated = [signed_on("2026-01-20", role=TODAY[0], delegated_by="The board")]
    refused = await of_today.put(path, json={"answers": whole, "sign_offs": delegated, "reason": "Anew"})
    assert [error["field"] for error in refused.json()["errors"]] == ["sign_offs.0.delegated_by"]
    assert kind(await of_today.get(f"{FUND}/returns/2024-25-Q4")) == (404, "return-unknown")


async def test_links_of_metrics_are_read_as_they_were_sent_and_stay_with_the_past(of_today: httpx.AsyncClient):
    assert (await of_today.get(FUND)).json()["metrics"] == [LINKED[0] | {"breakdown": {}}]
    past = await of_today.get(FUND, params={"quarter": "2017/18 Q4"})
    assert past.json()["metrics"] == [LINKED[0] | {"breakdown": {}}]
    twice = await of_today.put(FUND, json=fund_body(metrics=LINKED * 2))
    assert [error["field"] for error in twice.json()["errors"]] == ["metrics"]
    unknown = await of_today.put(FUND, json=fund_body(metrics=[LINKED[0] | {"metric": "none"}]))
    assert [error["field"] for error in unknown.json()["errors"]] == ["metrics.0.metric"]

"""The Better Care Fund return: filled from the fund, checked, signed off, and from then on as it was signed."""

from datetime import date
from typing import Any

import httpx
import pytest

from contracts.period import Period
from services.finance.domain.return_templates import Cell, CellKind, Filled, template_of
from tests.integration.finance.world import money

FUND = "/finance/v1/funds/integrated-fund"
BOARD = {
    "role": "health_and_wellbeing_board",
    "organisation": "Plymouth",
    "name": "The director",
    "signed_on": "2018-05-20",
    "delegated_by": "The board",
    "ratified_on": "2018-06-01",
}


def answer_of(cell: Cell) -> str:
    by_kind = {CellKind.TEXT: "Said", CellKind.MONEY: "100", CellKind.INTEGER: "0", CellKind.DATE: "2018-12-31"}
    return cell.choices[0] if cell.choices else by_kind[cell.kind]


def answers_of(quarter: str, **changes: str) -> dict[str, str]:
    """Every cell that people fill, answered as whoever has nothing to report."""
    template = template_of(Period.parse(quarter))
    assert template is not None
    asked = [cell for cell in template.cells if cell.filled is Filled.INPUT and cell.when is None]
    return {cell.code: answer_of(cell) for cell in asked} | changes


def cells_of(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {cell["cell"]: cell for sheet in found["sheets"] for cell in sheet["cells"]}


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]


@pytest.fixture
async def ended(api: httpx.AsyncClient, move_to: Any) -> httpx.AsyncClient:
    postings = [
        {"reference": period, "line": "leisure", "period": period, "amount": money(amount)}
        for period, amount in {"2017/18 Q3": "409.50", "2017/18 Q2": "100"}.items()
    ]
    assert (await api.post(f"{FUND}/outturn", json={"postings": postings})).status_code == 201
    await move_to(date(2018, 5, 24))
    return api


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
    for ending in ("xlsx", "ods"):
        assert (await ended.get(f"{path}.{ending}")).status_code == 200


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

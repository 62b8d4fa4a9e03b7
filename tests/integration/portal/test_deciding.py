"""What people decide, write and mend on pages: it goes through the API, and what is refused keeps what was written."""

import re

import httpx
import pytest

from portal.pages.mending import wrong_rows
from tests.eventually import eventually
from tests.integration.portal.suite_pages import Looking, form_of, looking, text_of
from tests.integration.reference.conftest import LOADING_SECONDS, Suite, loaded, migrated, suite

__all__ = ["loaded", "migrated", "suite"]

pytestmark = [pytest.mark.rest, pytest.mark.timeout(LOADING_SECONDS)]

OCC4 = "/register/risks/OCC4"


async def send(who: Looking, page: str, words: str, path: str, **fields: str) -> httpx.Response:
    """Send the form of a page that holds ``words``, and go where it leads."""
    form = form_of(await who.see(page), words)
    return await who.client.post(path, data=form | fields, follow_redirects=True)


async def decide(who: Looking, words: str, status: int = 200, below: str = "steps", **fields: str) -> str:
    answer = await send(who, OCC4, words, f"{OCC4}/{below}", **fields)
    assert answer.status_code == status, text_of(answer.text)[:300]
    return answer.text


async def test_an_owner_assesses_reviews_overrides_and_closes(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    page = await decide(ana, "Record the assessment", 422, impact="4", likelihood="", reason="Winter")
    assert "likelihood" in text_of(page)
    assert ">Winter</textarea>" in page
    assert "is recorded" in await decide(ana, "Record the assessment", impact="4", likelihood="4", reason="Winter")
    assert (await suite.get("/risks/v1/risks/OCC4"))["assessed"]["score"] == 16
    assert "somebody looked" in await decide(ana, "Record that you looked", reason="Nothing new")
    until = {"until": "2018-06-30"}
    assert "overridden" in await decide(ana, "Override", impact="4", likelihood="2", reason="Beds", **until)
    assert (await suite.get("/risks/v1/risks/OCC4"))["effective"]["score"] == 8
    assert "is lifted" in await decide(ana, "Lift the override", reason="Beds are gone & closed")
    assert "is closed" in await decide(ana, "Close the risk", reason="No longer ours")
    assert "is open again" in await decide(ana, "Reopen", reason="It is")
    history = (await suite.get("/risks/v1/risks/OCC4/history"))["items"]
    assert [each["why"] for each in history if "Beds are gone & closed" in each["why"]]


async def test_a_step_of_a_risk_that_there_is_not_is_refused(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    form = form_of(await ana.see(OCC4), "Record that you looked")
    for below in ("steps", "acceptances/1", "proposals/1"):
        answer = await ana.client.post(f"{OCC4}/{below}", data=form | {"step": "delete", "decision": "delete"})
        assert answer.status_code == 422
        assert "is none of" in text_of(answer.text)


async def test_an_acceptance_needs_two(suite: Suite) -> None:
    ana, ben = await looking(suite, "Ana", "admin"), await looking(suite, "Ben", "admin")
    asked = await decide(ana, "Ask for acceptance", until="2018-09-30", reason="Beds cost more than they save")
    assert "somebody else approves" in text_of(asked)
    [acceptance] = (await suite.get("/risks/v1/risks/OCC4/acceptances"))["items"]
    below = f"acceptances/{acceptance['id']}"
    refused = await decide(ana, "Approve", 409, below, decision="approve", reason="Me again")
    assert "same" in text_of(refused)
    assert "The risk is accepted." in await decide(ben, "Approve", 200, below, decision="approve", reason="Agreed")
    assert "Approved by Ben" in await ben.say(OCC4)
    assert "is withdrawn" in await decide(ana, "Withdraw", 200, below, decision="withdraw", reason="No more")


async def test_what_a_risk_did_over_time_is_drawn_and_said(suite: Suite) -> None:
    await suite.post("ae-four-hour-wait", "2018-01", "60")
    ana = await looking(suite, "Ana", "risks:read")
    page = await ana.see(OCC4)
    assert 'id="ratings-title"' in page
    said = text_of(page)
    [event] = (await suite.get("/risks/v1/risks/OCC4/history"))["items"][-1]["event_ids"]
    assert event in said
    assert re.search(r"2018-01 60 ", said), "the evidence has the value"
    assert "likelihood = " in said


async def test_a_cell_of_the_map_of_then_opens_its_risks(suite: Suite) -> None:
    then = (await suite.get("/risks/v1/heatmap?quarter=2017/18%20Q4"))["cells"]
    cell = next(each for each in then if each["refs"])
    ana = await looking(suite, "Ana", "risks:read", "operations:read")
    at = f"/register?impact={cell['impact']}&likelihood={cell['likelihood']}&on=then&then=2017/18%20Q4"
    page = await ana.see(at)
    table = page[page.index('<h2 class="govuk-heading-l" id="risks"') :]
    assert re.findall(r'href="/register/risks/([^"]+)">\1</a></th>', table) == sorted(cell["refs"])
    assert "at the end of 2017/18 Q4, as they stand now" in text_of(page)


async def test_a_saved_return_is_not_written_over(suite: Suite) -> None:
    path = "/fund/plymouth-integrated/returns/2017-18-Q3"
    api = "/finance/v1/funds/plymouth-integrated/returns/2017-18-Q3"
    ana = await looking(suite, "Ana", "admin")
    first = form_of(await ana.see(path), "Signed by")
    cell = next(
        each["cell"]
        for sheet in (await suite.get(api))["sheets"]
        for each in sheet["cells"]
        if each["filled"] == "input" and each["kind"] == "text"
    )
    saved = await ana.client.post(path, data=first | {f"cell.{cell}": "Ana Nowak"}, follow_redirects=True)
    assert "The return is saved." in saved.text
    assert "Ana Nowak" in saved.text
    late = await ana.client.post(path, data=first | {f"cell.{cell}": "Too late"})
    assert late.status_code == 412
    assert "Too late" in late.text
    assert (await suite.get(api))["revision"] == 1
    again = form_of(late.text, "Signed by")
    signed = again | {"name-0": "B. Chair", "organisation-0": "The board", "signed_on-0": "2018-02-20"}
    refused = await ana.client.post(path, data=signed | {f"cell.{cell}": "Ana"})
    assert refused.status_code == 409, "an incomplete return is not signed off"
    assert "B. Chair" in refused.text


async def test_a_fund_shows_money_as_money(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "finance:read", "operations:read")
    partner = await ana.say("/fund/plymouth-integrated/partners/PCC?year=2017/18")
    account = await suite.get("/finance/v1/funds/plymouth-integrated/partners/PCC/account?financial_year=2017/18")
    assert f"Contributed £{float(account['contributed']['amount']):,.0f}" in partner
    fund = await ana.see("/fund")
    slippage = await suite.get("/finance/v1/funds/plymouth-integrated/slippage?financial_year=2017/18")
    low = slippage["total"]["quarters"][0]["planned_low"]["amount"]
    assert 'id="plan-title"' in fund
    assert f"£{float(low):,.2f}".removesuffix(".00") in text_of(fund)
    for page in (partner, text_of(fund)):
        assert "&#39;amount&#39;" not in page
        assert "'amount'" not in page


WRONG = (
    "error,line,indicator,area,period,value\r\n"
    "whole,0\r\n"
    "value: is no number,2,dtoc-all,E06000026,2017/18 Q4,many\r\n"
    'value: is no number,3,dtoc-all,E06000026,2018/19 Q1,"a, b"\r\n'
)


def test_wrong_rows_are_sent_as_they_were_mended() -> None:
    found = wrong_rows(WRONG)
    assert [row[1] for row in found.rows] == ["2", "3"]
    assert found.mended({"cell-0-3": "22"}).decode().splitlines() == [
        "indicator,area,period,value",
        "dtoc-all,E06000026,2017/18 Q4,22",
        'dtoc-all,E06000026,2018/19 Q1,"a, b"',
    ]
    many = wrong_rows("error,line,value\r\n" + "".join(f"wrong,{line},x\r\n" for line in range(2, 102)))
    assert (len(many.rows), many.left) == (50, 50)
    assert wrong_rows("").rows == wrong_rows("error,line\r\n").rows == []


async def test_right_rows_are_saved_and_the_others_mended_in_the_page(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    form = form_of(await ana.see("/import"), "Go on") | {"mapping": "native", "reason": "", "what": "skip"}
    rows = b"indicator,area,period,value\ndtoc-all,E06000026,2017/18 Q1,22\ndtoc-all,E06000026,2016/17 Q4,x\n"
    started = await ana.client.post("/import", data=form, files={"file": ("a.csv", rows, "text/csv")})
    at = started.headers["location"]
    await eventually(lambda: _ended(ana, at), within=60)
    assert "1 saved" in await ana.say(at)
    mended = await send(ana, f"{at}/mend", "Check and save", f"{at}/mend", what="save", **{"cell-0-3": "23"})
    again = mended.url.path
    assert again != at
    await eventually(lambda: _ended(ana, again), within=60)
    assert "1 saved" in await ana.say(again)
    values = (await suite.get("/indicators/v1/indicators/dtoc-all/observations?area=E06000026"))["items"]
    assert {each["period"]: each["value"] for each in values}["2016/17 Q4"] == "23"


async def test_what_was_only_checked_is_saved_without_its_file(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    form = form_of(await ana.see("/import"), "Go on") | {"mapping": "native", "reason": "", "what": "check"}
    rows = b"indicator,area,period,value\ndtoc-all,E06000026,2017/18 Q1,22\ndtoc-all,E06000026,2016/17 Q4,x\n"
    at = (await ana.client.post("/import", data=form, files={"file": ("a.csv", rows, "text/csv")})).headers["location"]
    await eventually(lambda: _ended(ana, at), within=60)
    assert "is no number" in await ana.say(at)
    saving = await send(ana, at, "Save what is right", f"{at}/save")
    await eventually(lambda: _ended(ana, saving.url.path), within=60)
    assert "1 saved" in await ana.say(saving.url.path)
    again = await send(ana, at, "Save what is right", f"{at}/save")
    assert (again.status_code, "saved already" in again.text) == (409, True)


async def _ended(who: Looking, path: str) -> bool:
    return "Look again" not in await who.say(path)


async def test_a_row_of_the_scorecard_has_its_icon_of_process_control(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    assert "Common cause" not in await ana.say("/scorecard?strategy=community")
    months = [f"{2016 + at // 12}-{at % 12 + 1:02}" for at in range(5, 18)]
    rows = [
        {"indicator": "ae-four-hour-wait", "area": "E06000026", "period": month, "status": "final"}
        | {"value": str(80 + at % 3)}
        for at, month in enumerate(months)
    ]
    (await suite.client.post("/indicators/v1/observations", json={"observations": rows})).raise_for_status()
    page = await ana.see("/scorecard?strategy=community")
    row, graph = [each for each in page.split("<tr") if "A&amp;E four hour wait" in each and "<td" in each]
    assert "2018-01" not in text_of(graph), "the graph ends with the quarter that is shown"
    assert re.search(r"2017-07: 84\.36; 2017-12: 79\.29", text_of(graph)), (
        "what a graph draws stands in a table behind it"
    )
    assert row.count('class="icon ') == 2
    assert "Special cause" in text_of(row) or "Common cause" in text_of(row)
    assert re.search(r"The target is (met|missed)", text_of(row))

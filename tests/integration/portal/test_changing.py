"""What people change on pages about money, controls and what moves a risk; what is refused keeps what was written."""

from datetime import date

import httpx
import pytest

from portal.showing import pounds
from suite import business_date
from tests.integration.finance import test_year_ends as year_ends
from tests.integration.finance.world import fund_body, money
from tests.integration.portal.suite_pages import Looking, form_of, looking, text_of
from tests.integration.reference.conftest import LOADING_SECONDS, Suite, loaded, migrated, suite

__all__ = ["loaded", "migrated", "suite"]

pytestmark = [pytest.mark.rest, pytest.mark.timeout(LOADING_SECONDS)]

FUND = "/fund/plymouth-integrated/changes"
API = "/finance/v1/funds/plymouth-integrated"
LINKS = "/register/risks/OCC5/links"


async def send(who: Looking, page: str, words: str, status: int = 200, path: str = "", **fields: str) -> str:
    """What comes of sending the form of a page that holds ``words``."""
    form = form_of(await who.see(page), words)
    answer = await who.client.post(path or page, data=form | fields, follow_redirects=True)
    assert answer.status_code == status, text_of(answer.text)[:400]
    return answer.text


async def test_a_virement_needs_two_and_moves_the_budget(suite: Suite) -> None:
    ana, ben = await looking(suite, "Ana", "admin"), await looking(suite, "Ben", "admin")
    giving, receiving = [
        each["code"] for each in (await suite.get(API))["budget_lines"] if each["financial_year"] == "2017/18"
    ][:2]
    asked = {"reference": "vir-1", "from_line": giving, "to_line": receiving, "effective_on": "2018-02-01"}
    wrong = await send(ana, FUND, "Propose the virement", 422, **asked, amount="many", reason="Pools cost less")
    assert "amount" in text_of(wrong)
    assert ">Pools cost less</textarea>" in wrong
    assert 'value="vir-1"' in wrong
    page = await send(ana, FUND, "Propose the virement", **asked, amount="£1,500", reason="Pools cost less")
    assert "somebody else approves it" in text_of(page)
    refused = await send(ana, FUND, "Why, of vir-1", 409, step="approve", reason="Me again")
    assert 'value="Me again"' in refused
    assert "the budget has moved" in text_of(await send(ben, FUND, "Why, of vir-1", step="approve"))
    [moved] = (await suite.get(f"{API}/virements"))["items"]
    assert (moved["state"], moved["amount"]["amount"], moved["decided_by"]) == ("approved", "1500.00", "Ben")
    assert moved["entry"] in await ben.see(FUND)


async def test_what_was_spent_is_posted(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    posted = {"reference": "gl-9", "line": "commissioning", "amount": "81,250.00", "reason": "General ledger, period 8"}
    wrong = await send(ana, FUND, "Post the outturn", 422, **posted, period="never")
    assert 'value="gl-9"' in wrong
    assert "is posted" in text_of(await send(ana, FUND, "Post the outturn", **posted, period="2018-01"))
    assert await spent(suite) == "81250.00"


async def spent(suite: Suite) -> str:
    position = await suite.get(f"{API}/position?financial_year=2017/18")
    amounts: dict[str, str] = {each["code"]: each["spent"]["amount"] for each in position["lines"]}
    return amounts["commissioning"]


async def test_a_file_of_what_was_spent_is_posted_whole_or_not_at_all(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    form = form_of(await ana.see(FUND), 'id="outturn-file"')
    at, right = "/fund/outturn-file?fund=plymouth-integrated&year=2017/18", "gl-10,commissioning,2018-01,10.50\n"

    async def sent(what: str, rows: str, status: int = 200, name: str = "gl.csv") -> str:
        content = f"reference,line,period,amount\n{rows}".encode()
        files = {"file": (name, content, "text/csv")}
        answer = await ana.client.post(at, data=form | {"what": what}, files=files, follow_redirects=True)
        assert answer.status_code == status, text_of(answer.text)[:400]
        return text_of(answer.text)

    wrong = await sent("post", f"{right}gl-11,commissioning,never,£3\n", 422)
    assert "line 3, column period" in wrong
    assert "line 3, column amount" in wrong
    assert "1 would be posted, £10.50 in all; 0 were posted before" in await sent("check", right)
    assert await spent(suite) == "0.00"
    assert "What was spent is posted, every row." in await sent("post", right)
    assert await spent(suite) == "10.50"
    assert "0 would be posted, £0 in all; 1 were posted before" in await sent("check", right)
    assert "Choose a file that ends in" in await sent("post", right, 422, "gl.pdf")


async def test_a_year_that_is_open_is_not_signed_off(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    words = {"decision": "Board, 24 May 2018, minute 12", "reason": "Accounts agreed"}
    refused = await send(ana, FUND, "Sign off the year", 409, **words)
    assert 'value="Board, 24 May 2018, minute 12"' in refused
    assert "It is not signed off" in text_of(refused)
    assert "None was proposed" in text_of(refused)


async def test_a_year_that_is_over_is_signed_off(suite: Suite) -> None:
    ben, cy = [calling(await looking(suite, name, "admin")) for name in ("Ben", "Cy")]
    async with ben, cy:
        await year_ends.bank(suite.client, ben, cy)
    await business_date.pin(list(suite.running.databases.values()), date(2018, 5, 24))
    await year_ends.close(suite.client)
    ana = await looking(suite, "Ana", "admin")
    at = "/fund/integrated-fund/changes"
    words = {"decision": "Board, 24 May 2018, minute 12", "reason": "Accounts agreed"}
    page = await send(ana, f"{at}?year=2017/18", "Sign off the year", path=at, **words)
    assert "The end of the year is signed off." in page
    assert "Sign off the year" not in page
    end = await suite.get(f"{year_ends.FUND}/year-end")
    assert (end["signed_by"], end["decision"]) == ("Ana", words["decision"])
    said = text_of(page)
    shares = end["risk_share"]["partner_shares"]
    assert shares
    assert all(f"{each['partner']} {pounds(each['amount'])}" in said for each in shares)
    assert f"Variance {pounds(end['variance'])} Decided by {words['decision']}" in said


async def test_a_plan_is_recorded_grows_and_its_actions_end(suite: Suite) -> None:
    page, at = "/fund/plymouth-integrated/action-plans", f"{API}/action-plans/overspend"
    ana = await looking(suite, "Ana", "admin")
    action = {"action": "posts", "what": "Fill the posts", "owner": "The director", "due": "2018-02-27"}
    made = {"plan": "overspend", "decision": "Board, minute 9", "resolved_on": "2018-01-25", "recovers": "£40,000"}
    wrong = await send(ana, page, "Record the plan", 422, **made, **(action | {"due": "2018-01-01"}))
    assert 'value="Board, minute 9"' in wrong
    assert "is before the day" in text_of(wrong)
    assert "The plan is recorded" in text_of(await send(ana, page, "Record the plan", **made, **action))
    said = text_of(await ana.see(page))
    assert "1 overdue" in said
    assert "£40,000" in said
    more = action | {"action": "beds", "what": "Buy no more beds", "due": "2018-03-31", "reason": "Agreed since"}
    assert "The action is added" in text_of(await send(ana, page, "Add the action", **more))
    ended = {"action": "posts", "state": "done", "ended_on": "2018-02-20", "remark": "Two of two", "reason": "Filled"}
    assert "stands is recorded" in text_of(await send(ana, page, "Record how it stands", **ended))
    found = await suite.get(at)
    assert [(each["action"], each["state"]) for each in found["actions"]] == [("posts", "done"), ("beds", "open")]
    assert (found["overdue"], found["actions"][0]["recovers"]["amount"]) == (0, "40000.00")
    assert "is none of" in text_of(await send(ana, page, "Record the plan", 422, step="delete"))


async def test_what_is_no_step_changes_nothing(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    for page, words in ((FUND, "Sign off the year"), (LINKS, "Link the fund")):
        assert "is none of" in text_of(await send(ana, page, words, 422, step="delete"))
    assert "is none of" in text_of(await send(ana, LINKS, "Link the fund", 422, step="remove", number="-1"))


async def test_links_of_a_risk_are_added_and_removed(suite: Suite) -> None:
    api = "/risks/v1/risks/OCC5/links"
    before = await suite.get(api)
    ana = await looking(suite, "Ana", "admin")
    series = {"indicator": "dtoc-all", "area": "E06000026", "reason": "They follow each other"}
    late = form_of(await ana.see(LINKS), "Link the indicator")
    wrong = await send(ana, LINKS, "Link the indicator", 422, **series, group="", signal="best")
    assert 'value="dtoc-all"' in wrong
    of_control = {"group": "patient-flow", "signal": "process-control", "breakdown": ""}
    page = await send(ana, LINKS, "Link the indicator", **series, **of_control)
    assert "its events carry what process control says of it" in text_of(page)
    page = await send(ana, LINKS, "Link the fund", fund="plymouth-integrated", line="", group="money", reason="Costs")
    assert "The fund is linked." in text_of(page)
    after = await suite.get(api)
    assert [each for each in after["links"] if each not in before["links"]] == [
        {"indicator": "dtoc-all", "area": "E06000026", "breakdown": {}, "group": "patient-flow"}
        | {"signal": "process-control", "provisional": "ignore"}
    ]
    signal = "/indicators/v1/indicators/dtoc-all/process-control/signal?area=E06000026"
    assert (await suite.get(signal))["carried"] is True
    assert "Ana, " in (audited := await ana.say("/register/link-audit?risk=OCC5"))
    assert "They follow each other" in audited
    assert after["fund_links"] == [{"fund": "plymouth-integrated", "line": None, "group": "money"}]
    assert "plymouth-integrated" in await ana.say("/register/risks/OCC5")
    stale = await ana.client.post(LINKS, data=late | series | {"group": "patient-flow", "signal": "best"})
    assert stale.status_code == 412, "the set is another by now"
    number = str(after["links"].index(next(each for each in after["links"] if each["indicator"] == "dtoc-all")))
    await send(ana, LINKS, "Why, of dtoc-all in E06000026", number=number, reason="They do not")
    await send(ana, LINKS, "Why, of plymouth-integrated", reason="No more")
    assert await suite.get(api) == before
    ben = await looking(suite, "Ben", "risks:read", "risks:write")
    page = await send(ben, LINKS, "Link the indicator", **series | of_control)
    assert "nothing is known by this link" in text_of(page), "whose key writes no indicators"


async def test_indicators_that_would_have_told_lead_to_their_link(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "risks:read", "operations:read")
    said = await ana.say("/register/risks/OCC4/suggested-links?area=E06000026&signal=trend")
    found = await suite.get("/risks/v1/risks/OCC4/suggested-links?area=E06000026&signal=trend")
    assert found["about"] in said
    form = await ana.see("/register/risks/OCC4/links?indicator=dtoc-all&area=E06000026&signal=trend")
    assert 'value="dtoc-all"' in form
    assert '<option value="trend" selected>' in form


async def test_a_control_is_entered_changed_and_tested(suite: Suite) -> None:
    ana = await looking(suite, "Ana", "admin")
    new, made = "/register/new-control?risk=OCC5", "/register/controls/night-rota"
    content = {"title": "A rota for nights", "owner": "Matron", "state": "in_place", "test_every": "6"}
    wrong = await send(ana, new, "Enter the control", 422, "/register/new-control", ref="", **content)
    assert 'value="A rota for nights"' in wrong
    page = await send(
        ana, new, "Enter the control", 200, "/register/new-control", ref="night-rota", risks="OCC5, OCC4", **content
    )
    assert "The control is entered." in text_of(page)
    late = form_of(await ana.see(made), "Needed where its state changes")
    tested = {"aspect": "operation", "result": "effective", "tested_by": "Audit", "finding": "Kept on all nights"}
    wrong = await send(ana, made, "Record the test", 422, **tested, tested_on="2999-01-01")
    assert 'value="Kept on all nights"' in wrong
    assert "Kept on all nights" in text_of(await send(ana, made, "Record the test", **tested, tested_on="2018-02-01"))
    retired = {**content, "state": "retired", "risks": ""}
    refused = await send(ana, made, "Needed where its state changes", 422, **retired)
    assert "reason" in text_of(refused)
    page = await send(ana, made, "Needed where its state changes", **retired, reason="Nobody works at night")
    assert "The control is changed." in text_of(page)
    found = await suite.get("/risks/v1/controls/night-rota")
    assert (found["state"], found["risks"], found["test_every"]) == ("retired", [], 6)
    stale = await ana.client.post(made, data=late | content | {"reason": "Again"})
    assert stale.status_code == 412, "it is another by now"


async def test_how_often_a_standard_was_met_is_recorded(suite: Suite) -> None:
    ana, page = await looking(suite, "Ana", "admin"), "/scorecard/standards/single-assessment"
    counts = {"area": "E06000026", "period": "2017/18 Q4", "met": "46", "total": "40"}
    wrong = await send(ana, page, "Cases that met it", 422, path=f"{page}/counts", **counts)
    assert "no more cases met the standard than there were" in text_of(wrong)
    assert 'value="2017/18 Q4"' in wrong
    done = await send(ana, page, "Cases that met it", path=f"{page}/counts", **counts | {"total": "50"})
    assert "How often it was met is recorded." in text_of(done)
    assert "Ring 0800" not in await ana.see(f"{page}?done=Ring+0800"), "a link says nothing in our name"
    api = "/indicators/v1/indicators/cyp-single-assessments-45-days/observations?period=2017-18-Q4"
    [found] = (await suite.get(api))["items"]
    assert (found["value"], found["count"], found["denominator"]) == ("92", "46", "50")
    assert "Due on 16 January 2018" in await ana.say(
        f"{page.rpartition('/')[0]}/freedom-of-information?received=2017-12-13"
    )
    assert "received" in text_of(await ana.see(f"{page}?received=some+day", 422))


async def test_how_ratings_changed_is_a_page(suite: Suite) -> None:
    await suite.post("ae-four-hour-wait", "2018-01", "60")
    ana = await looking(suite, "Ana", "risks:read", "operations:read")
    changes = (await suite.get("/risks/v1/rating-changes?from=2018-01-01"))["items"]
    assert changes
    said = await ana.say("/register/changes?since=2018-01-01")
    assert all(each["why"] in said for each in changes)
    assert "None since then." in await ana.say("/register/changes?since=2999-01-01")


async def test_a_pledge_has_its_risks_and_its_money(suite: Suite) -> None:
    wanted = {"links": [], "risks": ["OCC4"], "schemes": ["front-door"]}
    (await suite.client.put("/pledges/v1/pledges/2018-41/links", json=wanted)).raise_for_status()
    pledge = await suite.get("/pledges/v1/pledges/2018-41")
    page = await (ana := await looking(suite, "Ana", "admin")).see("/promises/pledges/2018-41")
    assert 'href="/register/risks/OCC4"' in page
    assert 'href="/fund/schemes/front-door"' in page
    [risk], [scheme] = pledge["risks"], pledge["schemes"]
    said = await ana.say("/promises/pledges/2018-41")
    assert risk["rating"]["title"] in said
    assert f"£{float(scheme['position']['plan_low']['amount']):,.0f} to" in said


async def test_a_fund_says_where_it_stands_against_its_trigger(suite: Suite) -> None:
    fund = "/finance/v1/funds/integrated-fund"
    agreed = {"effective_from": "2017-04-01", "triggers": {"fund": {"percent": "0.1"}, "line": {"amount": money(100)}}}
    (await suite.client.put(fund, json=fund_body(agreement=agreed))).raise_for_status()
    spent = {"reference": "a", "line": "leisure", "period": "2017-11", "amount": money(1430)}
    (await suite.client.post(f"{fund}/outturn", json={"postings": [spent]})).raise_for_status()
    position = await suite.get(f"{fund}/position?financial_year=2017/18")
    ana = await looking(suite, "Ana", "finance:read", "operations:read")
    said = await ana.say("/fund?fund=integrated-fund&year=2017/18")
    words = {"beyond": "beyond the trigger", "twice": "at twice the trigger or more"}
    assert words[position["trigger"]["level"]] in said
    assert "at twice its trigger of £100" in said
    assert "partners act" not in await ana.say("/fund?fund=plymouth-integrated&year=2017/18")


def calling(who: Looking) -> httpx.AsyncClient:
    """The API as they call it."""
    transport, shown = httpx.ASGITransport(who.suite.running.app), {"authorization": f"Bearer {who.key}"}
    return httpx.AsyncClient(transport=transport, base_url="http://suite", headers=shown)


async def put_person(who: Looking, code: str, person: dict[str, object]) -> None:
    async with calling(who) as client:
        (await client.put(f"/access/v1/people/{code}", json=person)).raise_for_status()


async def test_a_desk_is_of_the_person_who_looks(suite: Suite) -> None:
    await suite.post("ae-four-hour-wait", "2018-01", "60")
    reviews = (await suite.get("/risks/v1/reviews"))["items"]
    mine = next(each for each in reviews if each["owner"])
    ana = await looking(suite, "Ana", "admin")
    whole = await ana.see("/desk")
    assert "What waits for somebody" in whole
    person = {"name": "Ana Nowak", "keys": ["Ana"], "posts": [{"post": mine["owner"], "starts_on": "2017-04-01"}]}
    await put_person(ana, "ana-nowak", person)
    own = await ana.see("/desk")
    assert "What waits for you" in own
    assert f"/register/risks/{mine['risk']}" in own
    risks = {each["ref"]: each["owner"] or "" for each in (await suite.get("/risks/v1/risks?limit=200"))["items"]}
    others = {ref for ref, owner in risks.items() if mine["owner"] not in owner}
    assert not {ref for ref in others if f'/register/risks/{ref}"' in own}
    assert f"/register/risks/{mine['risk']}" in await ana.see("/desk?whose=anybody")
    assert "What waits for somebody" in await ana.see("/desk?whose=anybody")
    person["posts"] = [{"post": mine["owner"], "starts_on": "2017-04-01", "ends_on": "2017-12-31"}]
    await put_person(ana, "ana-nowak", person)
    assert f"/register/risks/{mine['risk']}" not in await ana.see("/desk"), "the post is another's by now"

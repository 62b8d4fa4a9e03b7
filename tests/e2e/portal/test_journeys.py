"""Every page as people see it: wide and narrow, with scripts and without, and by keyboard alone."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from portal.pages import live
from tests.e2e.portal.behind import record, settled, wait_until
from tests.e2e.portal.conftest import Site, Visit, visit
from tests.e2e.portal.pages import BEHIND, CALLS, CALLS_BEHIND, PAGES
from tests.integration.reference.conftest import LOADING_SECONDS

pytestmark = [pytest.mark.rest, pytest.mark.timeout(LOADING_SECONDS)]


def every_page(found: Visit) -> Iterator[str]:
    """Go to each page there is in turn, those behind links of others too."""
    for path in PAGES:
        assert (path, found.go(path)) == (path, 200)
        yield path
    for behind in BEHIND.values():
        yield found.follow(*behind)


def test_every_page_meets_the_guidelines_and_asks_nobody_else(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    for path in every_page(found):
        for width in (1280, 320):
            found.page.set_viewport_size({"width": width, "height": 900})
            assert (path, width, found.violations(), found.excess()) == (path, width, [], 0)
    assert found.trouble == []


def test_every_page_works_without_scripts(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320, java_script_enabled=False)
    for path in every_page(found):
        assert (path, found.excess()) == (path, 0)
        for link in found.page.locator("nav a").all():
            assert link.get_attribute("href")
    found.page.get_by_text("Sign out").click()
    expect(found.page.get_by_label("Your key")).to_be_visible()
    assert found.trouble == []


def test_in_forced_colours_and_twice_as_large(browser: Browser, site: Site) -> None:
    """A window of 1,280 pixels at 200 per cent is one of 640."""
    found = visit(browser, site, width=640, forced_colors="active", device_scale_factor=2)
    for path in every_page(found):
        assert (path, found.violations(), found.excess()) == (path, [], 0)
    assert found.trouble == []


def test_a_risk_is_reviewed_by_keyboard_alone(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    page = found.page
    found.go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
    found.tab_to("^Risks$")
    page.keyboard.press("Enter")
    page.wait_for_url("**/register")
    found.tab_to("^OCC5$")
    page.keyboard.press("Enter")
    page.wait_for_url("**/register/risks/OCC5")
    found.tab_to("^Review it")
    page.keyboard.press("Enter")
    found.tab_to("^reason-review$")
    page.keyboard.type("Looked at with the provider")
    found.tab_to("^Record that you looked$")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is recorded that somebody looked.")).to_be_visible()
    assert found.trouble == []


def test_the_scorecard_fits_a_sheet_of_a4_lying(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1047)
    found.go("/scorecard")
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", found.page.pdf(prefer_css_page_size=True))
    assert {(round(float(width)), round(float(height))) for width, height in sizes} == {(842, 595)}
    found.page.emulate_media(media="print")
    assert found.excess() == 0
    wider = "[...document.querySelectorAll('.scroll')].map(each => each.scrollWidth - each.clientWidth)"
    assert max(found.page.evaluate(wider)) <= 0


def test_the_scorecard_of_december_2017_has_every_printed_row(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    found.go("/scorecard")
    assert "at the end of 2017/18 Q3" in found.page.locator("main").inner_text()
    assert found.page.locator("main h2").all_inner_texts()[:4] == [
        "Wellbeing",
        "Children and young people",
        "Community care",
        "Enhanced and specialised care",
    ]
    assert found.page.locator("main table.scorecard tbody th[scope=row]").count() == 22
    row = found.page.locator("table.scorecard tr", has_text="A&E four hour wait")
    assert "84.36" in row.inner_text()
    assert "79.29" in row.inner_text()
    assert "Amber" in row.inner_text()
    assert re.search(
        r"2017-07 84\.36, no value, .*2017-12 79\.29", row.locator("svg").get_attribute("aria-label") or ""
    )


def test_a_page_is_made_of_so_many_calls_whatever_it_shows(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    calls_behind = {found.follow(*BEHIND[name]): calls for name, calls in CALLS_BEHIND.items()}
    cookies = {each["name"]: each["value"] for each in found.page.context.cookies()}
    with httpx.Client(base_url=site.url, cookies=cookies) as client:
        expected = settled()
        for path, calls in (CALLS | calls_behind).items():
            assert client.get(path).status_code == 200
            expected += calls + 1
            assert (path, settled()) == (path, expected)


def test_files_have_what_a_page_shows(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    for path in ("/scorecard", "/scorecard/indicators/dtoc-all?area=E06000026", "/register", "/fund", "/promises"):
        found.go(path)
        with found.page.expect_download() as started:
            found.page.get_by_role("link", name="CSV").first.click()
        assert started.value.failure() is None
        assert started.value.path().stat().st_size > 100


def test_a_file_is_checked_and_its_rows_are_mended_by_keyboard_alone(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    found.go("/import")
    content = b"indicator,area,period,value\ndtoc-all,E06000026,2017/18 Q4,no number\n"
    found.page.get_by_label("File (CSV, Excel or OpenDocument)").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": content}
    )
    found.tab_to("^Go on$")
    found.page.keyboard.press("Enter")
    found.page.wait_for_url("**/import/*")
    found.wait_for_work()
    expect(found.page.locator("main")).to_contain_text("no number")
    assert (found.violations(), found.excess()) == ([], 0)
    found.tab_to("^Mend the rows here$")
    found.page.keyboard.press("Enter")
    found.page.wait_for_url("**/mend")
    assert (found.violations(), found.excess()) == ([], 0)
    for words, text in (("^period, line 2$", "2017/18 Q1"), ("^value, line 2$", "22")):
        found.tab_to(words)
        found.page.keyboard.type(text)
    found.tab_to("^Check and save$")
    found.page.keyboard.press("Enter")
    found.page.wait_for_url(re.compile("/import/\\d+$"))
    found.wait_for_work()
    expect(found.page.locator("main")).to_contain_text("1saved")
    assert found.trouble == []


def test_a_return_is_written_and_submitted(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320, java_script_enabled=False)
    found.go("/promises")
    found.page.locator("#returns + .scroll a").first.click()
    found.page.get_by_role("button", name="Submit").click()
    expect(found.page.locator(".govuk-error-summary")).to_be_visible()
    found.page.get_by_label("How it goes").select_option("amber")
    found.page.get_by_label("Narrative").fill("Two of three moved home.")
    found.page.get_by_role("button", name="Save").click()
    expect(found.page.get_by_text("What was written is saved.")).to_be_visible()
    found.page.get_by_role("button", name="Submit").click()
    expect(found.page.get_by_text("The return is submitted.")).to_be_visible()


def test_a_risk_is_opened_from_the_heat_map_and_asked_to_be_accepted(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    found.go("/register")
    found.page.locator(".heat a").first.click()
    found.page.locator("#risks + p + .scroll a, #risks ~ .scroll a").first.click()
    expect(found.page).to_have_url(re.compile("/register/risks/OCC"))
    expect(found.page.get_by_text("What moved it")).to_be_visible()
    ref = found.page.url.rpartition("/")[2]
    found.page.get_by_text("Ask that it be accepted as it is").click()
    found.page.locator("#until-ask").fill("2018-06-30")
    found.page.locator("#reason-ask").fill("More beds cost more than they save")
    found.page.get_by_role("button", name="Ask for acceptance").click()
    expect(found.page.get_by_text("somebody else approves")).to_be_visible()
    found.page.locator("[id^=reason-of-]").fill("I agree with myself")
    found.page.get_by_role("button", name="Approve").click()
    expect(found.page.locator(".govuk-error-summary")).to_contain_text("another person does this")
    found.go("/register")
    found.page.get_by_role("link", name="Acceptances").click()
    row = found.page.locator("#acceptances ~ .scroll tbody tr", has_text="More beds cost more than they save")
    expect(row).to_contain_text("Requested")
    row.get_by_role("link", name=ref).click()
    expect(found.page.locator("#acceptances + .card")).to_contain_text("More beds cost more than they save")


def test_a_pound_is_traced_to_its_value_in_three_clicks(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320, java_script_enabled=False)
    found.go("/fund")
    main = found.page.locator("main")
    main.get_by_role("link", name="Calmer emergency department").first.click()
    expect(main.locator("#period-2017-12")).to_contain_text("79.29")
    main.locator("#entries + .scroll tr", has_text="Indicated").get_by_role("link").first.click()
    expect(main).to_contain_text("Event")
    main.get_by_role("link", name="the value it was worked out from").click()
    expect(found.page).to_have_url(re.compile(r"/fund/schemes/front-door#period-2017-\d\d$"))
    expect(main.locator("#evidence + p + .scroll")).to_contain_text("79.29")


def test_a_partner_finds_its_account_and_the_return_is_filled_in(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320, java_script_enabled=False)
    found.go("/fund?year=2017/18")
    main = found.page.locator("main")
    main.locator("#partners + .scroll").get_by_role("link").first.click()
    expect(found.page).to_have_url(re.compile("/partners/"))
    expect(main).to_contain_text("balance", ignore_case=True)
    found.page.go_back()
    found.page.get_by_role("link", name="The Better Care Fund return").click()
    expect(found.page).to_have_url(re.compile("/returns/2017-18-Q3$"))
    expect(main).to_contain_text("Our check: unsourced")
    found.page.get_by_label("Completed by", exact=True).fill("Ana")
    found.page.get_by_role("button", name="Save").click()
    expect(found.page.get_by_text("The return is saved.")).to_be_visible()
    expect(found.page.get_by_label("Completed by", exact=True)).to_have_value("Ana")
    assert found.trouble == []


def test_what_partners_resolve_is_recorded_and_an_action_of_it_done(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320)
    found.go("/fund?year=2017/18")
    found.page.get_by_role("link", name=re.compile("^Action plans")).click()
    found.page.get_by_text("Record a plan").click()
    for name, words in {
        "plan": "posts",
        "decision": "Board, minute 9",
        "action": "fill",
        "what": "Fill the posts",
    }.items():
        found.page.locator(f"#record-{name}").fill(words)
    found.page.get_by_label("Who answers for it").fill("The director")
    found.page.get_by_label("Resolved on").fill("2018-01-25")
    found.page.get_by_label("Due").fill("2018-01-31")
    found.page.get_by_role("button", name="Record the plan").click()
    expect(found.page.locator("main")).to_contain_text("1 overdue")
    found.page.get_by_text("Say how an action of posts stands").click()
    found.page.get_by_label("State").select_option("done")
    found.page.get_by_label("Done or abandoned on").fill("2018-02-20")
    found.page.locator("#stand-1-reason").fill("Both are filled")
    found.page.get_by_role("button", name="Record how it stands").click()
    expect(found.page.get_by_text("How the action stands is recorded.")).to_be_visible()
    assert (found.violations(), found.excess(), found.trouble) == ([], 0, [])


def test_a_figure_is_commented_by_keyboard_alone(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    keys = found.page.keyboard
    found.go("/scorecard/indicators/example-seen-in-time?area=E06000026")
    found.tab_to("^Write a commentary$")
    keys.press("Enter")
    found.tab_to("^text$")
    keys.type("Beds were full at the weekend.")
    found.tab_to("^Publish$")
    keys.press("Enter")
    expect(found.page.get_by_text("The commentary is published.")).to_be_visible()
    expect(found.page.locator("main")).to_contain_text("Beds were full at the weekend.")
    assert found.trouble == []


def test_an_open_page_says_that_it_has_changed_and_shows_the_newest_when_asked(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320)
    found.go("/scorecard/indicators/example-seen-in-time?area=E06000026")
    main, status = found.page.locator("main"), found.page.get_by_role("status")
    found.page.get_by_text("Write a commentary").click()
    words = found.page.get_by_label("What is to be said")
    words.fill("Half a sentence")
    found.hide(hidden=True)
    wait_until(found.page, lambda: live.STREAMS.total == 0)
    found.hide(hidden=False)
    wait_until(found.page, lambda: live.STREAMS.total == 1)
    record(site, "example-seen-in-time", "2018-02", "91.7")
    expect(status).to_have_text("This page has changed since you opened it.")
    assert (found.violations(), found.excess()) == ([], 0)
    expect(main).not_to_contain_text("91.7")
    expect(words).to_have_value("Half a sentence")
    found.page.get_by_role("button", name="Show the newest").click()
    expect(status).to_contain_text("has not been sent")
    expect(words).to_have_value("Half a sentence")
    found.page.get_by_role("button", name="Show the newest").click()
    expect(main).to_contain_text("91.7")
    expect(status).to_be_empty()
    assert found.trouble == []


def test_what_a_risk_costs_makes_the_curve(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320, java_script_enabled=False)
    found.go("/register/risks/OCC2/losses")
    found.page.get_by_label("Why").fill("Estimated with finance")
    found.page.locator("#chance-4").fill("2")
    found.page.get_by_role("button", name="Save").click()
    expect(found.page.locator(".govuk-error-summary")).to_contain_text("chance")
    expect(found.page.locator("#chance-4")).to_have_value("2")
    found.page.locator("#chance-4").fill("0.5")
    found.page.locator("#low-4").fill("£50,000")
    found.page.locator("#high-4").fill("400000")
    found.page.get_by_role("button", name="Save").click()
    expect(found.page.get_by_text("What the risk could cost is saved.")).to_be_visible()
    found.page.get_by_role("link", name="What the register could cost in a year").click()
    expect(found.page.locator("#risks + .scroll")).to_contain_text("OCC2")
    assert found.page.locator("svg[role=img]").count() == 1


def test_a_risk_is_asked_what_if(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320, java_script_enabled=False)
    found.go("/register/risks/OCC4")
    found.page.get_by_text("What if they stood otherwise").click()
    found.page.get_by_label("ae-four-hour-wait").select_option("red")
    found.page.get_by_role("button", name="Suppose").click()
    expect(found.page.locator("main")).to_contain_text("As supposed")
    expect(found.page.locator("main")).to_contain_text("went from amber to red")
    expect(found.page.get_by_label("ae-four-hour-wait")).to_have_value("red")


def test_a_decision_is_found_from_the_board_that_takes_it(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320, java_script_enabled=False)
    found.go("/boards")
    expect(found.page.locator("#ahead + .scroll")).to_contain_text("Commissioning Intentions")
    found.page.locator("#boards + .scroll").get_by_role("link", name="Cabinet", exact=True).click()
    found.page.get_by_role("link", name="Integrated Commissioning Business Case").click()
    expect(found.page.locator("main")).to_contain_text("shared line management", ignore_case=True)
    found.page.get_by_role("link", name="Tasks of the commissioning function in 2014").click()
    expect(found.page.locator("main")).to_contain_text("Market management")
    found.page.go_back()
    found.page.get_by_role("link", name=re.compile("fully integrated commissioning function")).click()
    expect(found.page.locator("main")).to_contain_text("not in force")
    found.page.get_by_role("link", name="2014-5").first.click()
    expect(found.page).to_have_url(re.compile("/boards/decisions/2014-5$"))


def test_from_the_scorecard_to_objectives_figures_to_look_at_and_deadlines(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    main = found.page.locator("main")
    found.go("/scorecard")
    main.get_by_role("link", name="Objectives and priorities").click()
    expect(main).to_contain_text("Plymouth, at the end of 2017/18 Q3")
    assert main.locator("h2").all_inner_texts() == ["Outcomes", "Gaps of the system"]
    assert main.locator("h3").count() == 4 + 3
    row = main.locator("tr", has_text="Quicker emergency departments")
    expect(row).to_contain_text("1 ◆ Amber")
    row.get_by_role("link", name="A&E four hour wait").click()
    expect(main).to_contain_text("79.29")
    found.go("/scorecard")
    main.get_by_role("link", name="Data quality").click()
    found.page.get_by_label("What", exact=True).select_option("late")
    found.page.get_by_role("button", name="Show").click()
    expect(found.page).to_have_url(re.compile("kind=late"))
    expect(main.locator("tbody tr").first).to_contain_text("late: nothing for")
    assert set(main.locator("tbody td:nth-of-type(2)").all_inner_texts()) == {"Late"}
    found.go("/scorecard")
    main.get_by_role("link", name="Service standards").click()
    main.get_by_role("link", name="Breach reported to the regulator").click()
    found.page.get_by_label("Received on").fill("2018-03-24")
    found.page.get_by_role("button", name="Show").click()
    expect(found.page.get_by_role("alert")).to_contain_text("received")
    found.page.get_by_label("At", exact=True).fill("12:00")
    found.page.get_by_role("button", name="Show").click()
    expect(main).to_contain_text("by 27 March 2018, 13:00")
    assert [each for each in found.trouble if "422" not in each] == []


def test_the_timeline_leads_to_what_is_overdue(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    found.go("/promises")
    found.page.get_by_role("link", name="The whole timeline").click()
    main = found.page.locator("main")
    expect(main).to_contain_text("As of 28 February 2018, until 31 December 2023")
    quarters = [each.partition(" (")[0] for each in main.locator("h2").all_inner_texts()]
    dated = [each for each in quarters if re.match(r"\d{4}/\d{2} Q", each)]
    assert dated == sorted(dated)
    assert "2014/15 Q1" in dated
    main.get_by_role("link", name="Shadow Leadership Board and shadow budgets").click()
    expect(main).to_contain_text("Overdue")
    assert found.trouble == []
    assert found.go("/promises/timeline?until=no-day") == 422
    expect(main).to_contain_text("until")


def test_a_report_is_drafted_published_and_read_by_itself(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    found.go("/reports")
    found.page.get_by_role("button", name="Draft it").click()
    expect(found.page.get_by_text("The draft has the numbers of now.")).to_be_visible()
    assert (found.violations(), found.excess()) == ([], 0)
    found.page.get_by_label("Recommendations").fill("Note the report")
    found.page.get_by_role("button", name="Save").click()
    found.page.get_by_role("button", name="Publish for good").click()
    expect(found.page.get_by_text("The report is published.")).to_be_visible()
    found.page.get_by_text("The report by itself").click()
    expect(found.page.get_by_role("heading", name="Recommendations")).to_be_visible()
    for width in (1280, 320):
        found.page.set_viewport_size({"width": width, "height": 900})
        assert (found.violations(), found.excess()) == ([], 0)
    assert found.trouble == []

"""Every page as people see it: wide and narrow, with scripts and without, and by keyboard alone."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Browser, expect

from chassis import telemetry
from tests.e2e.portal.conftest import Site, visit
from tests.integration.reference.conftest import LOADING_SECONDS

pytestmark = [pytest.mark.rest, pytest.mark.timeout(LOADING_SECONDS)]

PAGES = [
    "/",
    "/scorecard",
    "/scorecard/indicators/dtoc-all?area=E06000026",
    "/register",
    "/register/risks/OCC4",
    "/register/risks/OCC4/what-if?suppose=red",
    "/fund",
    "/fund/plymouth-integrated/entries?account=commissioning",
    "/fund/plymouth-integrated/entries/plymouth-integrated.1",
    "/fund/plymouth-integrated/partners/PCC?year=2017/18",
    "/fund/schemes/contract-review",
    "/promises",
    "/promises/pledges/2018-41",
    "/promises/timeline",
    "/promises/actions/bed-based-care",
    "/boards",
    "/boards/cabinet",
    "/boards/reports/cabinet-2014-07-15",
    "/boards/decisions/2014-2",
    "/reports",
    "/desk",
    "/import",
    "/people",
    "/operations",
]
CALLS = {
    "/": 7,
    "/scorecard": 5,
    "/scorecard?attention=yes&strategy=community": 5,
    "/scorecard/indicators/dtoc-all?area=E06000026": 11,
    "/scorecard/indicators/ae-four-hour-wait?area=E06000026": 11,
    "/register": 6,
    "/register?impact=4&likelihood=4": 6,
    "/register/risks/OCC4": 5,
    "/fund": 7,
    "/fund?year=2018/19": 7,
    "/promises": 7,
    "/promises/pledges/2018-41": 3,
    "/promises/timeline": 3,
    "/promises/timeline?priority=integrated-care-partnership&until=2018-12-31": 3,
    "/promises/actions/bed-based-care": 2,
    "/boards": 4,
    "/boards/cabinet": 6,
    "/boards/reports/cabinet-2014-07-15": 5,
    "/boards/decisions/2014-2": 1,
    "/reports": 2,
    "/desk": 14,
    "/import": 2,
    "/people": 12,  # ten of them by which the API finds what has no owner, 200 things at a time
    "/operations": 13,
}
"""How many calls of the API a page is made of, whatever it shows."""


def test_every_page_meets_the_guidelines_and_asks_nobody_else(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    for path in PAGES:
        assert (path, found.go(path)) == (path, 200)
        for width in (1280, 320):
            found.page.set_viewport_size({"width": width, "height": 900})
            assert (path, width, found.violations()) == (path, width, [])
            assert (path, width, found.excess()) == (path, width, 0)
    assert found.trouble == []


def test_every_page_works_without_scripts(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=320, java_script_enabled=False)
    for path in PAGES:
        assert (path, found.go(path)) == (path, 200)
        assert (path, found.excess()) == (path, 0)
        for link in found.page.locator("nav a").all():
            assert link.get_attribute("href")
    found.page.get_by_text("Sign out").click()
    expect(found.page.get_by_label("Your key")).to_be_visible()
    assert found.trouble == []


def test_in_forced_colours_and_by_keyboard(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=640, forced_colors="active")
    for path in ("/", "/register", "/import", "/scorecard"):
        found.go(path)
        assert (path, found.violations()) == (path, [])
    found.page.keyboard.press("Tab")
    assert found.page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    found.page.keyboard.press("Enter")
    assert found.page.evaluate("document.activeElement.id") == "main-content"
    assert found.trouble == []


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
    assert found.page.locator("main table tbody th[scope=row]").count() == 22
    row = found.page.locator("tr", has_text="A&E four hour wait")
    assert "84.36" in row.inner_text()
    assert "79.29" in row.inner_text()
    assert "Amber" in row.inner_text()
    assert re.search(
        r"2017-07 84\.36, no value, .*2017-12 79\.29", row.locator("svg").get_attribute("aria-label") or ""
    )


def test_a_page_is_made_of_so_many_calls_whatever_it_shows(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    cookies = {each["name"]: each["value"] for each in found.page.context.cookies()}
    with httpx.Client(base_url=site.url, cookies=cookies) as client:
        expected = settled()
        for path, calls in CALLS.items():
            assert client.get(path).status_code == 200
            expected += calls + 1
            assert (path, settled()) == (path, expected)


def settled() -> int:
    """How many requests the gateway has answered in this process: pages, and the calls that they are made of.

    An answer is counted once it is sent, so a moment after it has come.
    """
    before, now = -1, answered()
    while before != now:
        time.sleep(0.3)
        before, now = now, answered()
    return now


def answered() -> int:
    samples = [sample for metric in telemetry.REQUESTS.collect() for sample in metric.samples]
    counts = [each for each in samples if each.name.endswith("_count") and each.labels["service"] == "gateway"]
    return round(sum(each.value for each in counts))


def test_files_have_what_a_page_shows(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    for path in ("/scorecard", "/scorecard/indicators/dtoc-all?area=E06000026", "/register", "/fund", "/promises"):
        found.go(path)
        with found.page.expect_download() as started:
            found.page.get_by_role("link", name="CSV").first.click()
        assert started.value.failure() is None
        assert started.value.path().stat().st_size > 100


def test_a_file_is_checked_and_its_rows_are_named(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    found.go("/import")
    content = b"indicator,area,period,value\ndtoc-all,E06000026,2017/18 Q4,no number\n"
    found.page.get_by_label("File (CSV, Excel or OpenDocument)").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": content}
    )
    found.page.get_by_role("button", name="Go on").click()
    found.page.wait_for_url("**/import/*")
    for _ in range(200):
        if found.page.get_by_text("Look again").count() == 0:
            break
        found.page.wait_for_timeout(100)
        found.page.reload()
    expect(found.page.locator("main")).to_contain_text("no number")
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


def test_a_risk_is_opened_from_the_heat_map(browser: Browser, site: Site) -> None:
    found = visit(browser, site, width=1280)
    found.go("/register")
    found.page.locator(".heat a").first.click()
    found.page.locator("#risks + p + .scroll a, #risks ~ .scroll a").first.click()
    expect(found.page).to_have_url(re.compile("/register/risks/OCC"))
    expect(found.page.get_by_text("What moved it")).to_be_visible()


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
    found.page.get_by_role("link", name=re.compile("fully integrated commissioning function")).click()
    expect(found.page.locator("main")).to_contain_text("not in force")
    found.page.get_by_role("link", name="2014-5").first.click()
    expect(found.page).to_have_url(re.compile("/boards/decisions/2014-5$"))


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

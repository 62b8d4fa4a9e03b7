"""What was loaded of boards, papers and registers reads as the papers have it."""

from tests.eventually import eventually


async def test_boards_papers_and_registers_are_read_back(suite):
    board = await suite.get("/pledges/v1/boards/hwb-integration-board")
    assert [one["member"] for one in board["members"]][-1] == "Area Team representative, NHS"
    meetings = (await suite.get("/pledges/v1/meetings?board=cabinet&since=2018-07-01"))["items"]
    assert "2018-07-10" in {one["first_day"] for one in meetings}
    decision = await suite.get("/pledges/v1/decisions/2014-2")
    assert (decision["due"], decision["depends_on"], decision["outcome"]) == ("2016-03-31", ["2014-5"], None)
    (appraisal,) = (await suite.get("/pledges/v1/options-appraisals"))["items"]
    assert [(one["verdict"], len(one["benefits"])) for one in appraisal["options"]] == [
        ("rejected", 6),
        ("transitional", 5),
        ("possible", 6),
        ("preferred", 6),
    ]
    (assessed,) = (await suite.get("/pledges/v1/impact-assessments?subject=cabinet-2018-07-10"))["items"]
    assert assessed["done"] is False
    assert len((await suite.get("/pledges/v1/benefits?beneficiary=providers"))["items"]) == 7
    report = await suite.get("/pledges/v1/quarters/2017-18-Q4/report")
    assert (len(report["pledges"]), len(report["priorities"])) == (10, 8)


async def test_the_last_closed_quarter_has_its_pledges_and_their_returns(suite):
    await suite.swept()

    async def opened() -> bool:
        return len((await suite.get("/pledges/v1/returns?quarter=2017-18-Q3"))["items"]) > 0

    await eventually(opened)
    report = await suite.get("/pledges/v1/quarters/2017-18-Q3/report")
    pledges = report["pledges"]
    assert (len(pledges), report["state_on"]) == (10, "2017-12-31")
    assert all(one["returns"] for one in pledges)
    missing = [one["code"] for one in report["exceptions"] if "missing" in one["reasons"]]
    assert missing == [each["id"] for one in pledges for each in one["returns"]]


async def test_a_promise_its_indicators_its_risk_and_its_money_are_in_one_answer(suite):
    found = await suite.get("/pledges/v1/pledges/2018-58")
    indicators = {one["indicator"]: one for one in found["indicators"]}
    assert (indicators["dtoc-all"]["value"], indicators["dtoc-all"]["period"]) == ("22.7", "2017/18 Q3")
    (risk,) = found["risks"]
    register = await suite.get("/risks/v1/risks/OCC4")
    assert (risk["risk"], risk["rating"]["title"]) == ("OCC4", register["title"])
    assert risk["rating"]["score"] == register["effective"]["score"]
    for one in found["schemes"]:
        scheme = await suite.get(f"/finance/v1/schemes/{one['scheme']}/position")
        assert one["position"]["indicated"] == scheme["indicated"]
        assert one["position"]["colour"] == scheme["colour"]
    assert [one["scheme"] for one in found["schemes"]] == ["fewer-admissions", "sooner-home"]


async def test_a_rating_that_is_entered_becomes_an_observation_that_the_register_hears_of(suite):
    indicator = "/indicators/v1/indicators/cqc-good-or-outstanding/observations?area=E06000026"
    printed = {one["period"]: one["value"] for one in (await suite.get(indicator))["items"]}
    homes = [
        {"code": f"{n}", "home": f"{n}", "grade": "good" if n < 6 else "inadequate", "rated_on": "2018-01-05"}
        for n in range(10)
    ]
    (await suite.client.post("/pledges/v1/records", json={"ratings": homes})).raise_for_status()
    await suite.caught_up()
    found = {one["period"]: one for one in (await suite.get(indicator))["items"]}
    assert {period: one["value"] for period, one in found.items() if period in printed} == printed
    counted = found["2017/18 Q4"]
    assert (float(counted["value"]), counted["status"], counted["basis"]) == (60.0, "provisional", "counted")
    pledge = await suite.get("/pledges/v1/pledges/2018-52")
    (shown,) = pledge["indicators"]
    assert (float(shown["value"]), shown["period"]) == (60.0, "2017/18 Q4")


async def test_the_promises_of_both_administrations_are_there(suite):
    sets = {one["code"]: one["size"] for one in (await suite.get("/pledges/v1/sets"))["items"]}
    assert sets == {"2013": 50, "2018": 100}
    former = (await suite.get("/pledges/v1/pledges?pledge_set=2013"))["items"]
    assert [(one["number"], one["theme"], one["assignments"]) for one in former] == [
        ("1", "Caring Plymouth", []),
        ("4", "Working Plymouth", []),
    ]
    assert all("not how it is measured" in one["cannot_be_rated"] for one in former)

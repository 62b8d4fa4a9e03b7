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

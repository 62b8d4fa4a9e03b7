"""Whether a risk's indicators told of what its owner judged, as its readers are told that."""

import csv
import io
from datetime import date

import pytest

from tests.integration.risks.conftest import Register, counted, links


@pytest.mark.both_engines
async def test_a_link_is_held_against_its_owners_judgements(register: Register) -> None:
    await register.pin(date(2017, 10, 15))
    await register.risk(links=links("ae/RK9", "beds/RK9"), mode="propose")
    await register.pin(date(2017, 12, 5))
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4, "reason": "Worse"})
    await register.say("ae/RK9", 1, "gggrrr")
    await register.say("beds/RK9", 1, "gggggr")
    await register.pin(date(2018, 2, 28))
    found = await register.get("/risks/OCC4/back-test")
    assert (found["ref"], found["business_date"], "six at most" in found["about"]) == ("OCC4", "2018-02-28", True)
    shown = [(one["indicator"], one["before"], one["after"], one["flips"], one["periods"]) for one in found["links"]]
    assert shown == [("ae", 1, 0, 1, 6), ("beds", 0, 1, 1, 6)]
    assert found["links"][0]["reassessments"] == [
        {"since": "2017-10-15", "on": "2017-12-05", "direction": "worse", "verdict": "before"}
    ]
    rows = list(csv.DictReader(io.StringIO((await register.http.get("/risks/v1/risks/OCC4/back-test.csv")).text)))
    assert [(row["indicator"], row["first_period"], row["last_period"], row["after"]) for row in rows] == [
        ("ae", "2017-08", "2018-01", "0"),
        ("beds", "2017-08", "2018-01", "1"),
    ]


@pytest.mark.both_engines
async def test_what_accepts_a_proposal_is_left_out(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg", last="2017-12")
    await register.risk(links=links("ae/RK9"), mode="propose")
    await register.say("ae/RK9", 2, "ggr")
    [proposal] = (await register.get("/risks/OCC4/proposals"))["items"]
    await register.post(f"/risks/OCC4/proposals/{proposal['id']}/accept", {"reason": "Yes"}, 200)
    [link] = (await register.get("/risks/OCC4/back-test"))["links"]
    assert (link["reassessments"], link["flips"]) == ([], 1)


@pytest.mark.both_engines
async def test_it_takes_as_many_statements_for_any_number_of_links(register: Register) -> None:
    sent = []
    for number in range(1, 4):
        names = [f"i{each}/RK9" for each in range(number)]
        await register.risk(f"R{number}", links=links(*names))
        with counted(register.database) as statements:
            await register.get(f"/risks/R{number}/back-test")
        sent.append(len(statements))
    assert sent == [sent[0]] * 3, statements
    await register.get("/risks/NONE/back-test", 404)

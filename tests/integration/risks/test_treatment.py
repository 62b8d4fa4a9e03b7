"""Controls, assurances and actions: entered for several risks, tested, changed, listed and published."""

import csv
import io
from datetime import date

import pytest

from chassis.storage.transaction import Tx
from services.risks.service.republication import REPUBLICATION
from tests.integration.risks.conftest import Register, counted

CONTROL = {"ref": "C1", "title": "Client function", "owner": "Director", "risks": ["OCC3", "OCC2"]}
TEST = {"aspect": "operation", "result": "ineffective", "tested_on": "2018-02-14", "tested_by": "Audit"}
ASSURANCE = {"ref": "A1", "source": "Audit", "line": 3, "opinion": "Sound", "given_on": "2018-01-31", "risks": ["OCC2"]}
ACTION = {"ref": "T1", "title": "Recruit", "due": "2018-02-27", "likelihood_steps": 1, "risks": ["OCC2"]}


@pytest.fixture
async def risks(register: Register) -> Register:
    await register.risk("OCC2")
    await register.risk("OCC3")
    return register


async def told(register: Register, subject: str) -> list[tuple[str, int]]:
    return [(kind, version) for kind, of, version in await register.outbox() if of == subject]


@pytest.mark.both_engines
async def test_a_control_serves_several_risks_and_is_tested(risks: Register) -> None:
    entered = await risks.post("/controls", CONTROL)
    assert (entered["risks"], entered["state"], entered["flags"]) == (
        ["OCC2", "OCC3"],
        "in_place",
        ["design_untested", "operation_untested"],
    )
    assert await risks.post("/controls", CONTROL, 200) == entered
    assert (await risks.post("/controls", CONTROL | {"title": "Else"}, 409))["type"] == "/problems/treatment-ref-taken"
    await risks.post("/controls/C1/tests", TEST)
    later = TEST | {"aspect": "design", "result": "effective"}
    tested = await risks.post("/controls/C1/tests", later)
    await risks.post("/controls/C1/tests", TEST | {"result": "effective", "tested_on": "2016-01-01"})
    assert ([test["result"] for test in tested["tests"]], tested["flags"]) == (
        ["effective", "ineffective"],
        ["not_effective"],
    )
    assert (await risks.get("/controls/C1"))["tests"] == tested["tests"]
    assert [one["by"] for one in (await risks.get("/controls/C1/tests"))["items"]] == ["officer"] * 3
    assert await told(risks, "control/C1") == [("updated", version) for version in range(1, 5)]
    [*_, event] = await risks.events("control/C1")
    assert ([test["aspect"] for test in event["tests"]], event["risks"]) == (["design", "operation"], ["OCC2", "OCC3"])
    future = await risks.post("/controls/C1/tests", TEST | {"tested_on": "2018-03-01"}, 422)
    assert future["type"] == "/problems/test-in-future"
    assert [entry[0] for entry in await risks.audited()][2:] == ["control.entered", *["control.tested"] * 3]


FRESH = {
    "assurances": ASSURANCE,
    "actions": ACTION | {"due": "2018-02-28"},
}
WRONG = {
    "assurances": ASSURANCE | {"ref": "Z", "risks": ["OCC3"], "given_on": "2017-02-27"},
    "actions": ACTION | {"ref": "Z", "risks": ["OCC3"]},
}


@pytest.mark.both_engines
@pytest.mark.parametrize(("path", "flag"), [("assurances", "stale"), ("actions", "overdue")])
async def test_they_are_found_by_risk_and_by_what_is_wrong_with_them(risks: Register, path: str, flag: str) -> None:
    fresh = await risks.post(f"/{path}", FRESH[path])
    wrong = await risks.post(f"/{path}", WRONG[path])
    assert (fresh["flags"], wrong["flags"]) == ([], [flag])
    for params, found in (({flag: "true"}, [wrong]), ({"risk": "OCC2"}, [fresh]), ({}, [fresh, wrong])):
        assert (await risks.get(f"/{path}", **params))["items"] == found
    text = (await risks.http.get(f"/risks/v1/{path}.csv")).text
    assert [row["flags"] for row in csv.DictReader(io.StringIO(text))] == ["", flag]
    assert (await risks.patch(f"/{path}/Z", {"risks": []}))["risks"] == []
    unknown = await risks.post(f"/{path}", WRONG[path] | {"ref": "Y", "risks": ["OCC2", "NONE"]}, 422)
    assert [error["field"] for error in unknown["errors"]] == ["risks.1"]
    await risks.get(f"/{path}/Y", 404)


async def test_an_action_is_done_with_a_reason_and_opened_again(risks: Register) -> None:
    await risks.post("/actions", ACTION)
    done = await risks.patch("/actions/T1", {"state": "done", "reason": "Board"})
    assert (done["closed_on"], done["flags"]) == ("2018-02-28", [])
    assert await risks.patch("/actions/T1", {"state": "done"}) == done
    await risks.patch("/actions/T1", {"state": "open"}, 422)
    assert (await risks.patch("/actions/T1", {"state": "open", "reason": "r"}))["closed_on"] is None
    assert await told(risks, "action/T1") == [("updated", 1), ("updated", 2), ("updated", 3)]
    await risks.patch("/controls/T1", {"owner": "Ana"}, 404)


@pytest.mark.both_engines
async def test_they_are_published_again_after_the_database_went_back(risks: Register) -> None:
    for path, body in (("controls", CONTROL), ("assurances", ASSURANCE), ("actions", ACTION)):
        await risks.post(f"/{path}", body)
    subjects = await risks.database.read(REPUBLICATION.list_subjects)
    assert subjects == ["OCC2", "OCC3", "control/C1", "assurance/A1", "action/T1"]
    await risks.database.write(lambda tx: REPUBLICATION.emit_states(tx, subjects))
    assert [await told(risks, subject) for subject in subjects[2:]] == [[("updated", 1), ("updated", 2)]] * 3
    assert (await risks.events("OCC2"))[-1]["reason"].startswith("Published again")


@pytest.mark.both_engines
async def test_a_page_of_controls_takes_as_many_statements_as_one(risks: Register) -> None:
    sent = []
    for number in range(3):
        await risks.post("/controls", CONTROL | {"ref": f"C{number}"})
        with counted(risks.database) as statements:
            await risks.get("/controls")
        sent.append(len(statements))
    assert sent == [sent[0]] * 3, statements


async def test_an_assurance_is_recorded_once_it_was_given(risks: Register) -> None:
    problem = await risks.post("/assurances", ASSURANCE | {"given_on": "2018-03-01"}, 422)
    assert (problem["type"], problem["errors"][0]["field"]) == ("/problems/assurance-in-future", "given_on")
    await risks.post("/assurances", ASSURANCE | {"given_on": "2018-02-28"})
    await risks.patch("/assurances/A1", {"given_on": "9999-01-01"}, 422)
    assert (await risks.get("/assurances/A1"))["given_on"] == "2018-02-28"


@pytest.mark.both_engines
async def test_one_of_the_future_that_is_stored_already_is_read(risks: Register) -> None:
    await risks.post("/assurances", ASSURANCE)

    async def work(tx: Tx) -> None:
        await tx.session.execute(tx.table("assurance").update().values(given_on=date(9999, 12, 1)))

    await risks.database.write(work)
    assert (await risks.get("/assurances/A1"))["flags"] == []
    assert len((await risks.get("/assurances"))["items"]) == 1
    assert (await risks.get("/assurances", stale="true"))["items"] == []
    assert (await risks.patch("/assurances/A1", {"opinion": "Weak"}))["opinion"] == "Weak"


@pytest.mark.both_engines
async def test_the_stale_ones_are_those_that_are_flagged_so(risks: Register) -> None:
    await risks.pin(date(2016, 2, 29))
    for number, day in enumerate(("2015-02-27", "2015-02-28", "2015-03-01")):
        await risks.post("/assurances", ASSURANCE | {"ref": f"A{number}", "given_on": day})
    shown = {one["ref"]: one["flags"] for one in (await risks.get("/assurances"))["items"]}
    found = [one["ref"] for one in (await risks.get("/assurances", stale="true"))["items"]]
    assert found == [ref for ref, flags in shown.items() if flags] == ["A0"]

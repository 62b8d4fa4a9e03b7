"""Why a risk stands where it does, with values and numbers, and why it stood where it did."""

from datetime import date

import pytest

from chassis.business_dates import pin_business_date
from chassis.storage.transaction import Tx
from tests.integration.risks.conftest import Register, links

TWO = links("beds/RK9#beds", "flow/RK9#flow")


@pytest.mark.both_engines
async def test_every_link_has_its_values_and_the_formula_its_numbers(register: Register) -> None:
    await register.hear_both("gg")
    await register.risk(links=TWO, target={"impact": 4, "likelihood": 2})
    await register.say("flow/RK9", 2, "ggar", last="2018-02")
    found = await register.get("/risks/OCC4/explanation")
    [beds, flow] = found["links"]
    shown = [(each["period"], each["value"], each["target"], each["severity"]) for each in flow["periods"]]
    assert shown[-2:] == [("2018-01", "81.6", "amber", 1), ("2018-02", "81.6", "red", 2)]
    assert [each["decides"] for each in flow["periods"]] == [False, False, True, True]
    assert (flow["event_id"], beds["event_id"]) == ("flow/RK9@2.0", "beds/RK9@1.0")
    assert flow["snapshot_at"] <= found["links"][0]["snapshot_at"]
    assert found["formula"] == [
        "worst group now = max(beds 0, flow 2) = 2",
        "worst group at the snapshot = max(beds 0, flow 0) = 0",
        "change = 2 - 0 = 2",
        "likelihood = 3 + 1 = 4, limited by rule 1",
        "score = 4 x 4 = 16",
    ]
    assert ([rule["number"] for rule in found["rules"]], found["recorded_at"]) == ([1], None)


@pytest.mark.both_engines
async def test_a_past_rating_is_explained_by_what_it_was_made_of(register: Register) -> None:
    await register.hear_both("gg")
    await register.risk(links=TWO[1:], target={"impact": 4, "likelihood": 2})
    await register.say("flow/RK9", 2, "ggr")
    raised = await register.get("/risks/OCC4/explanation")
    [*_, entry] = (await register.get("/risks/OCC4/history"))["items"]
    await register.database.write(lambda tx: pin_business_date(tx, date(2018, 5, 2)))
    await register.say("flow/RK9", 3, "ggrggg")
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 2, "reason": "Better"})
    judged = (await register.get("/risks/OCC4"))["changed_at"]
    await register.patch("/risks/OCC4", {"mode": "propose", "reason": "r"})
    then = await register.get("/risks/OCC4/explanation", as_of=entry["at"])
    assert then == raised | {"recorded_at": entry["at"]}
    reassessed = await register.get("/risks/OCC4/explanation", as_of=judged)
    assert (reassessed["assessed"]["likelihood"], reassessed["recorded_at"], reassessed["business_date"]) == (
        2,
        judged,
        "2018-05-02",
    )
    assert [link["severity_at"] for link in reassessed["links"]] == [0]
    await register.get("/risks/OCC4/explanation", 404, as_of="2018-02-28T12:00:00Z")


async def test_a_rating_of_before_that_was_recorded_has_its_sentence(register: Register) -> None:
    await register.risk()
    [entry] = (await register.get("/risks/OCC4/history"))["items"]
    for table in ("history", "assessment"):
        await register.forget(table, "rated")
    found = await register.get("/risks/OCC4/explanation", as_of=entry["at"])
    assert (found["effective"]["score"], found["assessed"]["score"], found["links"]) == (12, None, [])
    assert (found["text"], found["formula"]) == (entry["why"], [])


async def test_an_unassessed_risk_has_nothing_to_work_out(register: Register) -> None:
    await register.risk(assessment=None, legacy_band="yellow")
    entered = (await register.get("/risks/OCC4"))["changed_at"]
    for at in ({}, {"as_of": entered}):
        found = await register.get("/risks/OCC4/explanation", **at)
        assert (found["effective"]["band"], found["formula"], found["basis"]) == ("yellow", [], None)


@pytest.mark.both_engines
async def test_an_assessment_as_the_quarter_before_is_explained_by_itself(register: Register) -> None:
    await register.hear_both("gg")
    first = {"impact": 4, "likelihood": 3, "reason": "First", "previous_impact": 4, "previous_likelihood": 3}
    await register.risk(links=TWO, assessment=first, target={"impact": 4, "likelihood": 2})
    entered = (await register.get("/risks/OCC4"))["changed_at"]
    now = await register.get("/risks/OCC4/explanation")
    await register.patch("/risks/OCC4", {"mode": "propose", "reason": "r"})
    await register.say("flow/RK9", 2, "ggr")
    then = await register.get("/risks/OCC4/explanation", as_of=entered)
    assert then == now | {"recorded_at": entered}


@pytest.mark.both_engines
async def test_an_assessment_that_moves_nothing_is_explained_by_what_it_was_made_of(register: Register) -> None:
    await register.hear_both("gg")
    await register.risk(links=TWO[1:])
    await register.patch("/risks/OCC4", {"mode": "propose", "reason": "r", "target": {"impact": 4, "likelihood": 1}})
    await register.put("/risks/OCC4/links", {"links": TWO})
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 3, "reason": "As it was"})
    judged = (await register.get("/risks/OCC4"))["changed_at"]
    now = await register.get("/risks/OCC4/explanation")
    await register.say("flow/RK9", 2, "ggr")
    then = await register.get("/risks/OCC4/explanation", as_of=judged)
    assert then == now | {"recorded_at": judged}


async def test_a_past_rating_has_the_rules_of_then(register: Register) -> None:
    await register.risk()
    [entry] = (await register.get("/risks/OCC4/history"))["items"]

    async def work(tx: Tx) -> None:
        for name in ("history", "assessment"):
            await tx.session.execute(tx.table(name).update().values(rule_version=0))

    await register.database.write(work)
    found = await register.get("/risks/OCC4/explanation", as_of=entry["at"])
    assert (found["rule_version"], found["effective"]["score"], found["formula"]) == (0, 12, [])
    assert (await register.get("/risks/OCC4/explanation"))["rule_version"] == 1


async def test_an_assessment_of_before_that_was_recorded_is_explained_as_it_was(register: Register) -> None:
    await register.hear_both("gg")
    await register.risk(links=TWO)
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 3, "reason": "As it was"})
    judged = (await register.get("/risks/OCC4"))["changed_at"]
    for name in ("rated", "matrix", "rule_version"):
        await register.forget("assessment", name)
    found = await register.get("/risks/OCC4/explanation", as_of=judged)
    assert (found["assessed"]["score"], found["recorded_at"], len(found["links"])) == (12, judged, 2)

"""The life of a risk: draft, open, escalated, closed and open again."""

from datetime import date
from typing import Any

import pytest

from services.risks.service.signals import list_evaluated

REASON = {"reason": "Agreed by the improvement board"}


async def test_a_closed_risk_takes_no_part_and_a_reopened_one_counts_what_came_meanwhile(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    closed = await register.post("/risks/OCC4/close", REASON, 200)
    assert (closed["status"], closed["basis"], closed["effective"]["likelihood"]) == ("closed", "closed", 3)
    told = await register.outbox()
    await register.say("ae/RK9", 2, "ggr")
    seen = await register.get("/risks/OCC4")
    assert (seen["effective"], seen["indicated"]) == (closed["effective"], closed["indicated"])
    assert await register.outbox() == told
    text = (await register.get("/risks/OCC4/explanation"))["text"]
    assert text.startswith("It is closed, and stood at 12 (impact 4, likelihood 3, amber) then.")
    reopened = await register.post("/risks/OCC4/reopen", REASON, 200)
    assert (reopened["status"], reopened["basis"], reopened["effective"]["likelihood"]) == ("open", "indicated", 4)
    assert (await register.get("/risks/OCC4/history"))["items"][-1]["cause"] == "lifecycle"
    states = [(event["status"], "by" in event) for event in await register.events("OCC4")]
    assert states == [("open", False), ("open", True), ("closed", True), ("open", False), ("open", True)]
    assert (await register.audited())[1:] == [
        ("risk.closed", "OCC4", {"status": "open"}, {"status": "closed"}, REASON["reason"], "officer"),
        ("risk.reopened", "OCC4", {"status": "closed"}, {"status": "open"}, REASON["reason"], "officer"),
    ]


async def test_closing_answers_what_was_open(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9", "new/RK9"), mode="propose")
    await register.say("ae/RK9", 2, "ggr")
    await register.say("new/RK9", 1, "rr")
    override = {"impact": 5, "likelihood": 5, "until": "2018-06-30", "reason": "Strike"}
    overridden = await register.post("/risks/OCC4/override", override, 200)
    assert {"proposal_open", "review_asked", "overridden"} <= set(overridden["flags"])
    closed = await register.post("/risks/OCC4/close", REASON, 200)
    assert (closed["open_proposal"], closed["override"], closed["effective"]["score"]) == (None, None, 12)
    assert await register.database.read(lambda tx: list_evaluated(tx, "")) == {"OCC4": True}, "nothing is amiss with it"
    assert (await register.get("/review-tasks", state="open"))["items"] == []
    await register.pin(date(2018, 7, 2))
    assert (await register.get("/risks/OCC4"))["effective"]["score"] == 12


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/assessments", {"impact": 4, "likelihood": 4, "reason": "x"}),
        ("POST", "/override", {"impact": 4, "likelihood": 4, "until": "2018-03-31", "reason": "x"}),
        ("DELETE", "/override?reason=Over", None),
        ("PUT", "/links", {"links": []}),
        ("PATCH", "", {"title": "Another"}),
        ("POST", "/proposals/1/accept", {"reason": "x"}),
        ("POST", "/close", REASON),
    ],
)
async def test_a_closed_risk_is_only_read_or_reopened(register: Any, method: str, path: str, body: Any):
    await register.risk()
    await register.post("/risks/OCC4/close", REASON, 200)
    answer = await register.http.request(method, f"/risks/v1/risks/OCC4{path}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/risk-closed")


async def test_what_is_not_closed_is_not_reopened_and_closing_needs_a_reason(register: Any):
    await register.risk()
    assert (await register.post("/risks/OCC4/reopen", REASON, 409))["type"] == "/problems/risk-not-closed"
    await register.post("/risks/OCC4/close", {}, 422)
    await register.post("/risks/NONE/close", REASON, 404)
    await register.patch("/risks/OCC4", {"status": "closed"}, 422)


async def test_a_draft_is_opened_and_escalated_and_the_world_is_told(register: Any):
    draft = await register.risk(status="draft")
    assert draft["status"] == "draft"
    for status in ("open", "escalated"):
        assert (await register.patch("/risks/OCC4", {"status": status}))["status"] == status
    assert [event["status"] for event in await register.events("OCC4")][2:] == ["open", "escalated"]
    assert [(entry[0], entry[2], entry[3]) for entry in (await register.audited())[1:]] == [
        ("risk.amended", {"status": "draft"}, {"status": "open"}),
        ("risk.amended", {"status": "open"}, {"status": "escalated"}),
    ]


async def test_a_legacy_risk_is_closed_with_its_colour(register: Any):
    await register.risk("BC02", assessment=None, legacy_band="yellow")
    closed = await register.post("/risks/BC02/close", REASON, 200)
    assert (closed["status"], closed["effective"]["band"]) == ("closed", "yellow")
    assert (await register.post("/risks/BC02/reopen", REASON, 200))["status"] == "open"


async def test_the_register_is_filtered_by_status_and_by_what_a_risk_hangs_on(register: Any, tied: Any):
    await register.risk("A", links=tied("ae/RK9"))
    await register.risk("B", links=tied("ae/E06000026", "dtoc/RK9"))
    await register.risk("C", status="draft")
    await register.post("/risks/A/close", REASON, 200)

    async def refs(**params: str) -> list[str]:
        answer = await register.http.get("/risks/v1/risks", params=params)
        return [risk["ref"] for risk in answer.json()["items"]]

    assert await refs(status="closed") == ["A"]
    assert await refs(status="open") == ["B"]
    assert await refs(indicator="ae") == ["A", "B"]
    assert await refs(indicator="ae", area="RK9") == ["A"]
    assert await refs(area="RK9") == ["A", "B"]
    assert await refs(indicator="none") == []


async def test_a_rebuild_and_a_republication_leave_a_closed_risk_as_it_is(register: Any, tied: Any, event: Any):
    from services.risks.projection import SUBSCRIPTION
    from services.risks.service.republication import REPUBLICATION

    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9", "new/RK9"))
    before = await register.post("/risks/OCC4/close", REASON, 200)
    await register.hear(event("ae/RK9", 2, "ggr"), event("new/RK9", 1, "rr"))
    await register.database.write(SUBSCRIPTION.projection.evaluate_all)
    assert (await register.get("/review-tasks", state="open"))["items"] == []
    await register.database.write(lambda tx: REPUBLICATION.emit_states(tx, ["OCC4"]))
    after = await register.get("/risks/OCC4")
    assert (after["effective"], after["version"]) == (before["effective"], before["version"] + 1)
    assert (await register.events("OCC4"))[-1]["status"] == "closed"

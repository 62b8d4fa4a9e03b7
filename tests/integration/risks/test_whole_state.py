"""Every event of a risk has its whole state: a reader that keeps the newest alone misses nothing."""

from datetime import date
from typing import Any

import pytest

from services.risks.service.reviewing import sweep_reviews
from tests.integration.risks.conftest import Register, links
from tests.integration.risks.test_acceptances import accepted

BAND = {"likelihood": 3, "chance": "0.5", "low": "10", "high": "20"}
STATE = {"kind", "title", "matrix", "rule_version", "links", "status", "losses", "assessed", "indicated"}


async def told(register: Register, kind: str) -> Any:
    """The newest event of a type about the risk, and its whole state."""
    events = zip(await register.outbox(), await register.events("OCC4"), strict=True)
    return [body for (found, *_), body in events if found == kind][-1]


@pytest.fixture
async def moved(register: Register) -> Register:
    """A risk that was accepted at what is tolerated, and whose indicator then turned red."""
    await register.post("/appetites", {"category": "Financial", "appetite": 8, "tolerance": 12, "reason": "r"})
    await accepted(register, category="Financial", links=links("ae/RK9"))
    await register.put("/risks/OCC4/losses", {"losses": [BAND], "reason": "r"})
    await register.say("ae/RK9", 1, "gg")
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 3, "reason": "Again"})
    await register.say("ae/RK9", 2, "ggr")
    return register


@pytest.mark.both_engines
async def test_each_type_has_it(moved: Register) -> None:
    await moved.pin(date(2018, 4, 10))
    assert await moved.database.write(sweep_reviews) == 1
    bodies = {}
    for (kind, subject, _), body in zip(await moved.outbox(), await moved.events("OCC4"), strict=True):
        assert subject == "OCC4"
        bodies[kind] = body
    assert set(bodies) == {"rescored", "reviewed", "suspended", "breached", "overdue"}
    for kind, body in bodies.items():
        assert body.keys() >= STATE, kind
        assert body["losses"] == [BAND], kind
        assert (body["matrix"], body["rule_version"], body["assessed"]["score"]) == ("five-by-five@1", 1, 12), kind
    for kind in ("rescored", "suspended", "breached", "overdue"):
        assert bodies[kind]["indicated"]["score"] == 16, kind
    assert len({str(bodies[kind]["links"]) for kind in ("rescored", "suspended", "breached", "overdue")}) == 1


async def test_what_waits_for_its_owner_is_told(register: Register, tied: Any) -> None:
    """Proposals as they open, change nothing else and go; and in each review what waits from then on."""
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"), mode="propose", owner="A. Head")
    await register.say("ae/RK9", 2, "ggr")
    assert (await register.outbox())[-1] == ("updated", "OCC4", 3)
    opened = await told(register, "updated")
    assert opened.keys() >= STATE
    assert (opened["owner"], opened["proposed"]["score"], opened["effective"]["score"]) == ("A. Head", 16, 12)
    override = {"impact": 4, "likelihood": 1, "until": "2018-06-30", "reason": "Extra beds"}
    await register.post("/risks/OCC4/override", override, 200)
    overridden = await told(register, "reviewed")
    waits = (
        overridden["owner"],
        overridden["override_until"],
        overridden["review_due"],
        overridden["proposed"]["score"],
    )
    assert waits == ("A. Head", "2018-06-30", "2018-03-14", 16)
    await register.say("ae/RK9", 3, "ggg")
    assert (await told(register, "updated"))["proposed"] is None
    await register.say("ae/RK9", 4, "ggr")
    [waiting] = [each for each in (await register.get("/risks/OCC4/proposals"))["items"] if each["state"] == "open"]
    await register.post(f"/risks/OCC4/proposals/{waiting['id']}/reject", {"reason": "Known"}, 200)
    decided = await told(register, "reviewed")
    assert (decided["proposed"], decided["override_until"]) == (None, "2018-06-30")
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 3, "reason": "Again"})
    assert (await told(register, "reviewed"))["review_due"] is None
    await register.say("ae/RK9", 5, "ggg")
    assert (await told(register, "updated"))["proposed"]["score"] == 8
    await register.patch("/risks/OCC4", {"mode": "auto", "reason": "As the others"})
    assert (await told(register, "updated"))["proposed"] is None
    await register.patch("/risks/OCC4", {"mode": "propose", "reason": "Owner decides"})
    await register.delete("/risks/OCC4/override?reason=Over")
    lifted = await told(register, "reviewed")
    assert (lifted["proposed"]["score"], lifted["review_due"]) == (8, "2018-03-14")
    closed = await register.post("/risks/OCC4/close", {"reason": "It is over"}, 200)
    ended = await told(register, "reviewed")
    assert (ended["status"], ended["proposed"], ended["review_due"]) == ("closed", None, None)
    versions = [version for _, subject, version in await register.outbox() if subject == "OCC4"]
    assert versions == list(range(1, closed["version"] + 1))

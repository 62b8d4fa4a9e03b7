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

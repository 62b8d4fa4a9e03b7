"""Whatever a person decides about a risk is in the audit record: who, what it was, what it is, and why."""

from typing import Any

CELL = {"impact": 4, "likelihood": 3}
LINK = {"series": "ae/RK9", "signal": "target", "provisional": "ignore", "group": "ae"}


async def test_every_decision_is_recorded_and_what_indicators_do_is_not(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(mode="propose")
    await register.put("/risks/OCC4/links", {"links": tied("ae/RK9")})
    await register.post("/risks/OCC4/assessments", CELL | {"reason": "With its link"})
    await register.say("ae/RK9", 2, "gga")
    [proposal] = (await register.get("/proposals"))["items"]
    await register.post(f"/risks/OCC4/proposals/{proposal['id']}/reject", {"reason": "A blip"}, 200)
    override = {"impact": 5, "likelihood": 5, "until": "2018-06-30", "reason": "Strike"}
    await register.post("/risks/OCC4/override", override, 200)
    await register.delete("/risks/OCC4/override?reason=Over")
    amended = {"owner": "Director", "target": {"impact": 4, "likelihood": 2}}
    await register.patch("/risks/OCC4", amended | {"reason": "Agreed"})
    until = {"override": {"impact": 5, "likelihood": 5}, "until": "2018-06-30"}
    proposed = {"proposal": proposal["id"], "proposed": {"impact": 4, "likelihood": 4}}
    assert [entry[0] for entry in await register.audited()] == [
        "risk.entered",
        "links.replaced",
        "risk.assessed",
        "proposal.rejected",
        "risk.overridden",
        "risk.override_lifted",
        "risk.amended",
    ]
    first, *later = [entry[2:5] for entry in await register.audited()]
    assert (first[0], first[1]["title"], first[1]["assessed"], first[2]) == (None, "Risk OCC4", CELL, "First")
    assert later == [
        ({"links": []}, {"links": [LINK]}, None),
        ({"assessed": CELL}, {"assessed": CELL}, "With its link"),
        (proposed | {"state": "open"}, proposed | {"state": "rejected"}, "A blip"),
        (None, until, "Strike"),
        (until, None, "Over"),
        ({"owner": None, "target": None}, amended, "Agreed"),
    ]
    assert {(entry[1], entry[5]) for entry in await register.audited()} == {("OCC4", "officer")}

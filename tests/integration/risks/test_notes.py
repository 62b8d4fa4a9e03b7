"""Where the papers contradict each other of a risk, it says so."""

from typing import Any

NOTE = {
    "topic": "Category of OCC3",
    "figures": [
        {"figure": "Compliance", "source": "register, column"},
        {"figure": "Compliance, Regulation & Safeguarding", "source": "register, description"},
    ],
    "used": "Compliance, Regulation & Safeguarding",
    "why": "the longer name says which kind",
}


async def test_contradictions_are_shown_on_the_risk(register: Any):
    assert (await register.risk(notes=[NOTE]))["notes"] == [NOTE]
    assert (await register.get("/risks/OCC4"))["notes"] == [NOTE]
    assert [risk["notes"] for risk in (await register.get("/risks"))["items"]] == [[NOTE]]
    assert (await register.patch("/risks/OCC4", {"owner": "Director"}))["notes"] == [NOTE], "what is not sent stays"
    assert (await register.patch("/risks/OCC4", {"notes": []}))["notes"] == []
    assert (await register.risk("OCC5"))["notes"] == []
    await register.post("/risks", {"ref": "X", "register": "r", "title": "x", "notes": [NOTE | {"figures": []}]}, 422)

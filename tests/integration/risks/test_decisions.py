"""What history says of a change that a person made: what they did, and nothing of the indicators."""

import json
from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.storage.transaction import Tx
from services.risks.service.overriding import sweep_overrides


async def _told(register: Any) -> list[Any]:
    """The data of every re-scoring told of, in order."""

    async def work(tx: Tx) -> list[Any]:
        outbox = tx.table("outbox")
        rows = await tx.session.execute(select(outbox).where(outbox.c.type.contains("rescored")).order_by(outbox.c.id))
        return [json.loads(row.body)["data"] for row in rows]

    found: list[Any] = await register.database.read(work)
    return found


async def test_what_a_person_did_is_not_blamed_on_indicators(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9#flow"), mode="propose")
    await register.say("ae/RK9", 2, "ggr")
    await register.patch("/risks/OCC4", {"mode": "auto", "reason": "As the others"})
    override = {"impact": 4, "likelihood": 1, "until": "2018-06-30", "reason": "Extra beds"}
    await register.post("/risks/OCC4/override", override, 200)
    for blank in ("", "%20", "%E2%80%8B"):
        refused = await register.delete(f"/risks/OCC4/override?reason={blank}", 422)
        assert [each["field"] for each in refused["errors"]] == ["reason"]
    await register.delete("/risks/OCC4/override?reason=Over")
    await register.put("/risks/OCC4/links", {"links": [], "reason": "Not its cause"})
    await register.post("/risks/OCC4/assessments", {"impact": 5, "likelihood": 5, "reason": "Winter"})

    history = (await register.get("/risks/OCC4/history"))["items"]
    causes = ["assessment", "settings", "override", "override", "links", "assessment"]
    assert [entry["cause"] for entry in history] == causes
    said = [
        "Its owner assessed it.",
        "Its aims or its mode were changed.",
        "An override was set.",
        "An override ended.",
        "Other indicators were linked to it",
        "Reason given: Winter",
    ]
    for entry, sentence in zip(history, said, strict=True):
        assert sentence in entry["why"]
        assert "went from" not in entry["why"]
        assert entry["event_ids"] == []
    assert "Reason given: Extra beds" in history[2]["why"]
    assert [(told["why"], told["caused_by"]) for told in await _told(register)] == [
        (entry["why"], []) for entry in history
    ]


async def test_an_override_that_ran_out_says_so(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    override = {"impact": 4, "likelihood": 1, "until": "2018-03-01", "reason": "Extra beds"}
    await register.post("/risks/OCC4/override", override, 200)
    await register.pin(date(2018, 3, 2))
    assert await register.database.write(sweep_overrides) == 1
    ended = (await register.get("/risks/OCC4/history"))["items"][-1]
    assert "An override ended." in ended["why"]
    assert ended["event_ids"] == []


async def test_indicators_are_named_by_the_events_that_were_heard(register: Any, tied: Any, event: Any):
    for subject in ("ae/RK9", "dtoc/RK9", "rtt/RK9"):
        await register.say(subject, 1, "gg")
    await register.risk(
        assessment={"impact": 4, "likelihood": 1, "reason": "First"}, links=tied("ae/RK9", "dtoc/RK9", "rtt/RK9")
    )
    await register.say("ae/RK9", 2, "ggr")
    await register.hear(event("dtoc/RK9", 2, "ggr"), event("rtt/RK9", 2, "ggg"))
    history = (await register.get("/risks/OCC4/history"))["items"]
    assert [entry["event_ids"] for entry in history] == [[], ["ae/RK9@2.0"], ["dtoc/RK9@2.0"]]
    assert "went from green to red, by event dtoc/RK9@2.0" in history[2]["why"]

"""Indicator events move risks: the cases of the domain page, through a real database."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from chassis.storage.transaction import Tx
from services.risks.projection import SUBSCRIPTION


@pytest.mark.parametrize(
    ("assessed", "before", "after", "likelihood"),
    [
        pytest.param(3, ["gg"], ["gga"], 4, id="green to amber, one group"),
        pytest.param(3, ["gg"], ["ggr"], 4, id="green to red, one group"),
        pytest.param(2, ["gg", "gg"], ["ggr", "ggr"], 4, id="green to red, two groups"),
        pytest.param(4, ["rr"], ["rrr"], 4, id="assessed while already red, still red"),
        pytest.param(4, ["rr"], ["rrg"], 4, id="one better period is not enough"),
        pytest.param(4, ["rr"], ["rgg"], 3, id="red to green, confirmed by two periods"),
        pytest.param(4, ["rr", "rr"], ["rgg", "rrr"], 4, id="red to green, another group still red"),
    ],
)
async def test_the_cases_of_the_domain_page(
    register: Any, tied: Any, assessed: int, before: Sequence[str], after: Sequence[str], likelihood: int
):
    subjects = [f"i{number}/RK9" for number in range(len(before))]
    for subject, colours in zip(subjects, before, strict=True):
        await register.say(subject, 1, colours)
    await register.risk(assessment={"impact": 4, "likelihood": assessed, "reason": "First"}, links=tied(*subjects))
    for subject, colours in zip(subjects, after, strict=True):
        await register.say(subject, 2, colours, last="2018-02")
    assert await register.likelihoods() == (assessed, likelihood, likelihood)


async def test_a_risk_goes_up_and_comes_down_with_an_explanation(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg", last="2017-12")
    await register.risk(links=tied("ae/RK9#flow"), target={"impact": 4, "likelihood": 2})
    await register.say("ae/RK9", 2, "ggr")
    assert await register.likelihoods() == (3, 4, 4)
    explained = await register.get("/risks/OCC4/explanation")
    assert explained["event_ids"] == ["ae/RK9@2.0"]
    assert explained["groups"] == [{"group": "flow", "severity_at": 0, "severity_now": 2}]
    assert (explained["change"], explained["steps"]) == (2, 1)
    assert explained["rules"][0]["number"] == 1
    assert "ae in RK9 (target, group flow) went from green to red, by event ae/RK9@2.0" in explained["text"]
    await register.say("ae/RK9", 3, "ggrg", last="2018-02")
    assert await register.likelihoods() == (3, 4, 4)
    await register.say("ae/RK9", 4, "ggrgg", last="2018-03")
    assert await register.likelihoods() == (3, 3, 3)

    history = (await register.get("/risks/OCC4/history"))["items"]
    assert [entry["cause"] for entry in history] == ["assessment", "indicators", "indicators"]
    up = history[1]
    assert (up["before"]["score"], up["after"]["score"]) == (12, 16)
    assert [(each["assessed"]["likelihood"], each["indicated"]["likelihood"]) for each in history] == [
        (3, 3),
        (3, 4),
        (3, 3),
    ]
    assert up["event_ids"] == ["ae/RK9@2.0"]
    assert up["indicator_versions"] == [
        {"indicator": "ae", "area": "RK9", "breakdown": {}, "generation": 1, "version": 2}
    ]
    assert (up["rule_version"], up["matrix"], up["business_date"]) == (1, "five-by-five@1", "2018-02-28")
    assert [told for told in await register.outbox() if told[1] == "OCC4"] == [
        ("rescored", "OCC4", 1),
        ("reviewed", "OCC4", 2),
        ("rescored", "OCC4", 3),
        ("rescored", "OCC4", 4),
    ]


async def test_another_cell_with_the_same_score_is_a_change(register: Any):
    """Impact 4 likelihood 3 is not impact 3 likelihood 4, though both score 12."""
    await register.risk()
    await register.post("/risks/OCC4/assessments", {"impact": 3, "likelihood": 4, "reason": "Milder, and likelier"})
    assert (await register.get("/risks/OCC4"))["effective"] == {
        "impact": 3,
        "likelihood": 4,
        "score": 12,
        "band": "amber",
    }
    last = (await register.get("/risks/OCC4/history"))["items"][-1]
    assert [(last[x]["impact"], last[x]["likelihood"]) for x in ("before", "after")] == [(4, 3), (3, 4)]
    override = {"impact": 4, "likelihood": 3, "until": "2018-03-31", "reason": "As before for a while"}
    await register.post("/risks/OCC4/override", override, 200)
    told = [version for type_, _, version in await register.outbox() if type_ == "rescored"]
    assert told == [1, 3, 5]


async def test_an_older_event_and_a_duplicate_change_nothing(register: Any, tied: Any, event: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    await register.say("ae/RK9", 5, "ggr")
    told = await register.outbox()
    await register.hear(event("ae/RK9", 5, "ggr"), event("ae/RK9", 3, "ggg"), event("ae/RK9", 4, "gga"))
    assert await register.likelihoods() == (3, 4, 4)
    assert await register.outbox() == told


async def test_a_body_that_does_not_fit_is_an_error_and_leaves_nothing(register: Any, tied: Any, event: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    for damage in ((b'"series"', b'"serious"'), (b'"target":"red"', b'"target":"mauve"'), (b"2018-01", b"soon")):
        broken = event("ae/RK9", 2, "ggr")
        broken.record = broken.record._replace(value=broken.record.value.replace(*damage))
        with pytest.raises(ValueError, match=r"series|target|period"):
            await register.hear(broken)
    assert await register.likelihoods() == (3, 3, 3)
    await register.say("ae/RK9", 3, "ggr")
    assert await register.likelihoods() == (3, 4, 4)


@pytest.mark.both_engines
async def test_one_batch_moves_each_risk_once_and_only_where_it_should(register: Any, tied: Any, event: Any):
    for subject in ("a/RK9", "b/RK9", "c/RK9"):
        await register.say(subject, 1, "gg")
    first = {"impact": 4, "likelihood": 2, "reason": "First"}
    await register.risk("BOTH", links=tied("a/RK9", "b/RK9"), assessment=first)
    await register.risk("ONE", links=tied("b/RK9"), assessment=first)
    await register.risk("NONE", links=tied("c/RK9"), assessment=first)
    before = len(await register.outbox())
    await register.hear(event("a/RK9", 2, "gga"), event("b/RK9", 2, "ggr"), event("a/RK9", 3, "ggr"))
    assert [(await register.likelihoods(ref))[2] for ref in ("BOTH", "ONE", "NONE")] == [4, 3, 2]
    assert (await register.outbox())[before:] == [("rescored", "BOTH", 3), ("rescored", "ONE", 3)]
    history = (await register.get("/risks/BOTH/history"))["items"]
    assert history[-1]["event_ids"] == ["a/RK9@3.0", "b/RK9@2.0"]


async def test_a_link_unknown_at_its_snapshot_asks_for_a_review_once(register: Any, tied: Any):
    await register.risk(links=tied("ae/RK9"))
    await register.say("ae/RK9", 1, "ww")
    assert (await register.get("/review-tasks"))["items"] == []
    await register.say("ae/RK9", 2, "wwr")
    await register.say("ae/RK9", 3, "wwg")
    assert await register.likelihoods() == (3, 3, 3)
    tasks = (await register.get("/review-tasks", state="open", risk="OCC4"))["items"]
    assert [(task["risk"], task["indicator"], task["area"]) for task in tasks] == [("OCC4", "ae", "RK9")]
    assert "unknown when OCC4 was last assessed" in tasks[0]["reason"]
    assert set((await register.get("/risks/OCC4"))["flags"]) == {"unknown_link", "review_asked"}
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 3, "reason": "Seen"})
    assert (await register.get("/review-tasks", state="open"))["items"] == []
    assert (await register.get("/review-tasks", state="done"))["items"][0]["closed_at"]
    await register.say("ae/RK9", 4, "wwr")
    assert await register.likelihoods() == (3, 4, 4)


async def test_an_assessment_starts_over_from_where_the_indicators_stand(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    await register.say("ae/RK9", 2, "rr")
    assessed = await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4, "reason": "It is red"})
    assert assessed["links"][0]["severity_at"] == 2
    assert await register.likelihoods() == (4, 4, 4)
    await register.say("ae/RK9", 3, "gg")
    assert await register.likelihoods() == (4, 3, 3)


async def test_links_keep_their_snapshot_when_the_set_is_put_again(register: Any, tied: Any):
    await register.say("a/RK9", 1, "gg")
    await register.risk(links=tied("a/RK9"))
    await register.say("a/RK9", 2, "rr")
    told = await register.outbox()
    await register.put("/risks/OCC4/links", {"links": tied("a/RK9"), "reason": "Not its cause"})
    assert await register.likelihoods() == (3, 4, 4)
    assert await register.outbox() == told
    await register.say("b/RK9", 1, "rr")
    both = await register.put("/risks/OCC4/links", {"links": tied("b/RK9", "a/RK9"), "reason": "Not its cause"})
    snapshots = {link["indicator"]: (link["severity_at"], link["severity_now"]) for link in both["links"]}
    assert snapshots == {"a": (0, 2), "b": (2, 2)}
    assert await register.likelihoods() == (3, 3, 3)  # the worst was red already when b was tied
    again = await register.put("/risks/OCC4/links", {"links": tied("a/RK9"), "reason": "Not its cause"})
    assert again["links"][0]["severity_at"] == 0
    assert await register.likelihoods() == (3, 4, 4)
    assert (await register.put("/risks/OCC4/links", {"links": [], "reason": "Not its cause"}))["links"] == []
    assert await register.likelihoods() == (3, 3, 3)
    assert (await register.get("/risks/OCC4/history"))["items"][-1]["cause"] == "links"


async def test_one_signal_cannot_pass_for_two_causes(register: Any, tied: Any):
    await register.risk()
    problem = await register.put("/risks/OCC4/links", {"links": tied("a/RK9#one", "a/RK9#two")}, 422)
    assert problem["errors"][0]["field"] == "links.1"
    await register.put("/risks/NONE/links", {"links": tied("a/RK9")}, 404)


async def test_a_stale_link_is_said_and_changes_no_number(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg", last="2017-12")
    await register.risk(links=tied("ae/RK9"))
    assert (await register.get("/risks/OCC4"))["flags"] == []
    await register.pin(date(2018, 3, 1))
    stale = await register.get("/risks/OCC4")
    assert stale["links"][0]["stale"] is True
    assert stale["flags"] == ["stale_link"]
    assert stale["effective"]["likelihood"] == 3


async def test_in_propose_mode_the_owner_decides(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"), mode="propose")
    await register.say("ae/RK9", 2, "gga")
    assert await register.likelihoods() == (3, 4, 3)
    told = await register.outbox()
    assert told[-1] == ("updated", "OCC4", 3), "its owner is told what waits"
    shown = await register.get("/risks/OCC4")
    [opened] = (await register.get("/risks/OCC4/proposals"))["items"]
    assert opened["id"] == shown["open_proposal"]
    assert "proposal_open" in shown["flags"]
    assert opened["proposed"]["likelihood"] == 4
    assert opened["event_ids"] == ["ae/RK9@2.0"]
    path = f"/risks/OCC4/proposals/{opened['id']}"
    rejected = await register.post(f"{path}/reject", {"reason": "A blip"}, 200)
    assert rejected["open_proposal"] is None
    assert (await register.outbox())[len(told) :] == [("reviewed", "OCC4", 4)]
    await register.post(f"{path}/accept", {"reason": "Late"}, 409)
    await register.say("ae/RK9", 3, "ggr")  # still one step up: rejected already
    assert (await register.get("/risks/OCC4/proposals", state="open"))["items"] == []
    await register.say("ae/RK9", 4, "ggg")
    await register.say("ae/RK9", 5, "ggr")  # gone and come again: proposed anew
    [anew] = (await register.get("/risks/OCC4/proposals", state="open"))["items"]
    accepted = await register.post(f"/risks/OCC4/proposals/{anew['id']}/accept", {"reason": "Agreed"}, 200)
    assert await register.likelihoods() == (4, 4, 4)
    assert accepted["links"][0]["severity_at"] == 2
    states = [proposal["state"] for proposal in (await register.get("/risks/OCC4/proposals"))["items"]]
    assert states == ["rejected", "accepted"]


async def test_a_proposal_is_withdrawn_when_the_indicators_come_back_or_the_owner_assesses(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"), mode="propose")
    await register.say("ae/RK9", 2, "gga")
    await register.say("ae/RK9", 3, "ggg")
    await register.say("ae/RK9", 4, "gga")
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4, "reason": "Mine"})
    states = [proposal["state"] for proposal in (await register.get("/risks/OCC4/proposals"))["items"]]
    assert states == ["withdrawn", "withdrawn"]


async def test_the_mode_decides_what_is_in_effect(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    await register.say("ae/RK9", 2, "rr")
    assert await register.likelihoods() == (3, 4, 4)
    proposing = await register.patch("/risks/OCC4", {"mode": "propose", "reason": "Owner decides"})
    assert proposing["open_proposal"]
    assert await register.likelihoods() == (3, 4, 3)
    assert (await register.patch("/risks/OCC4", {"mode": "auto", "reason": "As the others"}))["open_proposal"] is None
    assert await register.likelihoods() == (3, 4, 4)
    assert [entry["cause"] for entry in (await register.get("/risks/OCC4/history"))["items"]][2:] == ["settings"] * 2


async def test_an_override_holds_until_its_day_and_is_swept_after(register: Any, tied: Any):
    from services.risks.service.overriding import sweep_overrides

    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    body = {"impact": 5, "likelihood": 5, "until": "2018-06-30", "reason": "Strike"}
    overridden = await register.post("/risks/OCC4/override", body, 200)
    assert (overridden["effective"]["score"], overridden["basis"]) == (25, "override")
    assert overridden["override"]["by"] == "officer"
    await register.say("ae/RK9", 2, "rr")
    assert (await register.get("/risks/OCC4"))["effective"]["score"] == 25
    await register.pin(date(2018, 6, 30))
    assert await register.database.write(sweep_overrides) == 0
    await register.pin(date(2018, 7, 1))
    ended = await register.get("/risks/OCC4")
    assert (ended["effective"]["likelihood"], ended["override"], ended["basis"]) == (4, None, "indicated")
    assert [risk["ref"] for risk in (await register.get("/risks", band="amber"))["items"]] == ["OCC4"]
    assert (await register.get("/risks", band="red"))["items"] == []
    assert await register.database.write(sweep_overrides) == 1
    assert await register.database.write(sweep_overrides) == 0
    last = (await register.get("/risks/OCC4/history"))["items"][-1]
    assert (last["cause"], last["before"]["score"], last["after"]["score"]) == ("override", 25, 16)


async def test_an_override_can_be_lifted(register: Any):
    await register.risk()
    await register.delete("/risks/OCC4/override?reason=Over", 409)
    await register.post(
        "/risks/OCC4/override", {"impact": 1, "likelihood": 1, "until": "2018-03-31", "reason": "Quiet"}, 200
    )
    assert (await register.delete("/risks/OCC4/override?reason=Over"))["effective"]["score"] == 12


async def test_a_simulation_stores_nothing_and_says_what_the_event_then_does(register: Any, tied: Any):
    for subject in ("a/RK9", "b/RK9"):
        await register.say(subject, 1, "gg")
    await register.risk(links=tied("a/RK9", "b/RK9"), assessment={"impact": 4, "likelihood": 2, "reason": "First"})
    told, before = await register.outbox(), await register.get("/risks/OCC4")
    body = {
        "signals": [
            {"indicator": "a", "area": "RK9", "colour": "red"},
            {"indicator": "b", "area": "RK9", "severity": 2},
        ]
    }
    simulated = await register.post("/risks/OCC4/simulations", body, 200)
    assert simulated["present"]["likelihood"] == 2
    assert (await register.outbox(), await register.get("/risks/OCC4")) == (told, before)
    await register.say("a/RK9", 2, "rr")
    await register.say("b/RK9", 2, "rr")
    risk = await register.get("/risks/OCC4")
    supposed = simulated["supposed"]
    assert supposed["effective"] == risk["effective"]
    assert (supposed["effective"]["likelihood"], [rule["number"] for rule in supposed["rules"]]) == (4, [2])


async def test_an_opportunity_becomes_likelier_as_indicators_get_better(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "rr")
    await register.risk(kind="opportunity", links=tied("ae/RK9"))
    await register.say("ae/RK9", 2, "gg")
    assert await register.likelihoods() == (3, 4, 4)


async def test_a_rebuild_ends_in_the_same_state_and_tells_nobody(register: Any, tied: Any, event: Any):
    log = [event("a/RK9", 1, "gg"), event("b/RK9", 1, "rr"), event("a/RK9", 2, "ggr"), event("b/RK9", 2, "rgg")]
    await register.hear(*log[:2])
    await register.risk("A", links=tied("a/RK9", "never/RK9"))
    await register.risk("B", links=tied("b/RK9"), mode="propose")
    await register.risk("C", assessment=None, legacy_band="red", links=tied("b/RK9"))
    await register.hear(*log[2:])
    refs = ("A", "B", "C")
    before = [await register.get(f"/risks/{ref}") for ref in refs]
    kept = [await register.get(f"/risks/{ref}/{part}") for ref in refs for part in ("history", "proposals")]
    told = await register.outbox()

    async def rebuild(tx: Any) -> None:
        await SUBSCRIPTION.projection.drop(tx)
        for delivery in log:
            await SUBSCRIPTION.projection.fold(tx, [delivery])
        await SUBSCRIPTION.projection.evaluate_all(tx)

    await register.database.write(rebuild)
    assert [await register.get(f"/risks/{ref}") for ref in refs] == before
    assert [await register.get(f"/risks/{ref}/{part}") for ref in refs for part in ("history", "proposals")] == kept
    assert await register.outbox() == told


@pytest.mark.both_engines
async def test_a_rebuild_mends_what_differs(register: Any, tied: Any, event: Any):
    await register.say("a/RK9", 1, "gg")
    await register.risk("A", links=tied("a/RK9"))

    async def rebuild(tx: Any) -> None:
        await SUBSCRIPTION.projection.drop(tx)
        await SUBSCRIPTION.projection.fold(tx, [event("a/RK9", 1, "gg"), event("a/RK9", 2, "rr")])
        await SUBSCRIPTION.projection.evaluate_all(tx)

    await register.database.write(rebuild)
    assert await register.likelihoods("A") == (3, 4, 4)
    assert (await register.get("/risks/A/history"))["items"][-1]["cause"] == "rebuild"


GROW = """
INSERT INTO risk SELECT (jsonb_populate_record(r, jsonb_build_object('id', r.id + n * 100, 'ref', ref || '-' || n))).*
    FROM risk AS r, generate_series(1, 600) AS n;
INSERT INTO risk_link SELECT (jsonb_populate_record(l, jsonb_build_object('id', l.id + n * 100, 'risk_id',
        risk_id + n * 100, 'indicator', indicator || n, 'subject', indicator || n || '/RK9'))).*
    FROM risk_link AS l, generate_series(1, 600) AS n;
INSERT INTO indicator_series SELECT (jsonb_populate_record(s, jsonb_build_object('subject',
        replace(subject, '/', n || '/')))).* FROM indicator_series AS s, generate_series(1, 600) AS n;
INSERT INTO indicator_signal SELECT (jsonb_populate_record(s, jsonb_build_object('subject',
        replace(subject, '/', n || '/')))).* FROM indicator_signal AS s, generate_series(1, 600) AS n;
ANALYZE
"""
"""Five risks, with a link each, become three thousand."""
READ_ONE_BY_ONE = text(
    "SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables"
    " WHERE relname IN ('risk', 'risk_link', 'indicator_series', 'indicator_signal') AND seq_tup_read > 0"
)


@pytest.mark.parametrize("database_for", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_events_read_the_risks_that_hang_on_them_however_large_the_register(register: Any, tied: Any, event: Any):
    """A hundred at once, of which PostgreSQL thinks that reading all there is once is less."""
    names = [f"i{number}x" for number in range(5)]
    await register.hear(*(event(f"{name}/RK9", 1, "gg") for name in names))
    for number, name in enumerate(names):
        await register.risk(f"R{number}", links=tied(f"{name}/RK9"))
    told = [event(f"{name}{copy}/RK9", 2, "ggr") for name in names for copy in range(1, 21)]

    async def read(tx: Tx) -> list[Any]:
        for statement in GROW.split(";"):
            await tx.session.execute(text(statement))
        before = {tuple(row) for row in await tx.session.execute(READ_ONE_BY_ONE)}
        await SUBSCRIPTION.projection.apply(tx, told)
        return [row for row in await tx.session.execute(READ_ONE_BY_ONE) if tuple(row) not in before]

    assert await register.database.write(read) == []
    moved = [await register.likelihoods(ref) for ref in ("R0", "R0-1", "R4-20", "R4-21")]
    assert [effective for _, _, effective in moved] == [3, 4, 4, 3]

"""Risks accepted as they are: two people, a last day, and the score that ends it."""

import asyncio
import csv
import io
from datetime import date
from typing import Any

import pytest

from chassis.storage import migrate
from services.risks.service.expiring import sweep_acceptances
from services.risks.service.lifecycle import close
from tests.eventually import eventually
from tests.integration.risks.conftest import counted
from tests.integration.risks.test_order import somebody_waits

REASON = {"reason": "More beds cost more than they save"}
ASKED = REASON | {"until": "2018-06-30"}
APPROVER = {"x-actor": "director"}


async def decide(register: Any, path: str, status: int = 200, **headers: str) -> Any:
    answer = await register.http.post(f"/risks/v1/risks/OCC4/acceptances/{path}", json=REASON, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def accepted(register: Any, **fields: Any) -> Any:
    await register.risk(**fields)
    asked = await register.post("/risks/OCC4/acceptances", ASKED)
    return await decide(register, f"{asked['id']}/approve", **APPROVER)


async def test_one_asks_and_another_approves(register: Any) -> None:
    await register.risk()
    asked = await register.post("/risks/OCC4/acceptances", ASKED)
    assert (asked["state"], asked["accepted"]["score"], asked["requested_by"]) == ("requested", 12, "officer")
    shown = await register.get("/risks/OCC4")
    assert (shown["status"], shown["acceptance"]) == ("open", asked["id"])
    assert "acceptance_asked" in shown["flags"]
    found = await decide(register, f"{asked['id']}/approve", **APPROVER)
    assert (found["state"], found["approved_by"], found["approval_reason"]) == (
        "in_force",
        "director",
        REASON["reason"],
    )
    shown = await register.get("/risks/OCC4")
    assert (shown["status"], "accepted" in shown["flags"], "acceptance_asked" in shown["flags"]) == (
        "accepted",
        True,
        False,
    )
    assert (await register.outbox())[-1][0] == "reviewed"
    assert (await register.events("OCC4"))[-1]["status"] == "accepted"
    assert await register.get(f"/risks/OCC4/acceptances/{asked['id']}") == found
    assert (await register.get("/risks/OCC4/acceptances"))["items"] == [found]
    assert [(entry[0], entry[5]) for entry in (await register.audited())[1:]] == [
        ("acceptance.requested", "officer"),
        ("acceptance.approved", "director"),
    ]
    heat = [cell["refs"] for cell in (await register.get("/heatmap"))["cells"] if cell["refs"]]
    assert heat == [["OCC4"]]


async def test_the_one_who_asked_does_not_approve(register: Any) -> None:
    await register.risk()
    asked = await register.post("/risks/OCC4/acceptances", ASKED)
    told = await register.outbox()
    assert (await decide(register, f"{asked['id']}/approve", 409))["type"] == "/problems/same-person"
    assert (await register.get("/risks/OCC4"))["status"] == "open"
    assert (await register.outbox(), len(await register.audited())) == (told, 2)


@pytest.mark.both_engines
async def test_it_is_suspended_once_the_score_passes_what_was_accepted(register: Any, tied: Any) -> None:
    await register.say("ae/RK9", 1, "gg")
    found = await accepted(register, links=tied("ae/RK9"))
    await register.say("ae/RK9", 2, "ggr")
    shown = await register.get("/risks/OCC4")
    assert (shown["status"], shown["effective"]["score"], shown["acceptance"]) == ("open", 16, None)
    ended = await register.get(f"/risks/OCC4/acceptances/{found['id']}")
    assert (ended["state"], ended["changed"]) == ("suspended", [])
    versions = [version for _, subject, version in await register.outbox() if subject == "OCC4"]
    assert versions == list(range(1, shown["version"] + 1))
    event = (await register.events("OCC4"))[-1]
    assert (event["acceptance"], event["accepted"]["score"], event["effective"]["score"]) == (found["id"], 12, 16)
    assert (event["status"], event["requested_by"], event["approved_by"]) == ("open", "officer", "director")
    assert [one["status"] for one in await register.events("OCC4")][-2:] == ["open", "open"]
    told = await register.outbox()
    await register.say("ae/RK9", 3, "ggrr")
    assert await register.outbox() == told
    row = (await register.http.get("/risks/v1/register.csv")).text
    assert ",open," in row


async def test_a_judgement_or_an_override_that_is_worse_suspends_it_as_well(register: Any) -> None:
    await accepted(register)
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 2, "reason": "Better"})
    assert (await register.get("/risks/OCC4"))["status"] == "accepted"
    override = {"impact": 5, "likelihood": 5, "until": "2018-03-31", "reason": "Strike"}
    assert (await register.post("/risks/OCC4/override", override, 200))["status"] == "open"


async def test_what_changed_since_it_was_asked_for_is_named(register: Any, tied: Any) -> None:
    await register.say("ae/RK9", 1, "rr")
    await register.risk(links=tied("ae/RK9"))
    asked = await register.post("/risks/OCC4/acceptances", ASKED)
    assert asked["changed"] == []
    assert asked["taken_on"]["links"] == [{"subject": "ae/RK9", "signal": "target", "severity": 2}]
    await register.say("ae/RK9", 2, "rrgg")
    seen = await register.get(f"/risks/OCC4/acceptances/{asked['id']}")
    assert seen["changed"] == [
        "rating in effect from 12 (impact 4, likelihood 3) to 8 (impact 4, likelihood 2)",
        "ae/RK9 (target) stands otherwise",
    ]
    assert (await decide(register, f"{asked['id']}/approve", **APPROVER))["state"] == "in_force"


async def test_nobody_approves_what_is_worse_by_now(register: Any, tied: Any) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    asked = await register.post("/risks/OCC4/acceptances", ASKED)
    await register.say("ae/RK9", 2, "ggr")
    problem = await decide(register, f"{asked['id']}/approve", 409, **APPROVER)
    assert problem["type"] == "/problems/acceptance-outdated"


@pytest.mark.both_engines
async def test_it_expires_by_itself_and_that_is_published(register: Any) -> None:
    found = await accepted(register)
    await register.pin(date(2018, 6, 30))
    assert await register.database.write(sweep_acceptances) == 0
    await register.pin(date(2018, 7, 1))
    assert (await register.get(f"/risks/OCC4/acceptances/{found['id']}"))["state"] == "expired"
    assert await register.database.write(sweep_acceptances) == 1
    assert (await register.get("/risks/OCC4"))["status"] == "open"
    assert (await register.events("OCC4"))[-1]["reason"] == "Acceptance expired. Its last day is over."
    assert await register.database.write(sweep_acceptances) == 0


@pytest.mark.both_engines
@pytest.mark.parametrize("meanwhile", [sweep_acceptances, lambda tx: close(tx, "OCC4", "Solved")])
async def test_what_another_decides_while_the_sweep_waits_for_the_risk_stands(register: Any, meanwhile: Any) -> None:
    await accepted(register)
    await register.pin(date(2018, 7, 1))
    decided = asyncio.Event()

    async def first(tx: Any) -> None:
        await meanwhile(tx)
        decided.set()
        await eventually(lambda: somebody_waits(register.database))

    async def second() -> int:
        await decided.wait()
        return await register.database.write(sweep_acceptances)

    _, swept = await asyncio.gather(register.database.write(first), second())
    assert swept == 0
    status = "open" if meanwhile is sweep_acceptances else "closed"
    assert (await register.get("/risks/OCC4"))["status"] == status
    after = ["open"] if meanwhile is sweep_acceptances else ["open", "closed"]
    assert [one["status"] for one in await register.events("OCC4")][2:] == ["accepted", *after]


async def test_its_end_counts_from_the_day_after_whoever_sweeps_when(register: Any) -> None:
    found = await accepted(register, mode="propose")
    await register.pin(date(2018, 7, 10))
    await _assert_open(register, found)
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 5, "reason": "Worse"})
    assert "suspended" not in {kind for kind, *_ in await register.outbox()}
    assert await register.database.write(sweep_acceptances) == 0
    await _assert_open(register, found)
    await register.pin(date(2018, 10, 10))
    for quarter, status in (("2018/19 Q1", "accepted"), ("2018/19 Q2", "open")):
        text = (await register.http.get("/risks/v1/register.csv", params={"quarter": quarter})).text
        assert [row["status"] for row in csv.DictReader(io.StringIO(text))] == [status]


async def _assert_open(register: Any, asked: Any) -> None:
    shown = await register.get("/risks/OCC4")
    assert (shown["status"], shown["acceptance"], "accepted" in shown["flags"]) == ("open", None, False)
    for status, refs in (("open", ["OCC4"]), ("accepted", [])):
        found = (await register.http.get("/risks/v1/risks", params={"status": status})).json()
        assert [one["ref"] for one in found["items"]] == refs
    assert ",open," in (await register.http.get("/risks/v1/register.csv")).text
    assert (await register.get(f"/risks/OCC4/acceptances/{asked['id']}"))["state"] == "expired"


async def test_a_draft_is_not_accepted_though_it_was_open_when_that_was_asked_for(register: Any) -> None:
    await register.risk()
    asked = await register.post("/risks/OCC4/acceptances", ASKED)
    await register.patch("/risks/OCC4", {"status": "draft"})
    problem = await decide(register, f"{asked['id']}/approve", 409, **APPROVER)
    assert problem["type"] == "/problems/risk-not-in-force"


@pytest.mark.both_engines
async def test_versions_before_acceptances_find_the_risk_open(register: Any) -> None:
    await accepted(register)
    url = register.database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.downgrade, "services.risks", url, "0009")
    found = [await register.column(table, "status") for table in ("risk", "risk_revision")]
    await asyncio.to_thread(migrate.upgrade, "services.risks", url)
    assert {status for rows in found for (status,) in rows} == {"open"}


async def test_it_is_withdrawn_before_or_after_approval_and_by_closing(register: Any) -> None:
    await register.risk()
    asked = await register.post("/risks/OCC4/acceptances", ASKED)
    assert (await register.post("/risks/OCC4/acceptances", ASKED, 409))["type"] == "/problems/acceptance-open"
    withdrawn = await decide(register, f"{asked['id']}/withdraw")
    assert (withdrawn["state"], withdrawn["ended_by"], withdrawn["ended_why"]) == (
        "withdrawn",
        "officer",
        REASON["reason"],
    )
    again = await register.post("/risks/OCC4/acceptances", ASKED)
    await decide(register, f"{again['id']}/approve", **APPROVER)
    patched = await register.patch("/risks/OCC4", {"status": "escalated"}, 409)
    assert patched["type"] == "/problems/risk-accepted"
    await decide(register, f"{again['id']}/withdraw")
    assert (await register.get("/risks/OCC4"))["status"] == "open"
    last = await register.post("/risks/OCC4/acceptances", ASKED)
    await decide(register, f"{last['id']}/approve", **APPROVER)
    closed = await register.post("/risks/OCC4/close", REASON, 200)
    assert (closed["status"], closed["acceptance"]) == ("closed", None)
    states = [one["state"] for one in (await register.get("/risks/OCC4/acceptances"))["items"]]
    assert states == ["withdrawn"] * 3


async def test_another_takes_the_place_of_the_one_in_force(register: Any) -> None:
    first = await accepted(register)
    second = await register.post("/risks/OCC4/acceptances", ASKED | {"until": "2018-12-31"})
    await decide(register, f"{second['id']}/approve", **APPROVER)
    states = {one["id"]: one["state"] for one in (await register.get("/risks/OCC4/acceptances"))["items"]}
    assert states == {first["id"]: "withdrawn", second["id"]: "in_force"}
    assert (await register.get("/risks/OCC4"))["acceptance"] == second["id"]


@pytest.mark.parametrize(
    ("fields", "body", "status", "problem"),
    [
        ({}, {"until": "2018-02-27"}, 422, "acceptance-expiry"),
        ({}, {"until": "2019-03-01"}, 422, "acceptance-expiry"),
        ({}, {"reason": ""}, 422, "invalid"),
        ({"status": "draft"}, {}, 409, "risk-not-in-force"),
        ({"assessment": None}, {}, 409, "risk-not-assessed"),
        ({"assessment": None, "legacy_band": "red"}, {}, 409, "risk-not-assessed"),
    ],
)
async def test_what_cannot_be_accepted_is_refused(
    register: Any, fields: Any, body: Any, status: int, problem: str
) -> None:
    await register.risk(**fields)
    assert (await register.post("/risks/OCC4/acceptances", ASKED | body, status))["type"] == f"/problems/{problem}"


async def test_it_is_decided_on_once_and_belongs_to_its_risk(register: Any) -> None:
    found = await accepted(register)
    problem = await decide(register, f"{found['id']}/approve", 409, **APPROVER)
    assert problem["type"] == "/problems/acceptance-decided"
    await decide(register, f"{found['id']}/withdraw")
    assert (await decide(register, f"{found['id']}/withdraw", 409))["type"] == "/problems/acceptance-decided"
    await register.risk("OCC5")
    await register.get(f"/risks/OCC5/acceptances/{found['id']}", 404)
    await decide(register, "999/approve", 404, **APPROVER)


async def test_an_opportunity_is_suspended_when_it_gets_smaller(register: Any, tied: Any) -> None:
    await register.say("ae/RK9", 1, "gg")
    await accepted(register, kind="opportunity", links=tied("ae/RK9"))
    await register.say("ae/RK9", 2, "ggr")
    shown = await register.get("/risks/OCC4")
    assert (shown["effective"]["score"], shown["status"]) == (8, "open")
    assert shown["matrix"] == "five-by-five-opportunity@1"


@pytest.mark.both_engines
async def test_what_has_expired_is_not_withdrawn_any_more(register: Any) -> None:
    found = await accepted(register)
    await register.pin(date(2018, 7, 10))
    problem = await decide(register, f"{found['id']}/withdraw", 409)
    assert (problem["type"], "expired" in problem["detail"]) == ("/problems/acceptance-decided", True)
    assert (await register.get(f"/risks/OCC4/acceptances/{found['id']}"))["state"] == "expired"


DECISIONS = {
    "closed": ("POST", "/close", REASON),
    "escalated": ("PATCH", "", {"status": "escalated"}),
    "asked": ("POST", "/acceptances", REASON | {"until": "2018-12-31"}),
}


@pytest.mark.both_engines
@pytest.mark.parametrize("decision", DECISIONS)
async def test_what_is_decided_after_its_last_day_finds_it_expired(register: Any, decision: str) -> None:
    found = await accepted(register)
    await register.pin(date(2018, 7, 10))
    method, path, body = DECISIONS[decision]
    answer = await register.http.request(method, f"/risks/v1/risks/OCC4{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    if decision == "asked":
        await decide(register, f"{answer.json()['id']}/approve", **APPROVER)
    ended = await register.get(f"/risks/OCC4/acceptances/{found['id']}")
    assert (ended["state"], ended["ended_why"]) == ("expired", "Its last day is over.")
    await register.pin(date(2018, 10, 10))
    text = (await register.http.get("/risks/v1/register.csv", params={"quarter": "2018/19 Q1"})).text
    assert [row["status"] for row in csv.DictReader(io.StringIO(text))] == ["accepted"]


async def test_a_file_finds_it_expired_as_well(register: Any) -> None:
    found = await accepted(register)
    await register.pin(date(2018, 7, 10))
    text = "ref,register,title,status\r\nOCC4,people-2018,Risk OCC4,escalated\r\n"
    sent = {"content": text, "params": REASON, "headers": {"content-type": "text/csv"}}
    answer = await register.http.post("/risks/v1/imports", **sent)
    assert answer.json()["changed"] == ["OCC4"], answer.text
    assert (await register.get(f"/risks/OCC4/acceptances/{found['id']}"))["state"] == "expired"


@pytest.mark.both_engines
async def test_all_acceptances_of_the_register_are_listed_by_their_state_of_the_day(register: Any) -> None:
    first = await accepted(register)
    await register.risk("OCC5")
    second = await register.post("/risks/OCC5/acceptances", ASKED | {"until": "2018-12-31"})

    async def listed(**wanted: str) -> list[int]:
        return [one["id"] for one in (await register.get("/acceptances", **wanted))["items"]]

    found = (await register.get("/acceptances"))["items"]
    assert [(one["risk"], one["title"], one["state"], one["changed"]) for one in found] == [
        ("OCC4", "Risk OCC4", "in_force", []),
        ("OCC5", "Risk OCC5", "requested", []),
    ]
    assert await register.get(f"/risks/OCC5/acceptances/{second['id']}") == found[1]
    page = await register.get("/acceptances", limit="1")
    assert ([one["id"] for one in page["items"]], bool(page["next"])) == ([first["id"]], True)
    assert (await listed(state="in_force"), await listed(state="requested")) == ([first["id"]], [second["id"]])
    await register.pin(date(2018, 7, 1))
    assert (await listed(state="in_force"), await listed(state="expired")) == ([], [first["id"]])
    assert await register.database.write(sweep_acceptances) == 1
    assert await listed(state="expired") == [first["id"]]
    for number in range(3):
        await register.risk(f"X{number}")
        await register.post(f"/risks/X{number}/acceptances", ASKED | {"until": "2018-12-31"})
    with counted(register.database) as statements:
        assert len(await listed()) == 5
    with counted(register.database) as few:
        await listed(limit="1")
    assert len(statements) == len(few) <= 6

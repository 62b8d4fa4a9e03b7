"""Every changing operation of every service leaves one audit entry with before and after; changing nothing, none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

import httpx
import pytest

from chassis.audit import AuditEntry, AuditFilter, list_entries
from chassis.paging import PageRequest
from chassis.storage.bulk import upsert
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web.operations import operations_of
from chassis.web.units import writing
from gateway.access import service as keys
from gateway.operations.app import create_operations
from gateway.operations.services import Services
from services.pledges.service.returns import open_returns
from services.risks.projection import INDICATORS as INDICATOR_EVENTS
from tests.conftest import ResourcesFor
from tests.integration.finance.world import fund_body, money, scheme_body
from tests.integration.risks.conftest import wire

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Change:
    """One call that changes something: the action and the subject of its entry, and whether both states are there.

    ``again``: the very same call changes nothing.
    """

    method: str
    path: str
    body: Any
    action: str
    subject: str
    had_before: bool = False
    reason: str | None = None
    again: bool = True


AREA = {"code": "E06000026", "name": "Plymouth", "type": "unitary authority"}
INDICATOR = {
    "code": "ae",
    "name": "A&E four hour wait",
    "unit": "percentage",
    "polarity": "high_is_good",
    "frequency": "month",
    "framework": "PHOF",
}
OF = {"area": "E06000026", "period": "2018-01"}
MANY = {"observations": [{"indicator": "ae", "area": "E06000026", "period": "2017-12", "value": "82"}]}
MAPPING = {
    "title": "Ours",
    "columns": {"area": ["Trust"], "period": ["Month"], "value": ["Rate"]},
    "constants": {"indicator": "ae"},
}
PROJECTION = {"area": "E06000026", "name": "forecast", "period": "2018-06", "value": "90"}
TARGET = {"area": "E06000026", "kind": "reach", "value": "90"}
NEW_TARGET = {"area": "E06000026", "kind": "reach", "value": "95", "applies_from": "2018-02", "reason": "National"}
SCORECARD = {
    "name": "Urgent care",
    "area": "E06000026",
    "sections": [{"code": "flow", "name": "Flow", "aims": [{"name": "Waits", "indicators": ["ae"]}]}],
}
STANDARD = {"service": "Records", "title": "Answer", "limits": [{"limit": 30, "unit": "calendar_days"}]}
LINKED = {"title": "Better waits", "indicators": ["ae"]}

INDICATORS = [
    Change("POST", "/areas", AREA, "area.defined", "E06000026"),
    Change(
        "PATCH",
        "/areas/E06000026",
        {"name": "City", "reason": "r"},
        "area.amended",
        "E06000026",
        had_before=True,
        reason="r",
    ),
    Change(
        "POST",
        "/frameworks",
        {"code": "PHOF", "name": "Public health", "benchmark_method": "significance"},
        "framework.defined",
        "PHOF",
    ),
    Change(
        "PATCH",
        "/frameworks/PHOF",
        {"name": "PHOF", "reason": "r"},
        "framework.amended",
        "PHOF",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/indicators", INDICATOR, "indicator.defined", "ae"),
    Change("PUT", "/mappings/ours", MAPPING, "mapping.defined", "ours"),
    Change(
        "PATCH",
        "/indicators/ae",
        {"polarity": "low_is_good", "reason": "r"},
        "indicator.amended",
        "ae",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/indicators/ae/observations", OF | {"value": "80"}, "observation.recorded", "ae"),
    Change("POST", "/indicators/ae/observations", OF | {"value": "81"}, "observation.revised", "ae", had_before=True),
    Change("POST", "/observations", MANY, "observation.recorded", "ae"),
    Change("POST", "/indicators/ae/targets", TARGET, "target.set", "ae"),
    Change("POST", "/indicators/ae/targets", NEW_TARGET, "target.changed", "ae", had_before=True, reason="National"),
    Change("POST", "/indicators/ae/projections", PROJECTION, "projection.recorded", "ae"),
    Change(
        "POST", "/indicators/ae/projections", PROJECTION | {"value": "91"}, "projection.revised", "ae", had_before=True
    ),
    Change("PUT", "/scorecards/urgent", SCORECARD, "scorecard.defined", "urgent"),
    Change("PUT", "/scorecards/urgent", SCORECARD | {"name": "Care"}, "scorecard.amended", "urgent", had_before=True),
    Change("PUT", "/outcomes/waits", LINKED, "outcome.defined", "waits"),
    Change("PUT", "/outcomes/waits", LINKED | {"title": "Waits"}, "outcome.amended", "waits", had_before=True),
    Change("PUT", "/objectives/waits", LINKED, "objective.defined", "waits"),
    Change("PUT", "/standards/answer", STANDARD, "standard.defined", "answer"),
    Change("PUT", "/standards/answer", STANDARD | {"title": "Reply"}, "standard.amended", "answer", had_before=True),
]

MATRIX = {
    "code": "two",
    "version": 1,
    "title": "Two by two",
    "impacts": ["Low", "High"],
    "likelihoods": ["Rare", "Likely"],
    "grid": [["green", "amber"], ["amber", "red"]],
}
CELL = {"impact": 4, "likelihood": 3}
LINKS = {"links": [{"indicator": "ae", "area": "RK9", "group": "flow"}]}
OVERRIDE = CELL | {"likelihood": 5, "until": "2018-06-30", "reason": "Strike"}

RISKS = [
    Change("POST", "/matrices", MATRIX, "matrix.added", "two@1"),
    Change("POST", "/risks", {"ref": "R1", "register": "people", "title": "Risk"}, "risk.entered", "R1"),
    Change("PATCH", "/risks/R1", {"owner": "Ana"}, "risk.amended", "R1", had_before=True),
    Change("PATCH", "/risks/R1", {"mode": "propose", "reason": "r"}, "risk.amended", "R1", had_before=True, reason="r"),
    Change("PUT", "/risks/R1/links", LINKS, "links.replaced", "R1", had_before=True),
    Change("POST", "/risks/R1/assessments", CELL | {"reason": "r"}, "risk.assessed", "R1", reason="r", again=False),
    Change("POST", "/risks/R1/override", OVERRIDE, "risk.overridden", "R1", reason="Strike", again=False),
    Change(
        "DELETE",
        "/risks/R1/override?reason=Over",
        None,
        "risk.override_lifted",
        "R1",
        had_before=True,
        reason="Over",
        again=False,
    ),
    Change("POST", "/risks/R1/close", {"reason": "r"}, "risk.closed", "R1", had_before=True, reason="r", again=False),
    Change(
        "POST", "/risks/R1/reopen", {"reason": "r"}, "risk.reopened", "R1", had_before=True, reason="r", again=False
    ),
]
IN_OTHER_TESTS = {
    ("POST", "/indicators/v1/imports"),
    ("POST", "/indicators/v1/imports/{id}/cancel"),
    ("POST", "/risks/v1/risks/{ref}/proposals/{proposal_id}/accept"),
    ("POST", "/risks/v1/risks/{ref}/proposals/{proposal_id}/reject"),
}
"""Proposals come of events: :func:`test_every_decision_on_a_proposal_leaves_one_entry`. Imports take files:
tests/integration/indicators/test_imports.py."""

WHO = {"portfolio_holder": "Ian", "department": "People", "director": "Craig", "lead_officers": ["Rachel"]}
PLEDGE = {"number": "1", "theme": "Health", "title": "Publish a plan", "assignments": [WHO]}
PLEDGE_LINKS = {"links": [{"indicator": "ae", "area": "RK9"}]}
ACTION = {"title": "Open a cafe", "priority": "mental-health"}
SIGNED = {
    "delivery": "delivered",
    "portfolio_holder": "Ian",
    "evidence": [{"title": "The plan", "url": "https://example.org/plan"}],
}
RETURN = "/returns/2018-1.2017-18-Q3.1"

PLEDGES = [
    Change("PUT", "/sets/2018", {"title": "Hundred"}, "set.made", "2018"),
    Change("PUT", "/sets/2018", {"title": "A hundred"}, "set.amended", "2018", had_before=True),
    Change("POST", "/pledges", PLEDGE, "pledge.made", "2018-1"),
    Change(
        "PATCH",
        "/pledges/1",
        {"delivery": "in_progress", "reason": "r"},
        "pledge.amended",
        "2018-1",
        had_before=True,
        reason="r",
    ),
    Change("PUT", "/pledges/1/links", PLEDGE_LINKS, "pledge.linked", "2018-1", had_before=True),
    Change(
        "PUT",
        "/pledges/1/assignments",
        {"assignments": [WHO | {"director": "Ana"}], "reason": "r"},
        "pledge.assigned",
        "2018-1",
        had_before=True,
        reason="r",
    ),
    Change("PUT", "/priorities/mental-health", {"title": "Minds"}, "priority.put", "mental-health"),
    Change("PUT", "/actions/cafe", ACTION, "action.put", "cafe"),
    Change(
        "PATCH",
        "/actions/cafe",
        {"due": "2018-09-30", "reason": "r"},
        "action.amended",
        "cafe",
        had_before=True,
        reason="r",
    ),
    Change("PATCH", RETURN, {"colour": "amber", "narrative": "Slow"}, "return.written", RETURN[9:], had_before=True),
    Change("POST", f"{RETURN}/submit", {}, "return.submitted", RETURN[9:], had_before=True, again=False),
    Change(
        "POST",
        f"{RETURN}/return",
        {"reason": "r"},
        "return.returned",
        RETURN[9:],
        had_before=True,
        reason="r",
        again=False,
    ),
    Change("POST", f"{RETURN}/submit", {}, "return.submitted", RETURN[9:], had_before=True, again=False),
    Change("POST", f"{RETURN}/approve", {}, "return.approved", RETURN[9:], had_before=True, again=False),
    Change("POST", "/pledges/1/sign-off", SIGNED, "pledge.signed_off", "2018-1", had_before=True, again=False),
    Change(
        "POST",
        "/pledges/1/reopen",
        {"reason": "r"},
        "pledge.reopened",
        "2018-1",
        had_before=True,
        reason="r",
        again=False,
    ),
]

FUND = {name: value for name, value in fund_body().items() if name != "reason"}
LINES = FUND["budget_lines"]
DEARER = FUND | {"budget_lines": [LINES[0] | {"opening": money(9_000)}, *LINES[1:]]}
ENTRY = {"reference": "r0", "state": "validated", "period": "2017-12", "amount": money("5"), "reason": "r"}
TAKEN_BACK = ENTRY | {"reference": "r1", "amount": money("-5"), "corrects": "r0"}

FINANCE = [
    Change("PUT", "/funds/integrated-fund", FUND, "fund.defined", "integrated-fund"),
    Change(
        "PUT",
        "/funds/integrated-fund",
        DEARER | {"reason": "r"},
        "fund.amended",
        "integrated-fund",
        had_before=True,
        reason="r",
    ),
    Change("POST", "/schemes", scheme_body("a", link=None), "scheme.defined", "a"),
    Change("POST", "/schemes/a/entries", ENTRY, "entry.posted", "a", reason="r"),
    Change("POST", "/schemes/a/entries", TAKEN_BACK, "entry.posted", "a", reason="r"),
    Change(
        "PATCH",
        "/schemes/a",
        {"state": "withdrawn", "reason": "r"},
        "scheme.withdrawn",
        "a",
        had_before=True,
        reason="r",
    ),
    Change(
        "PUT",
        "/funds/integrated-fund/closed-quarters/2017/18 Q3",
        None,
        "quarter.closed",
        "integrated-fund 2017/18 Q3",
        had_before=True,
    ),
]

SERVICES = {"indicators": INDICATORS, "risks": RISKS, "pledges": PLEDGES, "finance": FINANCE}


async def audited(database: Database) -> Sequence[AuditEntry]:
    return (await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(200)))).items


async def pin(database: Database, day: date) -> None:
    async def work(tx: Tx) -> None:
        row = {"name": "business_date", "value": day.isoformat(), "set_at": tx.now}
        await upsert(tx, tx.table("setting"), [row], ("name",), ("value", "set_at"))

    await database.write(work)


async def send(client: httpx.AsyncClient, change: Change, key: str | None = None) -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    return await client.request(change.method, change.path, json=change.body, headers=headers)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_change_leaves_one_entry(service: str, resources_for: ResourcesFor) -> None:
    resources = await resources_for(f"services.{service}")
    database = resources.database
    await pin(database, date(2018, 2, 28))
    app = import_module(f"services.{service}.app").create_app(resources)
    operations = [each for each in operations_of(app, writing) if each.writes]
    called: set[tuple[str, str]] = set()
    transport = httpx.ASGITransport(app=app)
    base = f"http://x/{service}/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"x-actor": "Ana"}) as client:
        for number, change in enumerate(SERVICES[service]):
            if change.path == RETURN:
                await database.write(open_returns)
            before = len(await audited(database))
            key = f"k{number}" if change.method == "POST" else None
            answer = await send(client, change, key)
            assert answer.status_code in {200, 201}, (change, answer.text)
            if key:
                assert (await send(client, change, key)).headers["idempotency-replayed"] == "true"
            if change.again:
                assert (await send(client, change)).status_code == 200, change
            new = (await audited(database))[before:]
            assert [(e.action, e.subject, e.actor) for e in new] == [(change.action, change.subject, "Ana")]
            [entry] = new
            assert (entry.before is not None, entry.reason) == (change.had_before, change.reason), entry
            assert entry.after is not None or change.method == "DELETE"
            assert entry.before != entry.after
            assert len(entry.request_id or "") == len(entry.trace_id or "") == 32
            called.add((change.method, answer.request.url.path))
    left = {
        (each.method, each.path)
        for each in operations
        if not any(method == each.method and each.pattern.match(path) for method, path in called)
    }
    assert left - IN_OTHER_TESTS == set()


REASONLESS = [
    ("indicators", "PATCH", "/areas/E06000026", {"name": "Else"}),
    ("indicators", "PATCH", "/frameworks/PHOF", {"name": "Else"}),
    ("indicators", "PATCH", "/indicators/ae", {"polarity": "high_is_good"}),
    (
        "indicators",
        "POST",
        "/indicators/ae/targets",
        TARGET | {"value": "99", "applies_from": "2018-04"},
    ),
    ("risks", "PATCH", "/risks/R1", {"mode": "auto"}),
    ("risks", "PATCH", "/risks/R1", {"target": CELL}),
    ("risks", "POST", "/risks/R1/assessments", CELL),
    ("risks", "POST", "/risks/R1/override", CELL | {"until": "2018-06-30"}),
    ("risks", "DELETE", "/risks/R1/override", None),
    ("risks", "POST", "/risks/R1/close", {}),
    ("finance", "PUT", "/funds/integrated-fund", FUND),
    ("finance", "POST", "/schemes/a/entries", {name: ENTRY[name] for name in ENTRY if name != "reason"}),
    ("finance", "PATCH", "/schemes/b", {"state": "withdrawn"}),
    ("pledges", "POST", f"{RETURN}/return", {}),
    ("pledges", "POST", "/pledges/1/reopen", {}),
]
"""What moves money, a rating, a polarity, a target or what was handed in, without saying why."""


@pytest.mark.parametrize("service", SERVICES)
async def test_what_matters_is_not_changed_without_a_reason(service: str, resources_for: ResourcesFor) -> None:
    resources = await resources_for(f"services.{service}")
    await pin(resources.database, date(2018, 2, 28))
    app = import_module(f"services.{service}.app").create_app(resources)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://x/{service}/v1") as client:
        for change in SERVICES[service]:
            if change.path == RETURN:
                await resources.database.write(open_returns)
            if change.path != "/funds/integrated-fund/closed-quarters/2017/18 Q3":
                await send(client, change)
        if service == "finance":
            await client.post("/schemes", json=scheme_body("b", link=None))
        entries = len(await audited(resources.database))
        for _, method, path, body in (each for each in REASONLESS if each[0] == service):
            refused = await client.request(method, path, json=body)
            assert refused.status_code == 422, (method, path, refused.text)
            assert "reason" in refused.text
        assert len(await audited(resources.database)) == entries


async def hear(database: Database, version: int, colours: str) -> None:
    """Have the risks service apply an event of the series that the risk is linked to."""
    delivery = wire("ae/RK9", version, colours)
    await database.write(lambda tx: INDICATOR_EVENTS.projection.apply(tx, [delivery]))


@pytest.mark.parametrize(("decision", "state"), [("accept", "accepted"), ("reject", "rejected")])
async def test_every_decision_on_a_proposal_leaves_one_entry(
    decision: str, state: str, resources_for: ResourcesFor
) -> None:
    resources = await resources_for("services.risks")
    database = resources.database
    await pin(database, date(2018, 2, 28))
    transport = httpx.ASGITransport(app=import_module("services.risks.app").create_app(resources))
    base, headers = "http://x/risks/v1", {"x-actor": "Ana"}
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        await hear(database, 1, "gg")
        judged = {"impact": 4, "likelihood": 3, "reason": "r"}
        risk = {"ref": "R1", "register": "people", "title": "Risk", "mode": "propose", "assessment": judged} | LINKS
        (await client.post("/risks", json=risk)).raise_for_status()
        before = len(await audited(database))
        await hear(database, 2, "ggr")
        assert len(await audited(database)) == before, "what events do is told by history, not by the record of people"
        [proposal] = (await client.get("/proposals")).json()["items"]
        path, body = f"/risks/R1/proposals/{proposal['id']}/{decision}", {"reason": "Agreed"}
        (await client.post(path, json=body)).raise_for_status()
        assert (await client.post(path, json=body)).status_code == 409
    [entry] = (await audited(database))[before:]
    assert (entry.action, entry.subject, entry.actor, entry.reason) == (f"proposal.{state}", "R1", "Ana", "Agreed")
    assert (entry.before["state"], entry.after["state"]) == ("open", state)


async def test_every_change_of_a_key_leaves_one_entry_that_tells_nothing_of_it(resources_for: ResourcesFor) -> None:
    database = (await resources_for("gateway")).database
    secrets = [await database.write(lambda tx: keys.ensure_first_key(tx, None), actor="suite")]
    secrets.append(await database.write(lambda tx: keys.create_key(tx, "etl"), actor="operator"))
    for _ in range(2):
        await database.write(lambda tx: keys.revoke_key(tx, "etl"), actor="operator")
    for secret in ("a" * 40, "a" * 40, "b" * 40):
        secrets.append(secret)
        await database.write(lambda tx, secret=secret: keys.ensure_first_key(tx, secret), actor="suite")
    entries = await audited(database)
    assert [(entry.action, entry.subject, entry.actor) for entry in entries] == [
        ("key.created", "first", "suite"),
        ("key.created", "etl", "operator"),
        ("key.revoked", "etl", "operator"),
        ("key.created", "admin", "suite"),
        ("key.created", "admin-2", "suite"),
        ("key.revoked", "admin", "suite"),
    ]
    assert not [entry for entry in entries for secret in secrets if secret and secret in str(entry)]


OPERATIONS = [
    Change("POST", "/recoveries", {"subject": "ae/RK9"}, "recovery.requested", "recovery-1", again=False),
    Change("POST", "/verifications", None, "verification.requested", "verification-2", again=False),
]


async def test_what_operators_ask_of_the_gateway_leaves_one_entry(resources_for: ResourcesFor) -> None:
    resources = await resources_for("gateway")
    app = create_operations(resources, resources.database.metadata, Services({}, None))
    writing_operations = {(each.method, each.path) for each in operations_of(app, writing) if each.writes}
    assert writing_operations == {(each.method, f"/operations/v1{each.path}") for each in OPERATIONS}
    transport, base = httpx.ASGITransport(app=app), "http://x/operations/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"x-actor": "Ana"}) as client:
        for number, change in enumerate(OPERATIONS):
            assert (await send(client, change, f"k{number}")).status_code == 202
            assert (await send(client, change, f"k{number}")).headers["idempotency-replayed"] == "true"
            entry = (await audited(resources.database))[number]
            assert (entry.action, entry.subject, entry.actor) == (change.action, change.subject, "Ana")
    assert len(await audited(resources.database)) == len(OPERATIONS)

"""Every changing operation of every service leaves one audit entry with before and after; changing nothing, none."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import httpx
import pytest

from chassis.storage.database import Database
from chassis.web.hop import HopSigner
from chassis.web.operations import operations_of
from chassis.web.units import writing
from contracts.paths import first_part
from gateway.access import service as keys
from gateway.access.keys import NewKey
from gateway.operations.app import create_operations
from gateway.operations.services import Services
from services.pledges.service.openings import open_returns
from services.risks.projection import SUBSCRIPTION as INDICATOR_EVENTS
from tests.conftest import ResourcesFor
from tests.integration.finance.world import scheme_body
from tests.integration.gateway.changes import (
    CELL,
    ENTRY,
    FUND,
    LINKS,
    RETURN,
    SERVICES,
    SPENT,
    TARGET,
    VIREMENT,
    Change,
    audited,
    pin,
    send,
)
from tests.integration.risks.conftest import wire

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


IN_OTHER_TESTS = {
    ("POST", "/finance/v1/funds/{code}/virements/{reference}/approve"),
    ("POST", "/finance/v1/funds/{code}/virements/{reference}/reject"),
    ("POST", "/finance/v1/outturn-files"),
    ("POST", "/finance/v1/unit-cost-files"),
    ("POST", "/finance/v1/funds/{code}/year-end"),
    ("POST", "/indicators/v1/imports"),
    ("POST", "/indicators/v1/imports/{id}/cancel"),
    ("POST", "/indicators/v1/imports/{id}/save"),
    ("POST", "/risks/v1/imports"),
    ("POST", "/pledges/v1/return-files"),
    ("POST", "/pledges/v1/action-files"),
    ("POST", "/pledges/v1/decision-files"),
    ("POST", "/risks/v1/risks/{ref}/acceptances/{acceptance_id}/approve"),
    ("POST", "/risks/v1/risks/{ref}/proposals/{proposal_id}/accept"),
    ("POST", "/risks/v1/risks/{ref}/proposals/{proposal_id}/reject"),
    ("POST", "/events/v1/subscriptions"),
    ("PATCH", "/events/v1/subscriptions/{id}"),
    ("DELETE", "/events/v1/subscriptions/{id}"),
    *(
        ("POST", f"/events/v1/subscriptions/{{id}}/{step}")
        for step in (
            "rotate",
            "test",
            "pause",
            "resume",
            "replay",
            "resync",
            "dead-letters/retry",
            "dead-letters/discard",
            "messages/{local_id}/resend",
        )
    ),
    ("POST", "/events/v1/subscription-owners/{name}/end"),
    ("POST", "/events/v1/messages/{id}/retry"),
}
"""Proposals come of events: :func:`test_every_decision_on_a_proposal_leaves_one_entry`. Imports take files:
tests/integration/indicators/test_imports.py, tests/integration/risks/test_register_files.py, and outturn,
tests/integration/finance/test_outturn.py, of unit costs,
tests/integration/finance/test_unit_cost_files.py, and of pledges, tests/integration/pledges/test_files.py.
Subscriptions and messages have made-up ids: tests/integration/subscriptions/webhooks.
Another person approves: tests/integration/risks/test_acceptances.py,
tests/integration/finance/test_virements.py. A year ends once its quarters are closed: test_year_ends.py there."""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_change_leaves_one_entry(service: str, resources_for: ResourcesFor) -> None:
    resources = await resources_for(f"services.{service}")
    database = resources.database
    await pin(database, date(2018, 2, 28))
    app = import_module(f"services.{service}.app").create_app(resources)
    operations = [each for each in operations_of(app.routes, writing) if each.writes]
    called: set[tuple[str, str]] = set()
    transport = httpx.ASGITransport(app=app)
    base = f"http://x/{first_part(service)}/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"x-actor": "Ana"}) as client:
        for number, change in enumerate(SERVICES[service]):
            if change.path == RETURN:
                await database.write(open_returns)
            before = len(await audited(database))
            key = f"k{number}" if change.method == "POST" else None
            answer = await send(client, change, key)
            assert answer.status_code in {200, 201, 202}, (change, answer.text)
            if key:
                assert (await send(client, change, key)).headers["idempotency-replayed"] == "true"
                other = await send(client, replace(change, body={"else": True}), key)
                assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-used-otherwise")
            if change.again:
                assert (await send(client, change)).status_code == 200, change
            new = (await audited(database))[before:]
            assert [(e.action, e.subject, e.actor) for e in new] == [(change.action, change.subject, change.by)]
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
    ("risks", "POST", "/risks/R1/acceptances", {"until": "2018-06-30"}),
    ("risks", "POST", "/appetites", {"category": "Financial", "appetite": 8, "tolerance": 12}),
    ("risks", "POST", "/risks/R1/close", {}),
    ("risks", "POST", "/risks/R1/review", {}),
    ("risks", "PUT", "/risks/R1/losses", {"losses": []}),
    ("risks", "POST", "/risks/R1/move", {"matrix": "two@1", "impact": 2, "likelihood": 2}),
    ("risks", "PATCH", "/controls/C1", {"state": "retired"}),
    ("risks", "PATCH", "/actions/T1", {"state": "open"}),
    ("finance", "PUT", "/funds/integrated-fund", FUND),
    ("finance", "POST", "/schemes/a/entries", {name: ENTRY[name] for name in ENTRY if name != "reason"}),
    ("finance", "PATCH", "/schemes/b", {"state": "withdrawn"}),
    ("finance", "POST", f"/entries/{SPENT}/reverse", {"effective_on": "2018-02-01"}),
    ("finance", "POST", "/funds/integrated-fund/virements", {n: VIREMENT[n] for n in VIREMENT if n != "reason"}),
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
    async with httpx.AsyncClient(transport=transport, base_url=f"http://x/{first_part(service)}/v1") as client:
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
    secrets.append(
        await database.write(lambda tx: keys.create_key(tx, NewKey("etl", frozenset({"risks:read"}))), actor="operator")
    )
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
    Change("POST", "/rebuilds", {"service": "risks"}, "rebuild.requested", "rebuild-3", again=False),
    Change("PUT", "/business-date", {"date": "2018-06-30"}, "business_date.pinned", "business-date"),
]


async def test_what_operators_ask_of_the_gateway_leaves_one_entry(resources_for: ResourcesFor) -> None:
    resources = await resources_for("gateway")
    app = create_operations(resources, resources.database.metadata, Services({}, HopSigner("s" * 32)))
    writing_operations = {(each.method, each.path) for each in operations_of(app.routes, writing) if each.writes}
    assert writing_operations == {(each.method, f"/operations/v1{each.path}") for each in OPERATIONS}
    transport, base = httpx.ASGITransport(app=app), "http://x/operations/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"x-actor": "Ana"}) as client:
        for number, change in enumerate(OPERATIONS):
            made = await send(client, change, f"k{number}")
            assert made.status_code == (200 if change.again else 202)
            again = await send(client, change, f"k{number}")
            assert again.headers.get("idempotency-replayed") == (None if change.again else "true")
            entry = (await audited(resources.database))[number]
            assert (entry.action, entry.subject, entry.actor) == (change.action, change.subject, "Ana")
    assert len(await audited(resources.database)) == len(OPERATIONS)

"""Delegation binds by person: who is entered as one acts in their own name, or on behalf of who delegated to them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from chassis.identity import Caller
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.web.hop import HopSigner
from services.pledges.app import create_app
from services.pledges.service.openings import open_returns
from tests.integration.pledges.conftest import BUSINESS_DATE, pin

SIGNER = HopSigner("k" * 64)
SCOPES = frozenset({"pledges:read", "pledges:write", "pledges:return", "pledges:approve"})
TUFFIN = Caller("tuffin", SCOPES, person="ian-tuffin", names=frozenset({"tuffin", "0b6f"}), full_name="ian Tuffin")
COLES = Caller("coles", SCOPES, person="anna-coles", names=frozenset({"coles", "coles-2"}), full_name="Anna Coles")
COLES_TOO = Caller("coles-2", SCOPES, person="anna-coles", names=COLES.names, full_name="Anna Coles")
OFFICE = Caller("office", SCOPES)
WRITER = Caller("writer", SCOPES)
WHO = {"portfolio_holder": "Ian Tuffin", "department": "B", "director": "C", "lead_officers": ["Anna Coles"]}
PLEDGE = {"number": "46", "theme": "Health", "title": "Ease loneliness", "assignments": [WHO]}
RETURN = "returns/2018-46.2017-18-Q3.1"
PROOF = [{"title": "The plan", "url": "https://example.org/plan"}]
BEHALF = {"on_behalf_of": "Ian Tuffin"}


class Door:
    """The pledges service, called by whoever the gateway says it is."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, who: Caller, method: str, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
        sent = body or (None if method == "GET" else {})
        auth = SIGNER.auth("pledges", who)
        answer = await self.http.request(method, f"/pledges/v1/{path}", json=sent, auth=auth)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def delegate(self, by: Caller, delegate: str, status: int = 201, **more: str) -> dict[str, Any]:
        body = {"person": "Ian Tuffin", "delegate": delegate, "valid_from": "2018-01-01"} | more
        return await self.call(by, "PUT", f"delegations/{delegate}", status, **body)


@pytest.fixture
async def door(resources_for: Any) -> AsyncIterator[Door]:
    settings = ServiceSettings(gateway_keys=SecretStr(SIGNER.key_of("pledges")))
    resources = await resources_for("services.pledges", settings=settings)
    await pin(resources.database, BUSINESS_DATE)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(resources)), base_url="http://p") as http:
        made = Door(http)
        await made.call(WRITER, "POST", "pledges", 201, **PLEDGE)
        await submit(made, resources.database)
        yield made


async def submit(door: Door, database: Database) -> None:
    await database.write(open_returns)
    await door.call(WRITER, "PATCH", RETURN, colour="amber", narrative="Half way")
    await door.call(WRITER, "POST", f"{RETURN}/submit")


async def test_a_person_approves_in_their_own_name_only_what_is_theirs(door: Door):
    refused = await door.call(COLES, "POST", f"{RETURN}/approve", 409)
    assert refused["type"] == "/problems/delegation-missing"
    assert [(one["field"], one["message"]) for one in refused["errors"]] == [
        ("on_behalf_of", "is needed: Anna Coles is not Ian Tuffin")
    ]
    await door.call(COLES, "POST", f"{RETURN}/return", 409, reason="Say more")
    (step, last) = (await door.call(TUFFIN, "POST", f"{RETURN}/approve"))["steps"]
    assert (step["by"], step["person"]) == ("writer", None)
    assert (last["by"], last["person"], last["on_behalf_of"]) == ("tuffin", "ian-tuffin", None)


@pytest.mark.both_engines
@pytest.mark.parametrize(("delegate", "kind"), [("anna-coles", "person"), ("coles", "name")])
async def test_a_delegate_acts_by_any_of_their_keys(door: Door, delegate: str, kind: str):
    refused = await door.call(COLES_TOO, "POST", f"{RETURN}/approve", 409, **BEHALF)
    assert "has delegated nothing to Anna Coles" in refused["errors"][0]["message"]
    made = await door.delegate(TUFFIN, delegate, kind=kind)
    assert (made["delegate"], made["kind"]) == (delegate, kind)
    approved = await door.call(COLES_TOO, "POST", f"{RETURN}/approve", **BEHALF)
    last = approved["steps"][-1]
    assert (last["by"], last["person"], last["on_behalf_of"]) == ("coles-2", "anna-coles", "Ian Tuffin")


async def test_a_code_of_a_person_is_no_name_and_a_name_no_code(door: Door):
    await door.delegate(TUFFIN, "anna-coles", kind="name")
    await door.delegate(TUFFIN, "coles-2", kind="person")
    await door.call(COLES_TOO, "POST", f"{RETURN}/approve", 409, **BEHALF)


async def test_nobody_gives_a_delegation_to_themselves(door: Door):
    for by, delegate, kind in ((COLES, "anna-coles", "person"), (COLES, "coles-2", "name"), (OFFICE, "office", "name")):
        refused = await door.delegate(by, delegate, 409, kind=kind)
        assert refused["type"] == "/problems/same-person"
    made = await door.delegate(OFFICE, "anna-coles", kind="person")
    again = {name: made[name] for name in ("person", "delegate", "kind", "valid_from")}
    await door.call(COLES, "PUT", "delegations/anna-coles", **again)
    await door.call(COLES, "PUT", "delegations/anna-coles", 409, **(again | {"valid_from": "2017-01-01"}))


async def test_a_person_gives_and_takes_back_only_what_is_theirs_to_sign(door: Door):
    refused = await door.delegate(COLES, "office", 409)
    assert refused["type"] == "/problems/delegation-missing"
    assert refused["errors"] == [{"field": "person", "message": "Anna Coles is not Ian Tuffin"}]
    await door.delegate(TUFFIN, "office")
    await door.delegate(COLES, "office", 409, person="Anna Coles")
    await door.delegate(COLES, "office", 409, valid_to="2018-01-31")
    assert (await door.call(OFFICE, "GET", "delegations/office"))["valid_to"] is None
    await door.delegate(TUFFIN, "office", 200, valid_to="2018-01-31")
    await door.delegate(OFFICE, "office-2", person="Ian Tuffin", valid_to="2018-03-31")


async def test_who_wrote_it_does_not_approve_it_for_somebody_else_either(door: Door):
    await door.delegate(TUFFIN, "writer")
    refused = await door.call(WRITER, "POST", f"{RETURN}/approve", 409, **BEHALF)
    assert refused["type"] == "/problems/same-person"


async def test_a_pledge_is_signed_off_by_its_holder_or_for_them(door: Door):
    signed = {"delivery": "delivered", "portfolio_holder": "Ian Tuffin", "evidence": PROOF}
    refused = await door.call(COLES, "POST", "pledges/46/sign-off", 409, **signed)
    assert [one["field"] for one in refused["errors"]] == ["portfolio_holder"]
    await door.delegate(TUFFIN, "anna-coles", kind="person")
    await door.call(COLES, "POST", "pledges/46/sign-off", **signed)
    (taken,) = (await door.call(COLES, "GET", "pledges/46/decisions"))["items"]
    assert (taken["portfolio_holder"], taken["by"]) == ("Ian Tuffin", "coles")
    await door.call(TUFFIN, "POST", "pledges/46/reopen", reason="The plan was withdrawn")
    await door.call(TUFFIN, "POST", "pledges/46/sign-off", **signed)


async def test_a_key_that_no_person_is_entered_with_is_held_to_its_scopes_alone(door: Door):
    assert (await door.call(OFFICE, "POST", f"{RETURN}/approve"))["state"] == "approved"

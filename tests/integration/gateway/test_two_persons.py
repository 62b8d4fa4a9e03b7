"""Every step that needs another person is refused to the same one, by another key of theirs and by a token."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from importlib import import_module
from typing import Any

import httpx
import pytest

from chassis.identity import Caller
from services.pledges.service.openings import open_returns
from tests.conftest import ResourcesFor
from tests.integration.finance.world import fund_body, money, scheme_body
from tests.integration.gateway.changes import pin
from tests.integration.gateway.conftest import SIGNER, signed_for

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

FIRST = Caller(
    "ana",
    frozenset({"admin"}),
    person="ana-nowak",
    names=frozenset({"ana", "ana-2", "0b6f5a1e"}),
    full_name="Ana Nowak",
)
SAME = [replace(FIRST, name="ana-2"), replace(FIRST, name="0b6f5a1e")]
"""Her other key, and the subject of her tokens."""
ANOTHER = Caller("ben", frozenset({"admin"}))
DAY = date(2018, 2, 28)
SAID = {"reason": "r"}

Call = Callable[..., Awaitable[dict[str, Any]]]


@asynccontextmanager
async def calling(resources_for: ResourcesFor, service: str) -> AsyncIterator[tuple[Call, Any]]:
    """``await call(who, method, path, status, **body)``, as the gateway calls for them; and the service's database."""
    resources = await resources_for(f"services.{service}", settings=signed_for(service))
    await pin(resources.database, DAY)
    app = import_module(f"services.{service}.app").create_app(resources)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://s") as http:

        async def call(who: Caller, method: str, path: str, status: int, body: Any = None) -> dict[str, Any]:
            url = f"/{service}/v1/{path}"
            answer = await http.request(method, url, json=body, auth=SIGNER.auth(service, who))
            assert answer.status_code == status, answer.text
            found: dict[str, Any] = answer.json()
            return found

        yield call, resources.database


async def decided_by_another_only(call: Call, path: str, body: Any, status: int = 200) -> None:
    for who in (FIRST, *SAME):
        assert (await call(who, "POST", path, 409, body))["type"] == "/problems/same-person", who.name
    await call(ANOTHER, "POST", path, status, body)


async def test_who_asks_that_a_risk_be_accepted_does_not_accept_it(resources_for: ResourcesFor) -> None:
    async with calling(resources_for, "risks") as (call, _):
        judged = {"impact": 4, "likelihood": 3, "reason": "r"}
        risk = {"ref": "R1", "register": "people", "title": "Risk", "assessment": judged}
        await call(FIRST, "POST", "risks", 201, risk)
        asked = await call(FIRST, "POST", "risks/R1/acceptances", 201, SAID | {"until": "2018-06-30"})
        await decided_by_another_only(call, f"risks/R1/acceptances/{asked['id']}/approve", SAID)


async def test_who_proposes_a_virement_does_not_decide_on_it_and_who_defines_a_scheme_does_not_validate_it(
    resources_for: ResourcesFor,
) -> None:
    async with calling(resources_for, "finance") as (call, _):
        await call(FIRST, "PUT", "funds/integrated-fund", 201, fund_body())
        await call(FIRST, "POST", "schemes", 201, scheme_body(link=None))
        for reference, step in (("v-1", "approve"), ("v-2", "reject")):
            proposed = {
                "reference": reference,
                "financial_year": "2017/18",
                "from_line": "leisure",
                "to_line": "commissioning",
                "amount": money(15),
                "effective_on": "2018-02-01",
            }
            await call(FIRST, "POST", "funds/integrated-fund/virements", 201, proposed | SAID)
            await decided_by_another_only(call, f"funds/integrated-fund/virements/{reference}/{step}", SAID)
        entry = {"reference": "e-1", "state": "validated", "period": "2017-11", "amount": money(10)} | SAID
        await decided_by_another_only(call, "schemes/admissions/entries", entry, 201)


async def test_who_writes_a_return_does_not_approve_it(resources_for: ResourcesFor) -> None:
    async with calling(resources_for, "pledges") as (call, database):
        who = {"portfolio_holder": "Ana Nowak", "department": "B", "director": "C", "lead_officers": ["D"]}
        pledge = {"number": "1", "theme": "Health", "title": "Publish a plan", "assignments": [who]}
        await call(FIRST, "POST", "pledges", 201, pledge)
        await database.write(open_returns)
        path = "returns/2018-1.2017-18-Q3.1"
        await call(FIRST, "PATCH", path, 200, {"colour": "amber", "narrative": "Half way"})
        await call(ANOTHER, "POST", f"{path}/submit", 200, {})
        await decided_by_another_only_of_two(call, f"{path}/approve")


async def decided_by_another_only_of_two(call: Call, path: str) -> None:
    """Neither who wrote it nor who submitted it approves it; a third person does."""
    for who in (FIRST, *SAME, ANOTHER):
        assert (await call(who, "POST", path, 409, {}))["type"] == "/problems/same-person", who.name
    await call(Caller("cy", frozenset({"admin"})), "POST", path, 200, {})

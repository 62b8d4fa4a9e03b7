"""The service as others see it: its document and its tables."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.web.operations import operations_of, with_scopes
from chassis.web.service_routes import service_routes
from chassis.web.units import Resources, writing
from services.pledges.app import SPEC, create_app


async def test_migrations_give_what_the_models_say(database_for: Callable[[str], Awaitable[Database]]):
    database = await database_for("services.pledges")
    url = database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.check, SPEC.package, url)
    await asyncio.to_thread(migrate.downgrade, SPEC.package, url)
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    await asyncio.to_thread(migrate.check, SPEC.package, url)


async def test_every_call_is_documented(resources: Resources):
    document = create_app(resources).openapi()
    calls = [call for path in document["paths"].values() for call in path.values()]
    assert len(calls) == 165  # the audit entries among them
    for call in calls:
        assert call["summary"], call
        assert call["tags"], call
        assert "401" in call["responses"]
        assert "422" in call["responses"]
        assert any(status.startswith("2") for status in call["responses"])


def test_what_settles_something_asks_for_approve():
    found = with_scopes(operations_of(service_routes("pledges", SPEC.routers), writing), SPEC)
    assert {each.id for each in found if each.scopes == ("pledges:approve",)} == {
        *("return_return", "approve_return", "put_delegation", "sign_off", "reopen"),
        *("take_board_decision", "meet_condition"),
    }


async def test_a_repeat_at_the_same_moment_is_made_once(api: httpx.AsyncClient):
    officer = {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}
    pledge = {"number": "58", "theme": "Health", "title": "Faster discharge", "assignments": [officer]}
    answers = await asyncio.gather(*(api.post("/pledges/v1/pledges", json=pledge) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    puts = await asyncio.gather(*(api.put("/pledges/v1/actions/a", json={"title": "x"}) for _ in range(6)))
    assert sorted(answer.status_code for answer in puts) == [200] * 5 + [201]

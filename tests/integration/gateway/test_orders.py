"""Collections in every order that they offer: either way, page by page, counted, each cursor in its own order only."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from chassis.storage.database import Database
from services.pledges.service.openings import open_returns
from tests.conftest import ResourcesFor
from tests.integration.finance.world import fund_body, scheme_body
from tests.integration.gateway.changes import AREA, CELL, INDICATOR, LINKED, OF, OVERRIDE, PLEDGE, pin

pytestmark = pytest.mark.both_engines

Item = Mapping[str, Any]
Key = Callable[[Item], Any]
NEVER = "9999-12-31"
OBJECTIVES = ("outcomes", "objectives", "system-gaps", "priorities")
RISK = {"register": "people", "title": "Risk"}
PRESSING = ("overdue", "due", "on_time", "unscheduled")
DUE = ("2018-02-01", "2018-03-31", None, "2019-01-01", "2018-03-31")


def assessed(ref: str, impact: int, likelihood: int) -> tuple[str, str, Any]:
    judged = {"impact": impact, "likelihood": likelihood, "reason": "r"}
    return ("POST", "/risks", RISK | {"ref": ref, "assessment": judged})


FILLED: Mapping[str, list[tuple[str, str, Any]]] = {
    "indicators": [
        *(("POST", "/areas", AREA | {"code": code, "name": name}) for code, name in (("E06000026", "B"), ("RK9", "A"))),
        ("POST", "/areas", AREA | {"code": "E92000001", "name": "B"}),
        ("POST", "/frameworks", {"code": "PHOF", "name": "Public health", "benchmark_method": "significance"}),
        *(
            ("POST", "/indicators", INDICATOR | {"code": code, "name": name})
            for code, name in (("ae", "W"), ("b", "W"))
        ),
        ("POST", "/indicators", INDICATOR | {"code": "c", "name": "A wait"}),
        *(
            ("POST", "/indicators/ae/observations", OF | {"area": area, "period": period, "value": "80"})
            for area in ("RK9", "E06000026")
            for period in ("2018-01", "2017-12")
        ),
        *(
            ("PUT", f"/{kind}/{code}", LINKED | {"position": position})
            for kind in OBJECTIVES
            for code, position in (("a", 3), ("b", 1), ("c", None), ("d", 2))
        ),
    ],
    "risks": [
        ("POST", "/risks", RISK | {"ref": "R1", "review_date": "2018-06-01"}),
        assessed("R2", 4, 3),
        assessed("R10", 3, 4),
        assessed("R3", 5, 5),
        ("POST", "/risks/R2/override", OVERRIDE | CELL | {"likelihood": 1, "until": "2018-02-28"}),
        ("PATCH", "/risks/R3", {"review_date": "2018-06-01"}),
    ],
    "pledges": [
        ("PUT", "/sets/2018", {"title": "Hundred"}),
        ("PUT", "/sets/2013", {"title": "Fifty"}),
        *(("POST", "/pledges", PLEDGE | {"number": f"{9 + n}", "due": due}) for n, due in enumerate(DUE)),
        ("POST", "/pledges", PLEDGE | {"set": "2013", "due": "2018-02-01"}),
        *(("PUT", f"/actions/a{n}", {"title": "t", "due": due}) for n, due in enumerate(DUE)),
    ],
    "finance": [
        ("PUT", "/funds/integrated-fund", fund_body()),
        *(
            ("POST", "/schemes", scheme_body(code, link=None) | {"name": name})
            for code, name in (("a", "Z"), ("b", "A"))
        ),
        ("POST", "/schemes", scheme_body("c", link=None) | {"name": "Z"}),
    ],
}


def score(risk: Item) -> int:
    effective: Item = risk["effective"] or {}
    return effective.get("score") or 0


ORDERED: Mapping[str, Mapping[str, Mapping[str, Key]]] = {
    "indicators": {
        "/indicators": {"code": lambda one: one["code"], "name": lambda one: (one["name"], one["code"])},
        "/areas": {"code": lambda one: one["code"], "name": lambda one: (one["name"], one["code"])},
        "/indicators/ae/observations": {
            "series": lambda one: (one["area"], one["period"]),
            "period": lambda one: (one["period"], one["area"]),
            "recorded_at": lambda one: one["recorded_at"],
        },
        **{
            f"/{kind}": {
                "printed": lambda one: (one["position"] or 99, one["code"]),
                "code": lambda one: one["code"],
            }
            for kind in OBJECTIVES
        },
    },
    "risks": {
        "/risks": {
            "ref": lambda one: one["ref"],
            "score": lambda one: (score(one), one["ref"]),
            "review_date": lambda one: (one["review_date"] or NEVER, one["ref"]),
            "changed_at": lambda one: ["R1", "R10", "R2", "R3"].index(one["ref"]),
        },
    },
    "pledges": {
        "/pledges": {
            "number": lambda one: (one["set"], int(one["number"])),
            "due": lambda one: (one["due"] or NEVER, one["set"], int(one["number"])),
            "schedule": lambda one: (PRESSING.index(one["schedule"]), one["due"] or NEVER, one["set"]),
        },
        "/actions": {
            "code": lambda one: one["code"],
            "due": lambda one: (one["due"] or NEVER, one["code"]),
            "schedule": lambda one: (PRESSING.index(one["schedule"]), one["due"] or NEVER, one["code"]),
        },
        "/returns": {"id": lambda one: one["id"], "due": lambda one: (one["due"], one["id"])},
    },
    "finance": {
        "/schemes": {"code": lambda one: one["code"], "name": lambda one: (one["name"], one["code"])},
    },
}
AUDIT: Mapping[str, Key] = {"id": lambda one: one["id"], "changed_at": lambda one: (one["changed_at"], one["id"])}


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that the database is sent meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@dataclass(frozen=True)
class Collection:
    """One collection of a service that is filled."""

    client: httpx.AsyncClient
    database: Database
    path: str

    async def get(self, status: int = 200, **params: Any) -> Any:
        answer = await self.client.get(self.path, params=params)
        assert answer.status_code == status, (self.path, params, answer.text)
        return answer.json()

    async def in_pages(self, **params: Any) -> list[Any]:
        page, items = await self.get(limit=2, **params), []
        while page["next"]:
            items += page["items"]
            page = await self.get(limit=2, cursor=page["next"], **params)
        return items + page["items"]

    async def statements(self, **params: Any) -> int:
        with statements(self.database) as sent:
            await self.get(**params)
        return len(sent)


async def check_orders(found: Collection, orders: Mapping[str, Key]) -> None:
    for sort, key in orders.items():
        up = (await found.get(sort=sort))["items"]
        assert len(up) >= 3, found.path
        assert up == sorted(up, key=key), (found.path, sort)
        assert await found.in_pages(sort=sort) == up
        assert await found.in_pages(sort=sort, descending="true") == up[::-1], (found.path, sort)


async def check_counts(found: Collection) -> None:
    whole = await found.get()
    assert whole["total"] is None
    counted = await found.get(limit=1, total="true")
    assert counted["total"] == len(whole["items"])
    await found.get(cursor=counted["next"])  # what is counted is no matter of the order
    await found.get()
    assert await found.statements(total="true") == await found.statements() + 1


async def check_cursors(found: Collection, orders: Mapping[str, Key]) -> None:
    *_, last = orders
    cursor = (await found.get(limit=1, sort=last))["next"]
    for other in ({}, {"sort": last, "descending": "true"}):
        await found.get(400, cursor=cursor, **other)
    problem = await found.get(422, sort="no_such")
    assert [each["field"] for each in problem["errors"]] == ["sort"]
    assert last in problem["errors"][0]["message"]


@pytest.mark.parametrize("service", ORDERED)
async def test_every_order_of_every_collection(service: str, resources_for: ResourcesFor) -> None:
    resources = await resources_for(f"services.{service}")
    await pin(resources.database, date(2018, 2, 28))
    app = import_module(f"services.{service}.app").create_app(resources)
    transport, base = httpx.ASGITransport(app=app), f"http://x/{service}/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        for method, path, body in FILLED[service]:
            answer = await client.request(method, path, json=body)
            assert answer.is_success, (path, answer.text)
        if service == "pledges":
            await resources.database.write(open_returns)
        await pin(resources.database, date(2018, 3, 1))  # an override has ended, and is not swept yet
        for path, orders in {**ORDERED[service], "/audit": AUDIT}.items():
            found = Collection(client, resources.database, path)
            await check_orders(found, orders)
            await check_counts(found)
            await check_cursors(found, orders)
    assert offered(app.openapi(), base.removeprefix("http://x")) == {
        path: set(orders) for path, orders in {**ORDERED[service], "/audit": AUDIT}.items()
    }


def offered(document: Mapping[str, Any], prefix: str) -> dict[str, set[str]]:
    """By path, the orders that the document tells of."""
    found = {}
    for path, item in document["paths"].items():
        for each in item.get("get", {}).get("parameters", ()):
            if each.get("name") == "sort":
                found[path.removeprefix(prefix).replace("{code}", "ae")] = set(each["schema"]["enum"])
    return found

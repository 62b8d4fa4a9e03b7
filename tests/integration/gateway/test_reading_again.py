"""What every GET of every service answers has a tag, by which it is answered with 304 while nothing has changed."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import import_module
from typing import Any

import httpx
import pytest

from contracts.paths import first_part, is_streamed
from services.pledges.service.openings import open_returns
from tests.conftest import ResourcesFor
from tests.integration.gateway.changes import AREA, MATRIX, RETURN, SERVICES, pin, send

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

ASKED: dict[str, str] = {
    "area": AREA["code"],
    "received": "2018-01-02T09:00:00+00:00",
    "matrix": f"{MATRIX['code']}@1",
    "to": f"{MATRIX['code']}@1",
    "from": "2018-02-01",
}
"""What a parameter that has to be given is asked with."""
NOT_THERE = {
    "/events/v1/checkpoints/{name}",  # each caller has their own
    # made and read in tests/integration/subscriptions/webhooks
    "/events/v1/subscriptions/{id}",
    "/events/v1/subscriptions/{id}/progress",
    "/events/v1/subscriptions/{id}/deliveries",
    "/events/v1/subscriptions/{id}/dead-letters",
    "/events/v1/subscriptions/{id}/messages",
    "/finance/v1/funds/{code}/closed-quarters/{label}",  # its label has a slash in what the changes are made by
    "/finance/v1/funds/{code}/partners/{partner}/account",
    "/finance/v1/funds/{code}/year-end",
    "/indicators/v1/imports/{id}",
    "/pledges/v1/quarters/{quarter}/report",
    "/risks/v1/risks/{ref}/override",
}
"""What the changes leave nothing at."""
MADE_AS_SENT = (".csv", ".xlsx", ".ods")
"""Files are made while they are sent, so that their size needs no memory: nobody knows their tag before their end."""


async def test_what_has_not_changed_is_not_sent_again(resources_for: ResourcesFor) -> None:
    unread: set[str] = set()
    for service, changes in SERVICES.items():
        resources = await resources_for(f"services.{service}")
        await pin(resources.database, date(2018, 2, 28))
        app = import_module(f"services.{service}.app").create_app(resources)
        transport, base = httpx.ASGITransport(app=app), f"http://x/{first_part(service)}/v1"
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            there: list[str] = []
            for change in changes:
                if change.path == RETURN:
                    await resources.database.write(open_returns)
                answer = await send(client, change)
                assert answer.is_success, (change, answer.text)
                there += [answer.request.url.path, answer.headers.get("location", "")]
            for path, asked in _readings(app.openapi()):
                if not (where := _address(path, there)) or not await _is_read(client, where, asked):
                    unread.add(path)
    assert unread == NOT_THERE


async def _is_read(client: httpx.AsyncClient, where: str, asked: dict[str, str]) -> bool:
    """Whether there is something to read; if so, it is answered with 304 by its tag, and by no other."""
    first = await client.get(f"http://x{where}", params=asked)
    if first.status_code != 200:
        return False
    tag = first.headers["etag"]
    again = await client.get(first.url, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), where
    other = await client.get(first.url, headers={"if-none-match": '"of-something-else"'})
    assert (other.status_code, other.headers["etag"]) == (200, tag), where
    return True


def _readings(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each path that can be read, and what has to be asked for."""
    for path, item in document["paths"].items():
        if "get" in item and not path.startswith("/health") and not (path.endswith(MADE_AS_SENT) or is_streamed(path)):
            asked = [each for each in item["get"].get("parameters", ()) if each.get("in") == "query"]
            yield path, {each["name"]: ASKED[each["name"]] for each in asked if each["required"]}


def _address(path: str, there: Iterable[str]) -> str | None:
    """The path with the names of something that is there."""
    named, _, rest = path.rpartition("}")
    if not named:
        return path
    pattern = re.compile(re.sub(r"\\\{[^}]+\\?\}", "[^/]+", re.escape(f"{named}}}")) + r"(?=$|[/.?])")
    return next((found[0] + rest for each in there if (found := pattern.match(each))), None)

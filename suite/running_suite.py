"""A running suite, asked over HTTP by commands that take ``--url``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import typer

from chassis.recovery.report import Difference, Recovered, Report

Url = Annotated[str | None, typer.Option(envvar="SUITE_URL", help="A running suite; without, its stores themselves.")]
Key = Annotated[str | None, typer.Option(envvar="SUITE_KEY", help="A key to the running suite.")]

Json = Any
LOOK_SECONDS = 0.5
PAGE = 200
"""How many items of a collection are asked for at once."""


class OperationRefused(Exception):  # noqa: N818  named for what it is
    """The running suite did not do what was asked; the message is its own."""


@asynccontextmanager
async def client_of(url: str, key: str | None) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


async def ask(client: httpx.AsyncClient, method: str, path: str, **arguments: Json) -> Json:
    """The JSON of an answer.

    Raises:
        OperationRefused: it is a problem.
    """
    answer = await client.request(method, path, **arguments)
    if answer.is_success:
        return answer.json()
    try:
        words = answer.json().get("detail") or answer.json()["title"]
    except (ValueError, KeyError, AttributeError):
        words = answer.reason_phrase
    raise OperationRefused(f"{path} answers {answer.status_code}: {words}")


async def ask_all(client: httpx.AsyncClient, path: str, **wanted: str) -> list[Json]:
    """Every item of a collection, page after page.

    Raises:
        OperationRefused: a page is a problem.
    """
    found: list[Json] = []
    query = wanted | {"limit": str(PAGE)}
    while True:
        page = await ask(client, "GET", path, params=query)
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


async def recover(url: str, key: str | None, subject: str | None) -> Report:
    async with client_of(url, key) as client:
        ended = await until_ended(client, "recoveries", {"subject": subject})
    report = _found(ended)
    for each in ended["recovered"]:
        service = each.pop("service")
        report.recovered[service] = Recovered(**each)
    report.rewound = {each["consumer"]: each["partitions"] for each in ended["rewound"]}
    report.forgotten = {each["consumer"]: each["aggregates"] for each in ended["forgotten"]}
    return report


async def verify(url: str, key: str | None) -> Report:
    async with client_of(url, key) as client:
        return _found(await until_ended(client, "verifications", None))


async def until_ended(client: httpx.AsyncClient, collection: str, body: Json) -> Json:
    """Ask for a recovery, a verification or a rebuild, and look until it has ended. It goes on without us."""
    path = f"/operations/v1/{collection}"
    begun = await ask(client, "POST", path, json=body) if body else await ask(client, "POST", path)
    while (state := begun["state"]) in {"waiting", "running"}:
        await asyncio.sleep(LOOK_SECONDS)
        begun = await ask(client, "GET", f"{path}/{begun['id']}")
    if state != "succeeded":
        raise OperationRefused(f"{path}/{begun['id']} {state}: {begun['error']}")
    return begun


def _found(ended: Json) -> Report:
    differences = tuple(Difference(**each) for each in ended["differences"])
    return Report(faults=tuple(ended["faults"]), differences=differences, count=ended["count"])

"""``suite load``: data the product ships with, into a running suite, or into one that is started for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
import typer

from suite import serving
from suite.catch_up import wait_until_caught_up
from suite.load import load_reference
from suite.load.local_outcomes import load_local_outcomes
from suite.running_suite import Key, Url
from suite.settings import SuiteSettings

load_app = typer.Typer(no_args_is_help=True, help="Load data the product ships with.")


@asynccontextmanager
async def _client(url: str | None, key: str | None) -> AsyncIterator[httpx.AsyncClient]:
    if url is None:
        async with serving.unattended(SuiteSettings()) as running, running.loader_client() as client:
            yield client
        return
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


def with_client(url: str | None, key: str | None, work: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Do work with a client to the suite, and return once every service has applied what that has published."""

    async def run() -> None:
        async with _client(url, key) as client:
            await work(client)
            await wait_until_caught_up(client)

    asyncio.run(run())


@load_app.command()
def reference(*, url: Url = None, key: Key = None, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Load the Plymouth reference data; again changes nothing. Prints what the sources contradict."""

    async def work(client: httpx.AsyncClient) -> None:
        quiet: Callable[[str], None] = (lambda _line: None) if as_json else typer.echo
        report = await load_reference(client, wait=lambda: wait_until_caught_up(client), report=quiet)
        typer.echo(report.as_json() if as_json else report.as_text())

    with_client(url, key, work)


@load_app.command()
def local_outcomes(
    *,
    area: Annotated[str | None, typer.Option(help="Code of the area its scorecard shows")] = None,
    url: Url = None,
    key: Key = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Switch on the Local Outcomes Framework of England: outcomes and metrics, no figures; again changes nothing."""

    async def work(client: httpx.AsyncClient) -> None:
        report = await load_local_outcomes(client, area)
        typer.echo(report.as_json() if as_json else report.as_text())

    with_client(url, key, work)

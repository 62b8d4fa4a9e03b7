"""``suite load`` and ``suite import``: data into a running suite, or into one that is started for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import httpx
import typer

from suite import serving
from suite.catch_up import wait_until_caught_up
from suite.load import load_reference
from suite.load.ae import import_ae
from suite.settings import SuiteSettings

load_app = typer.Typer(no_args_is_help=True, help="Load data the product ships with.")
import_app = typer.Typer(no_args_is_help=True, help="Import published data.")

Url = Annotated[str | None, typer.Option(help="A running suite; without, the data folder of a stopped one.")]
Key = Annotated[str | None, typer.Option(envvar="SUITE_KEY", help="A key to the running suite.")]


@asynccontextmanager
async def _client(url: str | None, key: str | None) -> AsyncIterator[httpx.AsyncClient]:
    if url is None:
        async with serving.unattended(SuiteSettings()) as running, running.loader_client() as client:
            yield client
        return
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


def _with_client(url: str | None, key: str | None, work: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
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

    _with_client(url, key, work)


@import_app.command()
def ae(
    file: Path,
    *,
    provider: Annotated[list[str] | None, typer.Option(help="A provider's code; RK9 where none is named.")] = None,
    sum_into: Annotated[str | None, typer.Option(help="The area that gets the sum of every provider.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why final figures change, where they do.")] = None,
    accept_fewer: Annotated[
        bool, typer.Option("--accept-fewer", help="Let a sum replace one of more providers, or figures that are none.")
    ] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Import NHS England's monthly A&E figures as the four hour wait, for providers and for England if it is there."""

    async def work(client: httpx.AsyncClient) -> None:
        providers = tuple(provider or ["RK9"])
        report = await import_ae(
            client, file, providers=providers, sum_into=sum_into, reason=reason, accept_fewer=accept_fewer
        )
        typer.echo(report.as_text())

    _with_client(url, key, work)

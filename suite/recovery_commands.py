"""``suite recover`` and ``suite verify``."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from suite import recovery
from suite.recovery import Report, Stores
from suite.settings import SuiteSettings

Subject = Annotated[str | None, typer.Option(help="One aggregate, such as ae-4-hour-wait/E06000026; all without.")]


def recover(*, subject: Subject = None) -> None:
    """Mend what differs after a store went back in time: tell the present state in a new generation, then verify.

    Works on a stopped data folder, and on databases and a bus whose services are at work. Exit status 1 where something
    still differs.
    """
    _run(lambda stores: recovery.recover(stores, subject))


def verify() -> None:
    """Compare what consumers applied with what their producers published. Exit status 1 where something differs."""
    _run(recovery.verify)


def _run(work: Callable[[Stores], Awaitable[Report]]) -> None:
    async def run() -> Report:
        async with recovery.open_stores(SuiteSettings()) as stores:
            return await work(stores)

    report = asyncio.run(run())
    for line in recovery.lines(report):
        typer.echo(line)
    if not report.is_clean:
        raise typer.Exit(1)

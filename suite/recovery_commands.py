"""``suite backup``, ``restore``, ``recover`` and ``verify``."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from suite import recovery
from suite.backup import restore_backup, save_backup
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


def backup(target: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")]) -> None:
    """Copy the data folder of an embedded run, stopped or at work, as it is at one moment."""
    for name in save_backup(SuiteSettings(), target):
        typer.echo(f"{target / name}.db")


def restore(source: Annotated[Path, typer.Argument(help="A folder that `suite backup` made.")]) -> None:
    """Put a backup in the place of a stopped embedded run's files, which are kept in `before-restore`."""
    for name in restore_backup(SuiteSettings(), source):
        typer.echo(f"{name}.db")
    typer.echo("Whoever subscribes to events has heard more than this: run `suite recover` before you start it.")


def _run(work: Callable[[Stores], Awaitable[Report]]) -> None:
    async def run() -> Report:
        async with recovery.open_stores(SuiteSettings()) as stores:
            return await work(stores)

    report = asyncio.run(run())
    for line in recovery.lines(report):
        typer.echo(line)
    if not report.is_clean:
        raise typer.Exit(1)

"""``suite backup``, ``restore``, ``recover`` and ``verify``."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from chassis.printable import printable
from chassis.recovery import procedure
from chassis.recovery.procedure import Suite
from chassis.recovery.report import Report, lines
from suite import recovery, running_suite
from suite.backup import restore_backup, save_backup
from suite.ledger_verification import Verified, check_ledger
from suite.ledger_verification import lines as ledger_lines
from suite.running_suite import Key, Url
from suite.settings import SuiteSettings

Subject = Annotated[str | None, typer.Option(help="One aggregate, such as ae-four-hour-wait/E06000026; all without.")]

What = Annotated[Verified | None, typer.Argument(help="`ledger` reads the ledgers of finance instead.")]


def recover(*, subject: Subject = None, url: Url = None, key: Key = None) -> None:
    """Mend what differs after a store went back in time: tell the present state in a new generation, then verify.

    Works on a stopped data folder, on databases and a bus whose services are at work, and by --url on a running suite,
    ready or not. Exit status 1 where something still differs.
    """
    if url:
        _finish(asyncio.run(running_suite.recover(url, key, subject)))
    else:
        _finish(_on_stores(lambda suite: procedure.recover(suite, subject)))


def verify(what: What = None, *, url: Url = None, key: Key = None) -> None:
    """Compare what consumers applied and derived with what their producers published.

    `suite verify ledger` reads the ledgers of finance instead: the chain of entries, the balances, the schemes' entries
    behind them. Exit status 1 where something differs.
    """
    if what is Verified.LEDGER:
        check = check_ledger(url, key)
        for line in ledger_lines(check):
            typer.echo(printable(line))
        if not check.is_clean:
            raise typer.Exit(1)
        return
    _finish(asyncio.run(running_suite.verify(url, key)) if url else _on_stores(procedure.verify))


def backup(target: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")]) -> None:
    """Copy the data folder of an embedded run, stopped or at work, as it is at one moment."""
    for name in save_backup(SuiteSettings(), target):
        typer.echo(f"{target / name}.db")


def restore(source: Annotated[Path, typer.Argument(help="A folder that `suite backup` made.")]) -> None:
    """Put a backup in the place of a stopped embedded run's files, which are kept in `before-restore`."""
    for name in restore_backup(SuiteSettings(), source):
        typer.echo(f"{name}.db")
    typer.echo("Whoever subscribes to events has heard more than this: run `suite recover` before you start it.")


def _on_stores(work: Callable[[Suite], Awaitable[Report]]) -> Report:
    async def run() -> Report:
        async with recovery.open_stores(SuiteSettings()) as suite:
            return await work(suite)

    return asyncio.run(run())


def _finish(report: Report) -> None:
    for line in lines(report):
        typer.echo(printable(line))
    if not report.is_clean:
        raise typer.Exit(1)

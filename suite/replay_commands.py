"""``suite replay``, ``rebuild`` and ``business-date``: on stores, or by ``--url`` of a running suite."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

import typer

from chassis.business_dates import EARLIEST, LATEST
from chassis.recovery.replays import Rebuilt, Replayed, Start
from suite import business_date as dates
from suite import compose, operations, running_suite
from suite.running_suite import Key, OperationRefused, Url, ask, client_of
from suite.settings import MEMBERS, Member, SuiteSettings

PATH = "/operations/v1"


def replay(
    *,
    consumer: Annotated[str, typer.Option(help="Such as risks.")],
    start: Annotated[str, typer.Option("--from", help="An offset, or a moment such as 2026-01-31T09:00:00Z.")],
    anyway: Annotated[bool, typer.Option("--anyway", help="Even where the log no longer has all of that.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Have a consumer apply again what the log has from an offset on, through the same handler."""
    begin = Start(operations.start_of(start), anyway)
    replayed = asyncio.run(
        _replay_remotely(url, key, consumer, begin) if url else operations.replay_from(SuiteSettings(), consumer, begin)
    )
    if replayed.refused:
        raise OperationRefused(f"{replayed.refused} With --anyway it starts where the log begins.")
    count, lowest = replayed.partitions, replayed.lowest
    typer.echo(f"{consumer} reads again from {count} partitions' offsets, the lowest {lowest}")


async def _replay_remotely(url: str, key: str | None, consumer: str, start: Start) -> Replayed:
    at = {"from_moment": start.at.isoformat()} if isinstance(start.at, datetime) else {"from_offset": start.at}
    async with client_of(url, key) as client:
        body = {"consumer": consumer, "anyway": start.anyway, **at}
        answer = await ask(client, "POST", f"{PATH}/replays", json=body)
    return Replayed(answer["partitions"], answer["lowest"])


def rebuild(service: Member, *, url: Url = None, key: Key = None) -> None:
    """Drop what a service derives from events, fold the whole log again, end in the same state."""
    rebuilt = asyncio.run(
        _rebuild_remotely(url, key, service.value) if url else operations.rebuild(SuiteSettings(), service.value)
    )
    if rebuilt.refused:
        raise OperationRefused(rebuilt.refused)
    for consumer, folded in rebuilt.folded.items():
        typer.echo(f"{consumer}: {folded} events folded")


async def _rebuild_remotely(url: str, key: str | None, service: str) -> Rebuilt:
    async with client_of(url, key) as client:
        ended = await running_suite.until_ended(client, "rebuilds", {"service": service})
    return Rebuilt({each["consumer"]: each["events"] for each in ended["folded"]})


def business_date(
    day: Annotated[
        str | None, typer.Argument(help="YYYY-MM-DD to pin it there, `today` to let it follow the calendar.")
    ] = None,
    *,
    url: Url = None,
    key: Key = None,
) -> None:
    """Show or move the date that calendar rules read."""
    wanted = None if day in {None, "today"} else _day(day or "")
    move = day is not None
    work = _date_remotely(url, key, wanted, move=move) if url else _date_of_stores(wanted, move=move)
    typer.echo(asyncio.run(work).isoformat())


async def _date_remotely(url: str, key: str | None, day: date | None, *, move: bool) -> date:
    body: Mapping[str, object] = {"json": {"date": day.isoformat() if day else None}} if move else {}
    async with client_of(url, key) as client:
        answer = await ask(client, "PUT" if move else "GET", f"{PATH}/business-date", **body)
    return date.fromisoformat(answer["date"])


async def _date_of_stores(day: date | None, *, move: bool) -> date:
    settings = SuiteSettings()
    databases = [compose.open_database(each, settings, existing=True) for each in operations.reachable(MEMBERS)]
    if move:
        await (dates.pin(databases, day) if day else dates.unpin(databases))
    shown = await dates.shown(databases[0])
    for database in databases:
        await database.close()
    return shown


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; YYYY-MM-DD is wanted") from None
    if not EARLIEST <= day <= LATEST:
        raise typer.BadParameter(f"between {EARLIEST} and {LATEST}, not {text}")
    return day

"""``suite dead-letters`` and ``suite consumers``: on the databases, or by ``--url`` of a running suite."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from chassis.events.dead_letters import Reason
from chassis.printable import printable
from suite import operations
from suite.dead_letters import DeadLetters, LocalLetters, RemoteLetters, Where
from suite.running_suite import Key, Url, client_of
from suite.settings import SuiteSettings

app = typer.Typer(no_args_is_help=True, help="Events that could not be applied.")
consumers_app = typer.Typer(no_args_is_help=True, help="Consumers of events.")

Json = Any
Number = Annotated[int, typer.Argument(min=1, max=2**62)]
Numbers = Annotated[list[int] | None, typer.Argument(min=1, max=2**62, help="Their numbers; all that fit without.")]
Class = Annotated[Reason | None, typer.Option("--class", help="Parked for this reason.")]
Subject = Annotated[str | None, typer.Option(help="Subject of the event; * stands for any text.")]
Since = Annotated[str | None, typer.Option(help="Parked since a moment such as 2026-01-31T09:00:00Z.")]
Most = Annotated[int, typer.Option(min=1, max=200, help="No more than so many, where no numbers are given.")]


def _words(given: str) -> str:
    if not given.strip():
        raise typer.BadParameter("say why, for those who look later")
    return given.strip()


Why = Annotated[str, typer.Option("--reason", parser=_words, help="Why, for those who look later.")]


@app.command(name="list")
def list_dead_letters(
    consumer: Annotated[str | None, typer.Option(help="One consumer; all without.")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Those decided on, too.")] = False,
    class_: Class = None,
    subject: Subject = None,
    since: Since = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """List parked events."""
    where = Where(consumer, class_, subject, _moment(since))
    found = _with_letters(url, key, consumer, lambda letters: letters.list(where, every=every))
    for each in found:
        what = f"{each['type'] or '?'}  {each['subject']} v{each['version']}"
        error = " ".join(each["error"].split())[:120]
        typer.echo(
            printable(f"{each['consumer']} {each['number']}  {each['state']}  {what}  {each['reason']}: {error}")
        )
    typer.echo(f"{len(found)} dead letters")


@app.command(name="show")
def show_dead_letter(consumer: str, number: Number, *, url: Url = None, key: Key = None) -> None:
    """Show one with its body."""
    shown = _with_letters(url, key, consumer, lambda letters: letters.show(consumer, number))
    typer.echo(json.dumps(shown, indent=2))


@app.command(name="retry")
def retry_dead_letters(
    consumer: str,
    numbers: Numbers = None,
    *,
    class_: Class = None,
    subject: Subject = None,
    since: Since = None,
    most: Most = 100,
    url: Url = None,
    key: Key = None,
) -> None:
    """Apply parked events through their handler. Again is a no-op. Exit status 1 where one is parked still."""
    where = Where(consumer, class_, subject, _moment(since))
    decided = _with_letters(
        url,
        key,
        consumer,
        lambda letters: letters.retry(consumer, numbers) if numbers else letters.retry_matching(where, most),
    )
    _print_decisions(decided)


@app.command(name="discard")
def discard_dead_letters(
    consumer: str,
    numbers: Numbers = None,
    *,
    reason: Why,
    class_: Class = None,
    subject: Subject = None,
    since: Since = None,
    most: Most = 100,
    url: Url = None,
    key: Key = None,
) -> None:
    """Put parked events aside for good, with the reason on record."""
    where = Where(consumer, class_, subject, _moment(since))
    decided = _with_letters(
        url,
        key,
        consumer,
        lambda letters: (
            letters.discard(consumer, numbers, reason) if numbers else letters.discard_matching(where, most, reason)
        ),
    )
    _print_decisions(decided)


@consumers_app.command(name="allow-failures")
def allow_failures(
    consumer: str,
    *,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="So many events more it may park in a row.")],
    reason: Why,
    url: Url = None,
    key: Key = None,
) -> None:
    """Have a consumer that a run of failures has stopped go on, without a restart."""
    _with_letters(url, key, consumer, lambda letters: letters.allow_failures(consumer, most, reason))
    typer.echo(f"{consumer}: may park {most} events more in a row")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no moment; 2026-01-31T09:00:00Z is one") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _print_decisions(decided: Json) -> None:
    for each in decided["items"]:
        typer.echo(printable(f"{each['id'].rpartition('-')[2]}: {each['outcome']}"))
    if decided["has_more"]:
        typer.echo("There are more: run it again.")
    if any(each["is_parked"] for each in decided["items"]):
        raise typer.Exit(1)


def _with_letters(
    url: str | None, key: str | None, consumer: str | None, work: Callable[[DeadLetters], Awaitable[Json]]
) -> Json:
    async def run() -> Json:
        async with _remote(url, key) if url else _local(consumer) as letters:
            return await work(letters)

    return asyncio.run(run())


@asynccontextmanager
async def _remote(url: str, key: str | None) -> AsyncIterator[DeadLetters]:
    async with client_of(url, key) as client:
        yield RemoteLetters(client)


@asynccontextmanager
async def _local(consumer: str | None) -> AsyncIterator[DeadLetters]:
    async with AsyncExitStack() as stack:
        settings = SuiteSettings()
        opened = {
            name: await stack.enter_async_context(operations.database_of(name, settings))
            for name in _services_of(consumer)
        }
        yield LocalLetters.of(opened)


def _services_of(consumer: str | None) -> Sequence[str]:
    """The service of a consumer, or all whose databases this environment names."""
    if consumer is not None:
        return [operations.consumer_named(consumer)[0]]
    return operations.reachable(operations.consuming_services())

"""``suite subscriptions``: webhooks and mailboxes of a running suite, for operators."""

import asyncio
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from chassis.printable import printable
from suite.running_suite import Key, ask, ask_all, client_of

SUBSCRIPTIONS: Final = "/events/v1/subscriptions"

app = typer.Typer(no_args_is_help=True, help="Subscriptions: whose they are, and how far they are served.")

Url = Annotated[str, typer.Option(envvar="SUITE_URL", help="The running suite.")]
Subscription = Annotated[str, typer.Argument(help="Its id, as the list has it.")]
Position = Annotated[int, typer.Option("--after", min=0, help="A position of the feed; 0 is its beginning.")]
Most = Annotated[int, typer.Option(min=1, max=200, help="How many.")]
Outcome = Annotated[str | None, typer.Option(help="Only those that ended so, such as refused.")]

MessageStatus = Annotated[str | None, typer.Option(help="Only those in this status, such as undeliverable.")]
LocalId = Annotated[str, typer.Argument(help="The message's local id, as the list of messages has it.")]


@app.command(name="list")
def list_subscriptions(*, url: Url, key: Key = None) -> None:
    """List subscriptions with their owners, status, and what waits in them."""

    async def run() -> list[tuple[Any, Any]]:
        async with client_of(url, key) as client:
            found = await ask_all(client, SUBSCRIPTIONS)
            return [(each, await ask(client, "GET", f"{_path(each['id'])}/progress")) for each in found]

    for subscription, progress in asyncio.run(run()):
        typer.echo(printable(_line(subscription, progress)))


def _line(subscription: Any, progress: Any) -> str:
    status = ": ".join(filter(None, (subscription["status"], subscription["reason"])))
    behind = progress["last_position"] - progress["position"]
    told = f"{behind} behind, {progress['waiting']} waiting, {progress['dead']} dead"
    if progress["unacknowledged"] or progress["undelivered"]:
        told += f", {progress['unacknowledged']} messages not collected, {progress['undelivered']} undelivered"
    failing = f"failing since {progress['failing_since']}" if progress["failing_since"] else ""
    names = (
        subscription["id"],
        subscription["name"],
        subscription["owner"],
        status,
        told,
        failing,
        subscription["url"],
    )
    return "  ".join(filter(None, names))


@app.command()
def pause(subscription: Subscription, *, url: Url, key: Key = None) -> None:
    """Deliver nothing until it is resumed."""
    _say(_asked(url, key, "POST", f"{_path(subscription)}/pause"))


@app.command()
def resume(subscription: Subscription, *, url: Url, key: Key = None) -> None:
    """Deliver again from where it stopped, and try at once what waits."""
    _say(_asked(url, key, "POST", f"{_path(subscription)}/resume"))


@app.command()
def replay(subscription: Subscription, *, after: Position, url: Url, key: Key = None) -> None:
    """Deliver everything after a position of the feed again."""
    _say(_asked(url, key, "POST", f"{_path(subscription)}/replay", {"after_position": after}))


@app.command()
def deliveries(
    subscription: Subscription, *, most: Most = 20, outcome: Outcome = None, url: Url, key: Key = None
) -> None:
    """List the newest deliveries."""
    query = {"limit": str(most)} | ({"outcome": outcome} if outcome else {})
    page = _asked(url, key, "GET", f"{_path(subscription)}/deliveries", params=query)
    for each in page["items"]:
        answer = each["status"] or "-"
        position = each["position"] if each["position"] is not None else "-"
        told = (
            f"{each['started_at']}  {each['outcome']}  {answer}  {each['milliseconds']} ms  attempt {each['attempt']}"
        )
        typer.echo(printable(f"{told}  {position}  {each['type']}  {each['subject']}"))


@app.command()
def messages(
    subscription: Subscription, *, most: Most = 20, status: MessageStatus = None, url: Url, key: Key = None
) -> None:
    """List messages to a mailbox, from the first on, with what became of them."""
    query = {"limit": str(most)} | ({"status": status} if status else {})
    page = _asked(url, key, "GET", f"{_path(subscription)}/messages", params=query)
    for each in page["items"]:
        names = (each["local_id"], each["status"], each["message_id"], f"{each['events']} events", each["sent_at"])
        typer.echo(printable("  ".join(filter(None, (*names, each["code"], each["description"])))))


@app.command()
def resend(subscription: Subscription, local_id: LocalId, *, url: Url, key: Key = None) -> None:
    """Send a message to a mailbox again, with the events that it had."""
    found = _asked(url, key, "POST", f"{_path(subscription)}/messages/{quote(local_id, safe='')}/resend")
    typer.echo(printable(f"{found['local_id']}  {found['status']}"))


def _path(subscription: str) -> str:
    return f"{SUBSCRIPTIONS}/{quote(subscription, safe='')}"


def _say(found: Any) -> None:
    typer.echo(printable(f"{found['id']}  {found['name']}  {found['status']}"))


def _asked(url: str, key: str | None, method: str, path: str, body: Any = None, **more: Any) -> Any:
    async def run() -> Any:
        async with client_of(url, key) as client:
            return await ask(client, method, path, **({"json": body} if body else {}), **more)

    return asyncio.run(run())

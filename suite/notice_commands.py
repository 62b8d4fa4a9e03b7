"""``suite notices``: what waits for people, and who is told of it; of a running suite."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from chassis.printable import printable
from suite.running_suite import Key, OperationRefused, ask, ask_all, client_of

NOTICES: Final = "/events/v1/notices"
RECIPIENTS: Final = "/events/v1/recipients"
MESSAGES: Final = "/events/v1/messages"

app = typer.Typer(no_args_is_help=True, help="What waits for people, and who is told of it.")

Url = Annotated[str, typer.Option(envvar="SUITE_URL", help="The running suite.")]
Recipient = Annotated[str, typer.Argument(help="The code of who is told.")]
State = Annotated[str | None, typer.Option(help="Only those that stand so, such as failed.")]


@app.command(name="list")
def list_notices(
    *,
    unreached: Annotated[bool, typer.Option(help="Only that of which nobody is told.")] = False,
    url: Url,
    key: Key = None,
) -> None:
    """List what waits now."""
    wanted = {"waits": "true"} | ({"reached": "false"} if unreached else {})
    for each in _all(url, key, NOTICES, wanted):
        due = f"due {each['due']}" if each["due"] else ""
        told = each["recipient"] or "nobody is told"
        told_of = (each["kind"], each["subject"], each["title"], due, each["owner"] or "-", told)
        typer.echo(printable("  ".join(filter(None, told_of))))


@app.command()
def recipients(*, url: Url, key: Key = None) -> None:
    """List who is told, how, when, and for whom."""
    for each in _all(url, key, RECIPIENTS):
        typer.echo(printable(_line(each)))


def _line(recipient: Any) -> str:
    way = recipient["address"] or recipient["channel"]
    when = "at once" if recipient["pace"] == "immediate" else f"daily at {recipient['daily_at'][:5]}"
    return "  ".join((recipient["code"], recipient["name"], way, when, "; ".join(recipient["owners"])))


@app.command()
def put(code: Recipient, file: Annotated[Path, typer.Argument(exists=True)], *, url: Url, key: Key = None) -> None:
    """Have somebody told, by a file: the JSON that the API takes."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OperationRefused(f"{file} holds no JSON: {error}") from error
    typer.echo(printable(_line(_asked(url, key, "PUT", _path(RECIPIENTS, code), body))))


@app.command()
def delete(code: Recipient, *, url: Url, key: Key = None) -> None:
    """Tell somebody no more."""
    typer.echo(printable(_line(_asked(url, key, "DELETE", _path(RECIPIENTS, code)))))


@app.command(name="test")
def send_test(code: Recipient, *, url: Url, key: Key = None) -> None:
    """Send somebody a message that says that it came."""
    typer.echo(_asked(url, key, "POST", f"{_path(RECIPIENTS, code)}/test")["message"])


@app.command()
def messages(*, state: State = None, url: Url, key: Key = None) -> None:
    """List messages, as they were written, and whether they went."""
    for each in _all(url, key, MESSAGES, {"state": state} if state else {}):
        ended = ": ".join(filter(None, (each["state"], each["outcome"], each["detail"])))
        told = (
            each["id"],
            each["created_at"],
            each["recipient"],
            each["kind"],
            f"{len(each['notices'])} notices",
            ended,
        )
        typer.echo(printable("  ".join(told)))


@app.command()
def retry(
    message: Annotated[str, typer.Argument(help="Its id, as the list has it.")], *, url: Url, key: Key = None
) -> None:
    """Send once more what was given up."""
    found = _asked(url, key, "POST", f"{_path(MESSAGES, message)}/retry")
    typer.echo(printable(f"{found['id']}  {found['state']}"))


def _path(collection: str, code: str) -> str:
    return f"{collection}/{quote(code, safe='')}"


def _all(url: str, key: str | None, path: str, wanted: dict[str, str] | None = None) -> list[Any]:
    async def run() -> list[Any]:
        async with client_of(url, key) as client:
            return await ask_all(client, path, **(wanted or {}))

    return asyncio.run(run())


def _asked(url: str, key: str | None, method: str, path: str, body: Any = None) -> Any:
    async def run() -> Any:
        async with client_of(url, key) as client:
            return await ask(client, method, path, **({"json": body} if body else {}))

    return asyncio.run(run())

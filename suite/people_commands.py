"""``suite people``: who they are, and what names none of them as its owner; of a running suite."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from chassis.printable import printable
from suite.running_suite import Key, OperationRefused, ask, ask_all, client_of

PEOPLE, UNOWNED = "/access/v1/people", "/access/v1/unowned"

app = typer.Typer(no_args_is_help=True, help="People, the posts they hold, and what has no owner among them.")

Url = Annotated[str, typer.Option(envvar="SUITE_URL", help="The running suite.")]


@app.command(name="list")
def list_people(*, url: Url, key: Key = None) -> None:
    """List people with the posts they hold, and the keys and subjects of tokens that are theirs."""
    for each in _all(url, key, PEOPLE):
        typer.echo(printable(_line(each)))


def _line(person: dict[str, Any]) -> str:
    posts = ", ".join(f"{term['post']} {term['starts_on']} to {term['ends_on'] or '…'}" for term in person["posts"])
    return "  ".join(
        filter(None, (person["code"], person["name"], posts, " ".join(person["keys"] + person["subjects"])))
    )


@app.command()
def put(code: str, file: Annotated[Path, typer.Argument(exists=True)], *, url: Url, key: Key = None) -> None:
    """Enter or replace a person by a file: the JSON that the API takes."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OperationRefused(f"{file} holds no JSON: {error}") from error

    async def run() -> Any:
        async with client_of(url, key) as client:
            return await ask(client, "PUT", f"{PEOPLE}/{quote(code, safe='')}", json=body)

    typer.echo(printable(_line(asyncio.run(run()))))


@app.command()
def unowned(*, url: Url, key: Key = None) -> None:
    """List what names nobody as its owner, and why."""
    for each in _all(url, key, UNOWNED):
        said = each["text"] or "-"
        typer.echo(printable(f"{each['why']:8} {each['kind']} {each['code']} ({each['field']}): {said}"))


def _all(url: str, key: str | None, path: str) -> list[Any]:
    async def run() -> list[Any]:
        async with client_of(url, key) as client:
            return await ask_all(client, path)

    return asyncio.run(run())

"""``suite keys``: who may come in, and what for; with ``--url`` of a running suite, else of its database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer

from chassis.errors import Problem
from chassis.storage.transaction import Tx
from contracts.scopes import SCOPES
from gateway.access import service
from gateway.access.keys import NewKey
from gateway.access.schemas import KeyOut
from suite import compose
from suite.running_suite import Key, Url, ask, ask_all, client_of
from suite.settings import SuiteSettings

T = TypeVar("T")
KEYS = "/access/v1/keys"

app = typer.Typer(no_args_is_help=True, help="Keys to the gateway.")

Scopes = Annotated[list[str], typer.Option("--scope", help=f"What it may do, once or more: {', '.join(SCOPES)}.")]
Areas = Annotated[list[str] | None, typer.Option("--area", help="Code of an area that alone it may write for.")]
Directorates = Annotated[
    list[str] | None, typer.Option("--directorate", help="Name of a directorate that alone it may write for.")
]
Overlap = Annotated[int, typer.Option(min=0, max=720, help="Hours for which the secret before works on.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day that it works.")]
Owner = Annotated[str | None, typer.Option(help="The person or post that answers for it.")]


class Faulty(Exception):  # noqa: N818  named for what it is
    """What was asked for cannot be; the message says what of it."""


def _in_gateway(work: Callable[[Tx], Awaitable[T]], *, existing: bool = False) -> T:
    async def run() -> T:
        settings = SuiteSettings()
        if not existing:
            await compose.upgrade(["gateway"], settings)
        database = compose.open_database("gateway", settings, existing=existing)
        try:
            return await database.write(work, actor="operator")
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except Problem as problem:
        if not problem.errors:
            raise
        raise Faulty("; ".join(f"{each.field} {each.message}" for each in problem.errors)) from problem


def _asked(url: str, key: str | None, method: str, path: str, body: Any = None) -> Any:
    async def run() -> Any:
        async with client_of(url, key) as client:
            return await ask(client, method, path, **({"json": body} if body else {}))

    return asyncio.run(run())


@app.command()
def create(
    name: str,
    scope: Scopes,
    *,
    area: Areas = None,
    directorate: Directorates = None,
    expires: Day = None,
    owner: Owner = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Make a key and print it: the only time it is seen."""
    last = expires.date() if expires else None
    areas, directorates = area or [], directorate or []
    if url is None:
        wanted = NewKey(name, frozenset(scope), frozenset(areas), owner, last, frozenset(directorates))
        typer.echo(_in_gateway(lambda tx: service.create_key(tx, wanted)))
        return
    limits = {"areas": areas, "directorates": directorates}
    body = {"name": name, "scopes": scope, **limits, "owner": owner, "expires_on": last and last.isoformat()}
    typer.echo(_asked(url, key, "POST", KEYS, body)["key"])


@app.command()
def rotate(name: str, *, overlap: Overlap = 24, url: Url = None, key: Key = None) -> None:
    """Give a key another secret and print it; the one before works on for some hours."""
    if url is None:
        typer.echo(_in_gateway(lambda tx: service.rotate_key(tx, name, timedelta(hours=overlap)), existing=True))
        return
    typer.echo(_asked(url, key, "POST", f"{KEYS}/{name}/rotate", {"overlap_hours": overlap})["key"])


@app.command(name="list")
def list_keys(*, url: Url = None, key: Key = None) -> None:
    """List keys by name and prefix."""
    for each in _all_of(url, key) if url else map(KeyOut.of, _in_gateway(service.list_keys, existing=True)):
        typer.echo(_line(each))


def _all_of(url: str, key: str | None) -> list[KeyOut]:
    async def run() -> list[KeyOut]:
        async with client_of(url, key) as client:
            return [KeyOut.model_validate(each) for each in await ask_all(client, KEYS)]

    return asyncio.run(run())


def _line(key: KeyOut) -> str:
    until = f"until {key.expires_at:%Y-%m-%d %H:%M}" if key.expires_at else "in use"
    state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else until
    used = f"{key.last_used:%Y-%m-%d %H:%M}" if key.last_used else "never"
    limits = ", ".join([*key.areas, *key.directorates])
    within = f"  in {limits}" if limits else ""
    made = f"made {key.created_at:%Y-%m-%d} by {key.created_by}"
    return f"{key.name}  {key.prefix}…  {' '.join(key.scopes)}{within}  {made}  {state}  last used {used}"


@app.command()
def revoke(name: str, *, url: Url = None, key: Key = None) -> None:
    """Revoke a key, within a second."""
    if url is None:
        _in_gateway(lambda tx: service.revoke_key(tx, name))
    else:
        _asked(url, key, "DELETE", f"{KEYS}/{name}")
    typer.echo(f"{name}: revoked")

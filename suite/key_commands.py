"""``suite keys``: who may come in."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from chassis.storage.transaction import Tx
from gateway.access import service
from suite import compose
from suite.settings import SuiteSettings

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Keys to the gateway.")


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

    return asyncio.run(run())


@app.command()
def create(name: str) -> None:
    """Make a key and print it: the only time it is seen."""
    typer.echo(_in_gateway(lambda tx: service.create_key(tx, name)))


@app.command(name="list")
def list_keys() -> None:
    """List keys by name and prefix."""
    for key in _in_gateway(service.list_keys, existing=True):
        state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "in use"
        used = f"{key.last_used:%Y-%m-%d %H:%M}" if key.last_used else "never"
        typer.echo(
            f"{key.name}  {key.prefix}…  made {key.created_at:%Y-%m-%d} by {key.created_by}  {state}  last used {used}"
        )


@app.command()
def revoke(name: str) -> None:
    """Revoke a key, within seconds."""
    _in_gateway(lambda tx: service.revoke_key(tx, name))
    typer.echo(f"{name}: revoked")

"""``suite audit``: the record of who changed what, where it has grown too old to stay."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chassis.audit_trimming import Trimmed, trim_entries
from suite import compose
from suite.dead_letter_commands import Why
from suite.settings import Member, SuiteSettings

app = typer.Typer(no_args_is_help=True, help="The record of who changed what.")


@app.callback()
def audit() -> None:
    """Have the one command named, as others may follow."""


@app.command()
def trim(
    member: Annotated[Member, typer.Argument(help="Whose record.")],
    before: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Entries of before this day (UTC).")],
    export: Annotated[Path, typer.Option(dir_okay=False, help="A new file; a line of JSON for each entry.")],
    reason: Why,
) -> None:
    """Write old entries to a file, then delete them. That it was done stays on record."""
    done = asyncio.run(_trim(member.value, before.replace(tzinfo=UTC), export, reason))
    typer.echo(f"{done.count} entries of {member.value} are in {export}" if done.count else "Nothing is that old.")


async def _trim(member: str, before: datetime, file: Path, reason: str) -> Trimmed:
    database = compose.open_database(member, SuiteSettings(), existing=True)
    try:
        return await trim_entries(database, before, file, reason, actor="operator")
    finally:
        await database.close()

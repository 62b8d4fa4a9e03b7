"""``suite report``: the board's reports of quarters, drafted, published and fetched from a running suite."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from contracts.period import Period, PeriodKind, UnknownPeriodError
from gateway.reports.rendering import FORMS
from suite.file_commands import save
from suite.running_suite import Key, ask, client_of

app = typer.Typer(no_args_is_help=True, help="The board's reports of quarters.")


def _path(quarter: str) -> str:
    try:
        found = Period.parse(quarter)
    except UnknownPeriodError as error:
        raise typer.BadParameter(str(error)) from error
    if found.kind is not PeriodKind.QUARTER:
        raise typer.BadParameter(f"{found} is no financial quarter")
    return found.path


Ending = StrEnum("Ending", {name: name for name in FORMS})  # type: ignore[misc]  # made of what there is
_PDF = Ending("pdf")
Quarter = Annotated[str, typer.Argument(callback=_path, help="A financial quarter, such as 2017-18-Q3.")]
Url = Annotated[str, typer.Option(envvar="SUITE_URL", help="A running suite.")]


def _asked(url: str, key: str | None, work: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with client_of(url, key) as client:
            return await work(client)

    return asyncio.run(run())


def _post(url: str, key: str | None, path: str, body: dict[str, str] | None = None) -> Any:
    given = {"json": body} if body else {}
    return _asked(url, key, lambda client: ask(client, "POST", _at(path), **given))


def _at(path: str) -> str:
    return f"/reports/v1/quarters/{path}"


def _tell(report: dict[str, Any]) -> None:
    by = report["published_by"] or report["drafted_by"]
    typer.echo(f"{report['quarter']}: {report['state']} by {by}, figures as known on {report['known_on']}")
    typer.echo(f"  version {report['version']}")
    for file in report["files"]:
        typer.echo(f"  {file['ending']}  {file['size']} bytes  SHA-256 {file['digest']}")


@app.command()
def draft(
    quarter: Quarter,
    *,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="A moment with its zone: make it of what was known then.")
    ] = None,
    url: Url,
    key: Key = None,
) -> None:
    """Make a report of what is known now, or put the numbers of now into its draft."""
    _tell(_post(url, key, quarter, {"as_of": as_of} if as_of else None))


@app.command()
def publish(
    quarter: Quarter,
    *,
    version: Annotated[
        str | None, typer.Option(help="What was read; refused where it says something else now.")
    ] = None,
    url: Url,
    key: Key = None,
) -> None:
    """Freeze a draft: its words, its numbers, the bytes of its files. Again changes nothing."""
    _tell(_post(url, key, f"{quarter}/publish", {"version": version} if version else None))


@app.command()
def add(
    quarter: Quarter,
    reason: Annotated[str, typer.Option(help="Why figures have changed.")],
    *,
    url: Url,
    key: Key = None,
) -> None:
    """Tell by an addendum which figures of a published report are others by now."""
    addendum = _post(url, key, f"{quarter}/addenda", {"reason": reason})["addenda"][-1]
    typer.echo(f"Addendum {addendum['number']}: {len(addendum['differences']['rows'])} figures have changed")


@app.command()
def get(
    quarter: Quarter,
    *,
    form: Annotated[Ending, typer.Option("--format", help="What of it.")] = _PDF,
    into: Annotated[Path | None, typer.Option("--into", dir_okay=False, help="Where to write it.")] = None,
    url: Url,
    key: Key = None,
) -> None:
    """Write a report into a file: by itself as it was published, or as its draft is."""
    file = into or Path(f"report-{quarter}.{form.value}")
    size = _asked(url, key, lambda client: save(client, f"{_at(quarter)}.{form.value}", {}, file))
    typer.echo(f"{file}: {size} bytes")

"""``suite import`` and ``suite export``: files into a suite and out of it, a running one or one started for it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import httpx
import typer

from contracts.large_bodies import CSV, ODS, XLSX
from suite.load.api_client import Refused, get_json
from suite.load.csv_files import BadRows
from suite.loading import with_client
from suite.running_suite import Key, Url

ROOT = "/indicators/v1"
LOOK_SECONDS = 0.5
SHOWN = 20
"""Errors that are printed; all of them are in the file of errors."""
_PART = 262_144
_TYPES = {".csv": CSV, ".xlsx": XLSX, ".ods": ODS}
_EXPORTED = (*_TYPES, ".json-stat")
_ENDED = {"succeeded", "failed", "cancelled"}


class ImportFailed(BadRows):
    """Rows of the file are not right, or the import broke off; nothing was saved."""


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV, XLSX or ODS file.")],
    *,
    mapping: Annotated[str, typer.Option(help="native, fingertips, trafford, ae, or one of your own.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    create_missing: Annotated[
        bool, typer.Option("--create-missing", help="Create indicators, areas and values of dimensions.")
    ] = False,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Save what is right, although other rows are not.")
    ] = False,
    sum_into: Annotated[str | None, typer.Option(help="The area that gets the sum of all others.")] = None,
    accept_fewer: Annotated[
        bool, typer.Option("--accept-fewer", help="Let a sum replace one of more parts, or a figure that is none.")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why final figures change, where they do.")] = None,
    calculation: Annotated[
        str | None, typer.Option(help="crude, standardised, modelled or other: of indicators that are created.")
    ] = None,
    errors: Annotated[Path | None, typer.Option(help="Save the rows that were not right there, to mend.")] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Import a file of observations: all of it, or nothing where a row is not right. Again changes nothing."""
    flags = {"dry_run": dry_run, "create_missing": create_missing, "skip_invalid": skip_invalid}
    flags["accept_fewer"] = accept_fewer
    named = {"mapping": mapping, "filename": file.name, "sum_into": sum_into, "reason": reason}
    named["calculation"] = calculation
    query = {name: text for name, text in named.items() if text is not None}
    query |= {name: "true" for name, wanted in flags.items() if wanted}

    async def work(client: httpx.AsyncClient) -> None:
        ended = await _until_ended(client, file, query)
        if errors is not None and ended["errors_in_all"]:
            await save(client, f"{ROOT}/imports/{ended['id']}/errors.csv", {}, errors)
        _tell(ended)

    with_client(url, key, work)


async def _until_ended(client: httpx.AsyncClient, file: Path, query: dict[str, str]) -> dict[str, Any]:
    """Send the file, and show how far it is until it has ended. It goes on without us."""
    address = str(httpx.URL(f"{ROOT}/imports", params=query))
    with file.open("rb") as content:
        answer = await client.post(address, content=_parts(content), headers=_type_of(file), timeout=None)
    if answer.is_error:
        raise Refused("POST", address, answer)
    found: dict[str, Any] = answer.json()
    with typer.progressbar(length=100, label=file.name, file=sys.stderr) as bar:
        while found["state"] not in _ENDED:
            await asyncio.sleep(LOOK_SECONDS)
            found = await get_json(client, f"{ROOT}/imports/{found['id']}")
            total = found["total"]
            bar.update(max(0, 100 * found["done"] // total - bar.pos) if total else 0)
        bar.update(100 - bar.pos)
    return found


async def _parts(file: BinaryIO) -> AsyncIterator[bytes]:
    while part := file.read(_PART):
        yield part


def _type_of(file: Path) -> dict[str, str]:
    return {"content-type": _TYPES.get(file.suffix.lower(), CSV)}


def _tell(ended: dict[str, Any]) -> None:
    """What became of the rows.

    Raises:
        ImportFailed: nothing was saved.
    """
    told = ("saved", "unchanged", "invalid", "unsaved")
    counts = ", ".join(f"{ended[f'rows_{name}']} {name}" for name in told if ended[f"rows_{name}"])
    words = "would be saved" if ended["dry_run"] else "saved"
    typer.echo(f"{ended['filename']}: {ended['rows_read']} rows read: {counts or 'none'}")
    typer.echo(
        f"  {ended['observations_saved']} observations {words}, {ended['observations_unchanged']} unchanged, "
        f"{ended['rows_missing']} rows with a symbol instead of a value"
    )
    for kind, codes in ended["created"].items():
        typer.echo(f"  {kind}: {', '.join(codes[:SHOWN])}{' ...' if len(codes) > SHOWN else ''}")
    problems = [_line(each) for each in ended["errors"][:SHOWN]]
    if ended["state"] != "succeeded":
        why = problems or [ended["error"] or f"the import was {ended['state']}"]
        raise ImportFailed(why, more=max(ended["errors_in_all"] - SHOWN, 0))
    for problem in problems:
        typer.echo(f"  skipped {problem}")


def _line(error: dict[str, Any]) -> str:
    where = f"line {error['line']}" if error["line"] else "file"
    said = f" {error['column']} {error['value']!r}:" if error["column"] else ""
    return f"{where}:{said} {error['message']}"


def export_file(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write: .csv, .xlsx, .ods or .json-stat.")],
    *,
    indicator: Annotated[list[str] | None, typer.Option(help="Only this indicator; may be given again.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="Only this area; may be given again.")] = None,
    breakdown: Annotated[str | None, typer.Option(help="Only this breakdown; empty is the total.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="First period, or first day.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last period, or last day.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As it was known at this moment.")] = None,
    include_history: Annotated[bool, typer.Option("--include-history", help="Every revision.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Export observations into a file: but for JSON-stat the columns that `suite import --mapping native` reads."""
    ending = file.suffix.lower()
    if ending not in _EXPORTED:
        raise typer.BadParameter(f"the file ends with {', '.join(_EXPORTED)}")
    single = {"breakdown": breakdown, "from": start, "to": end, "as_of": as_of}
    query: dict[str, Any] = {name: text for name, text in single.items() if text is not None}
    query |= {"indicator": indicator or [], "area": area or []}
    query |= {"include_history": "true"} if include_history else {}

    async def work(client: httpx.AsyncClient) -> None:
        size = await save(client, f"{ROOT}/observations{ending}", query, file)
        typer.echo(f"{file}: {size} bytes")

    with_client(url, key, work)


async def save(client: httpx.AsyncClient, path: str, query: dict[str, Any], file: Path) -> int:
    """Write an answer into a file as it comes; the size. A file that was there stays where the answer is a problem."""
    async with client.stream("GET", path, params=query, timeout=None) as answer:
        if answer.is_error:
            await answer.aread()
            raise Refused("GET", path, answer)
        with file.open("wb") as into:
            async for part in answer.aiter_bytes():
                into.write(part)
            return into.tell()

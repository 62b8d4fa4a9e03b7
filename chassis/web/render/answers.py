"""Files as answers: a CSV as it is made, a spreadsheet once it is whole."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final

from starlette.responses import Response, StreamingResponse

from chassis.web.render.csv_text import csv_head, csv_lines
from chassis.web.render.ods import write_ods
from chassis.web.render.spool import Fill, Spool
from chassis.web.render.table import Column, Table
from chassis.web.render.xlsx import write_xlsx
from contracts.large_bodies import CSV, ODS, XLSX

_IN_MEMORY: Final = 4 * 1_048_576
_PART: Final = 65_536
Write = Callable[[Table, BinaryIO], None]


def file_responses(*types: str) -> dict[int | str, dict[str, Any]]:
    """How a document shows answers that are files of these types."""
    return {200: {"description": "The file", "content": {each: _shown(each) for each in types}}}


def _shown(kind: str) -> dict[str, Any]:
    """Files of JSON are read as what they hold; all others are bytes."""
    if kind.endswith("json"):
        return {"schema": {"type": "object", "additionalProperties": True}, "example": {}}
    return {"schema": {"type": "string", "format": "binary"}, "example": "…"}


async def spooled_csv_answer(name: str, columns: list[Column], fill: Fill) -> Response:
    """A CSV of any length, whose lines ``fill`` makes in one go; sent as they come.

    Raises:
        Exception: what kept ``fill`` from making the first of them.
    """
    spool = Spool(fill)
    try:
        await spool.begun()
    except BaseException:
        await spool.close()
        raise

    async def parts() -> AsyncIterator[bytes]:
        try:
            yield csv_head(columns)
            async for part in spool.parts():
                yield part
        finally:
            await spool.close()

    return _csv(name, parts())


def _csv(name: str, parts: AsyncIterator[bytes]) -> Response:
    return StreamingResponse(parts, media_type=f"{CSV}; charset=utf-8; header=present", headers=_headers(name, "csv"))


async def xlsx_answer(table: Table) -> Response:
    return await _spreadsheet(table, write_xlsx, XLSX, "xlsx")


async def ods_answer(table: Table) -> Response:
    return await _spreadsheet(table, write_ods, ODS, "ods")


async def table_csv_answer(table: Table) -> Response:
    """A CSV of a table that is at hand."""

    async def parts() -> AsyncIterator[bytes]:
        yield csv_head(table.columns)
        yield csv_lines(table.rows)

    return _csv(table.name, parts())


async def _spreadsheet(table: Table, write: Write, kind: str, ending: str) -> Response:
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  closed once it is sent
    await asyncio.get_running_loop().run_in_executor(None, partial(write, table, file))  # type: ignore[arg-type]  # it is a file in all but name
    size = file.tell()
    file.seek(0)

    async def parts() -> AsyncIterator[bytes]:
        with file:
            while part := file.read(_PART):
                yield part

    return StreamingResponse(
        parts(), media_type=kind, headers=_headers(table.name, ending) | {"content-length": str(size)}
    )


def _headers(name: str, ending: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}.{ending}"', "cache-control": "private, no-cache"}

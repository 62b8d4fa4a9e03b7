"""The state of everything, with the event of the feed that it is as of."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final, Protocol

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from chassis.storage.transaction import Tx
from chassis.web.problems import problems
from chassis.web.render.csv_text import csv_head, csv_lines
from chassis.web.render.spool import Sink, Spool
from chassis.web.units import Read
from contracts.large_bodies import CSV
from services.subscriptions.domain.feed import FeedEvent, FeedHead
from services.subscriptions.domain.filters import EventFilter
from services.subscriptions.endpoints.parameters import Wanted
from services.subscriptions.schemas.state import (
    COLUMNS,
    NAME,
    NDJSON,
    PARQUET,
    ParquetPages,
    headers_of,
    json_lines,
    load_parquet,
    row_of,
)
from services.subscriptions.service import aggregates

router = APIRouter(tags=["feed"])

_ABOUT: Final = (
    "The newest event of every aggregate, all as of one event of the feed: the answer's header `last-event-id` names "
    "it, `feed-position` is its position. Take what is here, then ask the feed for what follows that event: nothing is "
    "missed and nothing comes twice, however much is written meanwhile. Where there is no event yet, there is no "
    "`last-event-id`, and the feed is followed from its beginning. An event with `method` `DELETE` tells that its "
    "aggregate is no more. "
)
_HEADERS: Final = {
    "last-event-id": {
        "description": "The event that this is as of: what to send to the feed as `lastEventId`",
        "schema": {"type": "string"},
        "example": "8a4f4a4e-3c0e-4f0b-9c7f-0d8c2f1d6a10",
    },
    "feed-position": {"description": "Its position", "schema": {"type": "integer"}, "example": 4711},
}
Render = Callable[[Sequence[FeedEvent]], bytes]


class Pages(Protocol):
    """Writes pages of the state one after the other, and then what ends them."""

    def write(self, events: Sequence[FeedEvent], /) -> None: ...

    def close(self) -> None: ...


class _Texts:
    """A text: a head, and what each page is rendered as."""

    def __init__(self, sink: Sink, head: bytes, render: Render) -> None:
        self._sink, self._render = sink, render
        sink(head)

    def write(self, events: Sequence[FeedEvent]) -> None:
        self._sink(self._render(events))

    def close(self) -> None:
        """A text ends with its last line."""


def _described(kind: str, example: str) -> dict[int | str, dict[str, object]]:
    shown = {"schema": {"type": "string", "format": "binary"}, "example": example}
    return {200: {"description": "The state", "headers": _HEADERS, "content": {kind: shown}}, **problems(401, 422)}


@router.get(
    "/state",
    summary="The state of everything",
    description=f"{_ABOUT}One event a line, in the bytes that were on the bus.",
    response_class=Response,
    responses=_described(NDJSON, "{}"),
)
async def read_state(read: Read, wanted: Wanted) -> Response:
    return await _spooled(read, wanted, NDJSON, lambda sink: _Texts(sink, b"", json_lines))


@router.get(
    "/state.csv",
    summary="The state of everything as CSV",
    description=f"{_ABOUT}A row each; the last column holds the whole event.",
    response_class=Response,
    responses=_described(CSV, "…"),
)
async def read_state_csv(read: Read, wanted: Wanted) -> Response:
    kind = f"{CSV}; charset=utf-8; header=present"

    def begin(sink: Sink) -> Pages:
        return _Texts(sink, csv_head(COLUMNS), lambda events: csv_lines(map(row_of, events)))

    return await _spooled(read, wanted, kind, begin, "csv")


@router.get(
    "/state.parquet",
    summary="The state of everything as Parquet",
    description=f"{_ABOUT}Columns as of the CSV, in row groups of {aggregates.PAGE}, compressed with Zstandard.",
    response_class=Response,
    responses=_described(PARQUET, "…"),
)
async def read_state_parquet(read: Read, wanted: Wanted) -> Response:
    await asyncio.to_thread(load_parquet)
    return await _spooled(read, wanted, PARQUET, ParquetPages, "parquet")


async def _spooled(
    read: Read, wanted: EventFilter, kind: str, begin: Callable[[Sink], Pages], ending: str = ""
) -> Response:
    """An answer of any length, read in one transaction; that lasts as long as the database takes, not its reader."""
    heads: list[FeedHead] = []

    async def work(tx: Tx, sink: Sink) -> None:
        heads.append(await aggregates.get_head(tx))
        pages = begin(sink)
        async for page in aggregates.iterate_newest(tx, wanted):
            pages.write(page)
        pages.close()

    async def fill(sink: Sink) -> None:
        await read(lambda tx: work(tx, sink))

    spool = Spool(fill)
    try:
        await spool.begun()
    except BaseException:
        await spool.close()
        raise
    named = {"content-disposition": f'attachment; filename="{NAME}.{ending}"'} if ending else {}
    return StreamingResponse(_parts(spool), media_type=kind, headers=headers_of(heads[0]) | named)


async def _parts(spool: Spool) -> AsyncIterator[bytes]:
    try:
        async for part in spool.parts():
            yield part
    finally:
        await spool.close()

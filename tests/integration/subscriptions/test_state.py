"""The state of everything, and the hand-over from it to the feed while events are written."""

import asyncio
import csv
import io
import json
import random

import httpx
import pytest
from pyarrow import parquet

from chassis.storage.database import Database
from services.subscriptions.schemas.state import COLUMNS
from services.subscriptions.service import aggregates
from tests.integration.subscriptions.events import apply, event


def lines(answer: httpx.Response) -> list[dict[str, object]]:
    return [json.loads(each) for each in answer.text.splitlines()]


async def test_of_nothing_there_is_no_state_and_no_event(api: httpx.AsyncClient) -> None:
    answer = await api.get("/state")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert (answer.headers["feed-position"], "last-event-id" in answer.headers) == ("0", False)


async def test_the_newest_event_of_each_aggregate_as_lines_and_as_rows(
    database: Database, api: httpx.AsyncClient
) -> None:
    newest = event("risks", "OCC4", 2)
    await apply(database, event("risks", "OCC4", 1), newest, event("risks", "OCC5", 1))
    await apply(database, event("pledges", "action/1", 1, data={"area": "RK9", "note": 'says "so", twice'}))
    answer = await api.get("/state")
    assert answer.content.splitlines()[0] == newest.record.value
    assert [each["subject"] for each in lines(answer)] == ["OCC4", "OCC5", "action/1"]
    assert (answer.headers["feed-position"], answer.headers["last-event-id"]) == ("4", "pledges:action/1@1.1")
    table = await api.get("/state.csv", params={"area": "RK9"})
    [row] = csv.DictReader(io.StringIO(table.text))
    assert (row["service"], row["subject"], row["position"], row["area"]) == ("pledges", "action/1", "4", "RK9")
    assert json.loads(row["event"])["data"]["note"] == 'says "so", twice'
    assert table.headers["last-event-id"] == "pledges:action/1@1.1"
    assert table.headers["content-type"].startswith("text/csv")


async def test_the_state_as_parquet_has_the_columns_of_the_csv_by_their_kinds(
    database: Database, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read by the library that data engineers read with: a row group for each page, the event in its very bytes."""
    empty = await api.get("/state.parquet")
    assert parquet.read_table(io.BytesIO(empty.content)).num_rows == 0
    monkeypatch.setattr(aggregates, "PAGE", 2)
    sent = [event("risks", f"OCC{number}", 1, data={"area": "RK9", "note": "é, “so”"}) for number in range(5)]
    await apply(database, *sent)
    answer = await api.get("/state.parquet", params={"area": "RK9"})
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert answer.headers["content-disposition"] == 'attachment; filename="state.parquet"'
    assert (answer.headers["feed-position"], answer.headers["last-event-id"]) == ("5", "risks:OCC4@1.1")
    file = parquet.ParquetFile(io.BytesIO(answer.content))
    assert (file.num_row_groups, file.metadata.num_rows) == (3, 5)
    table = file.read()
    assert table.schema.names == [each.name for each in COLUMNS]
    kinds = {name: str(table.schema.field(name).type) for name in ("subject", "time", "position")}
    assert kinds == {"subject": "string", "time": "timestamp[us, tz=UTC]", "position": "int64"}
    rows = table.to_pylist()
    assert [row["event"].encode() for row in rows] == [each.record.value for each in sent]
    assert (rows[4]["position"], rows[4]["time"].isoformat()) == (5, "2018-02-01T09:30:00+00:00")


@pytest.mark.both_engines
async def test_state_then_feed_misses_nothing_and_repeats_nothing_while_events_are_written(
    database: Database, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers begin at any moment, in small pages: each has, of every aggregate, just what follows what it had."""
    monkeypatch.setattr(aggregates, "PAGE", 3)
    chance, versions = random.Random(5), dict.fromkeys(range(12), 1)  # noqa: S311  a test's dice
    await apply(database, *(event("risks", f"R{number}", 1) for number in versions))
    over = asyncio.Event()

    async def write() -> None:
        for _ in range(60):
            number = chance.randrange(14)
            versions[number] = versions.get(number, 0) + 1
            await apply(database, event("risks", f"R{number}", versions[number]))
        over.set()

    async def read() -> dict[str, int]:
        state = await api.get("/state")
        have = {str(each["subject"]): int(str(each["aggregateversion"])) for each in lines(state)}
        last = state.headers["last-event-id"]
        while True:
            is_last = over.is_set()
            batch = (await api.get("/feed", params={"lastEventId": last, "limit": 5})).json()
            for each in batch:
                assert each["aggregateversion"] == have.get(each["subject"], 0) + 1, "no gap, nothing twice"
                have[each["subject"]] = each["aggregateversion"]
                last = each["id"]
            if is_last and not batch:
                return have

    async def later() -> dict[str, int]:
        await asyncio.sleep(chance.random() / 5)
        return await read()

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        reading = [tasks.create_task(later()) for _ in range(4)]
        tasks.create_task(write())
    final = {f"R{number}": version for number, version in versions.items()}
    assert [each.result() for each in reading] == [final] * 4

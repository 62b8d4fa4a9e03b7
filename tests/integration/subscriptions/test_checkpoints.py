"""Checkpoints over HTTP: each caller's own, and honest about what is gone."""

from datetime import timedelta

import httpx

from chassis.storage.database import Database
from services.subscriptions.repository import feed
from tests.integration.subscriptions.events import apply, event


async def test_a_checkpoint_is_put_read_moved_back_and_deleted(database: Database, api: httpx.AsyncClient) -> None:
    await apply(database, *(event("risks", "OCC4", version) for version in (1, 2, 3)))
    assert (await api.get("/checkpoints/warehouse")).json()["type"] == "/problems/checkpoint-unknown"
    made = await api.put("/checkpoints/warehouse", json={"last_event_id": "risks:OCC4@1.2"})
    assert made.status_code == 201
    told = made.json()
    assert (told["last_event_id"], told["position"], told["behind"], told["gap_detected"]) == (
        "risks:OCC4@1.2",
        2,
        1,
        False,
    )
    assert (await api.get("/checkpoints/warehouse")).json() == told
    assert (await api.get("/checkpoints/warehouse", headers={"x-actor": "Ben"})).status_code == 404
    by_position = await api.put("/checkpoints/warehouse", json={"last_event_id": "2"})
    assert (by_position.status_code, by_position.json()) == (200, told)
    back = (await api.put("/checkpoints/warehouse", json={"last_event_id": "risks:OCC4@1.1"})).json()
    assert (back["position"], back["behind"]) == (1, 2)
    begin = (await api.put("/checkpoints/warehouse", json={"last_event_id": "0"})).json()
    assert (begin["position"], begin["last_event_id"]) == (0, None)
    assert (await api.delete("/checkpoints/warehouse")).json() == begin
    assert (await api.delete("/checkpoints/warehouse")).status_code == 404


async def test_what_is_gone_is_no_checkpoint_and_is_detected(database: Database, api: httpx.AsyncClient) -> None:
    await apply(database, *(event("risks", "OCC4", version) for version in (1, 2, 3)))
    await api.put("/checkpoints/slow", json={"last_event_id": "risks:OCC4@1.1"})
    later = database.clock() + timedelta(days=400)
    await database.write(lambda tx: feed.trim(tx, later, 1000))
    found = (await api.get("/checkpoints/slow")).json()
    assert (found["gap_detected"], found["behind"]) == (True, 2)
    assert (await api.put("/checkpoints/slow", json={"last_event_id": "risks:OCC4@1.1"})).status_code == 410
    ahead = await api.put("/checkpoints/slow", json={"last_event_id": "4"})
    assert (ahead.status_code, ahead.json()["type"]) == (422, "/problems/checkpoint-ahead")
    assert [each["field"] for each in ahead.json()["errors"]] == ["last_event_id"]
    assert (await api.put("/checkpoints/slow", json={"last_event_id": "3"})).json()["gap_detected"] is False

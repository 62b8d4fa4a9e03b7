"""A feed to deliver from, and who delivers."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx

from chassis.storage.database import Database
from services.subscriptions.domain.feed import FeedEvent
from services.subscriptions.service.deliveries.loop import Deliverer
from services.subscriptions.service.feed import add_events
from tests.receivers import Received

KEY: Final = "a-key-for-tests-that-is-long-enough-0123"
RESCORED: Final = "commissioning.risk.rescored.v1"


class MovedClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2018, 2, 28, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def event(
    subject: str, version: int, *, service: str = "risks", type_: str = RESCORED, area: str | None = None
) -> FeedEvent:
    """An event as the feed takes it."""
    number = str(uuid4())
    time = datetime(2018, 2, 28, 9, tzinfo=UTC)
    body = {
        "generation": 1,
        "specversion": "1.0",
        "id": number,
        "source": f"/{service}",
        "type": type_,
        "subject": subject,
        "time": "2018-02-28T09:00:00.000000Z",
        "datacontenttype": "application/json",
        "partitionkey": subject,
        "aggregateversion": version,
        "data": {"reference": subject, "version": version},
    }
    return FeedEvent(0, number, type_, subject, service, version, 1, area, time, json.dumps(body).encode())


def versions_of(taken: Sequence[Received]) -> dict[str, list[int]]:
    """The versions of each aggregate, as they came."""
    found: dict[str, list[int]] = defaultdict(list)
    for each in taken:
        found[each.event["subject"]].append(each.event["aggregateversion"])
    return found


@dataclass(slots=True)
class Plant:
    database: Database
    api: httpx.AsyncClient
    clock: MovedClock
    deliverer: Deliverer

    async def add(self, *events: FeedEvent) -> None:
        await self.database.write(lambda tx: add_events(tx, events))

    async def add_rounds(self, subjects: Sequence[str], versions: int) -> None:
        """Events of several aggregates, a version of each after the other."""
        await self.add(*(event(subject, version) for version in range(1, versions + 1) for subject in subjects))

    async def subscribe(self, url: str, **more: Any) -> dict[str, Any]:
        answer = await self.api.post("/subscriptions", json={"name": "warehouse", "url": url, **more})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def drain(self, *, rounds: int = 100) -> None:
        """Deliver until nothing is due."""
        for _ in range(rounds):
            if not await self.deliverer.serve_due():
                return
        raise AssertionError(f"still something due after {rounds} rounds")

    async def drain_for(self, *, days: float = 0, hours: float = 0, step: timedelta = timedelta(minutes=15)) -> None:
        """Deliver whatever falls due in so long a time."""
        end = self.clock.now + timedelta(days=days, hours=hours)
        while self.clock.now < end:
            await self.drain()
            self.clock.now += step

    async def progress(self, subscription: str) -> dict[str, Any]:
        found: dict[str, Any] = (
            (await self.api.get(f"/subscriptions/{subscription}/progress")).raise_for_status().json()
        )
        return found

    async def get(self, subscription: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.api.get(f"/subscriptions/{subscription}")).raise_for_status().json()
        return found

    async def log(self, subscription: str, **wanted: str) -> list[dict[str, Any]]:
        query = {"limit": 200, **wanted}
        found = (await self.api.get(f"/subscriptions/{subscription}/deliveries", params=query)).raise_for_status()
        lines: list[dict[str, Any]] = found.json()["items"]
        return lines

    async def post(self, subscription: str, action: str, body: Any = None) -> httpx.Response:
        path = f"/subscriptions/{subscription}/{action}"
        return await (self.api.post(path, json=body) if body is not None else self.api.post(path))

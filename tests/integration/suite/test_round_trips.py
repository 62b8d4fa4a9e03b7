"""One update costs no more round trips to PostgreSQL than it did: from the POST to the re-scored risk that is read."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from chassis.bus.embedded import EmbeddedBus
from chassis.events.applying import Applier
from chassis.events.jumps import Jumps
from chassis.events.relay import Relay
from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.web.units import Resources
from contracts.topics import digest_topic, events_topic
from services.indicators.app import create_app as create_indicators
from services.risks.app import create_app as create_risks
from services.risks.projection import SUBSCRIPTION
from tests.conftest import DatabaseFor

pytestmark = pytest.mark.parametrize(
    "database_for", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)

MOST = 34
"""Whoever adds a round trip takes one away."""
AREA = {"code": "E06000026", "name": "Plymouth", "type": "unitary_authority"}
WAITS = {"code": "waits", "name": "Waits", "unit": "percentage", "polarity": "high_is_good", "frequency": "month"}
TARGET = {"area": "E06000026", "kind": "reach", "value": "95"}
LINK = {"indicator": "waits", "area": "E06000026", "group": "one", "signal": "target"}
RISK = {
    "ref": "R1",
    "register": "people",
    "title": "Waits",
    "links": [LINK],
    "assessment": {"impact": 4, "likelihood": 3, "reason": "First"},
}


def count_round_trips(database: Database, counted: Counter[str], part: str) -> None:
    """Statements, and what begins and ends transactions."""

    def note(*_: Any) -> None:
        counted[part] += 1

    for name in ("before_cursor_execute", "begin", "commit", "rollback"):
        event.listen(database.engine.sync_engine, name, note)


class Way:
    """Both services in this process, with their parts run by hand, so that nothing else asks the databases."""

    def __init__(self, indicators: Database, risks: Database, bus: EmbeddedBus) -> None:
        self.databases = {"indicators": indicators, "risks": risks}
        self.bus = bus
        self.counted: Counter[str] = Counter()
        for name, database in self.databases.items():
            count_round_trips(database, self.counted, name)
        self.applier = Applier(risks, SUBSCRIPTION, Jumps(bus, SUBSCRIPTION))
        self.relays = {name: Relay(database, bus, name) for name, database in self.databases.items()}
        apps = {"indicators": create_indicators, "risks": create_risks}
        self.clients = {
            name: httpx.AsyncClient(
                transport=httpx.ASGITransport(create(Resources(self.databases[name], ServiceSettings()))),
                base_url=f"http://x/{name}/v1",
            )
            for name, create in apps.items()
        }

    async def post(self, service: str, path: str, body: Any) -> None:
        (await self.clients[service].post(path, json=body)).raise_for_status()

    async def relay(self, service: str) -> None:
        producer = await self.bus.producer()
        await self.relays[service].cycle(producer)
        await producer.close()

    async def apply(self) -> None:
        ends = await self.bus.end_offsets(events_topic("indicators"))
        async for batch in self.bus.read(events_topic("indicators"), self.applier.next_offsets, ends):
            part = self.applier.unapplied(batch)
            assert part
            await self.applier.apply([part])

    async def update(self, value: str) -> int:
        """Returns the likelihood that the risk has then."""
        body = {"area": "E06000026", "period": "2018-01", "value": value, "status": "final", "reason": "Revised"}
        await self.post("indicators", "/indicators/waits/observations", body)
        await self.relay("indicators")
        await self.apply()
        await self.relay("risks")
        answer = (await self.clients["risks"].get("/risks/R1")).raise_for_status()
        likelihood: int = answer.json()["effective"]["likelihood"]
        return likelihood


async def set_up(path: Way) -> None:
    for where, body in (("/areas", AREA), ("/indicators", WAITS), ("/indicators/waits/targets", TARGET)):
        await path.post("indicators", where, body)
    for period in ("2017-12", "2018-01"):
        observation = {"area": "E06000026", "period": period, "value": "96", "status": "final"}
        await path.post("indicators", "/indicators/waits/observations", observation)
    await path.applier.load(list(await path.bus.end_offsets(events_topic("indicators"))))
    await path.relay("indicators")
    await path.apply()
    await path.post("risks", "/risks", RISK)
    await path.relay("risks")


async def test_one_update_costs_no_more_round_trips_than_it_did(database_for: DatabaseFor, tmp_path: Path) -> None:
    bus = EmbeddedBus(tmp_path / "bus.db", partitions=2)
    await bus.start()
    await bus.ensure_topics([kind(name) for name in ("indicators", "risks") for kind in (events_topic, digest_topic)])
    try:
        path = Way(await database_for("services.indicators"), await database_for("services.risks"), bus)
        await set_up(path)
        for value, likelihood in (("50", 4), ("96", 3)):  # statements are prepared, and what is remembered is
            assert await path.update(value) == likelihood
        path.counted.clear()
        assert await path.update("50") == 4
        assert path.counted.total() <= MOST, path.counted
        assert path.counted.total() > 0
    finally:
        await bus.close()

"""The steps of a recovery over HTTP: the same as beside the database, and for the gateway alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.bus.embedded import EmbeddedBus
from chassis.events.envelope import NewEvent
from chassis.events.outbox import emit
from chassis.identity import Caller, operating
from chassis.recovery.local import LocalStores
from chassis.recovery.port import StoresUnreachable
from chassis.recovery.remote import RemoteStores
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.web.app import build_app
from chassis.web.units import Resources
from contracts.envelope import Body
from contracts.topics import SERVICES, events_topic
from gateway.proxy.upstreams import Upstream, in_process
from services.risks.app import SPEC
from tests.conftest import DatabaseFor
from tests.integration.gateway.conftest import SIGNER, signed_for

TYPE = "commissioning.risk.changed.v1"
SUBJECTS = ("OCC4", "Sè/£")


class Anything(Body):
    note: str


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[EmbeddedBus]:
    bus = EmbeddedBus(tmp_path / "bus.db", partitions=2)
    await bus.start()
    await bus.ensure_topics([events_topic(name) for name in SERVICES])
    yield bus
    await bus.close()


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    async def work(tx: Tx) -> None:
        for subject in SUBJECTS:
            emit(tx, NewEvent(TYPE, "/risks", subject, 1, Anything(note="£\x7f")))

    found = await database_for("services.risks")
    await found.write(work)
    return found


@pytest.fixture
async def client(database: Database, bus: EmbeddedBus) -> AsyncIterator[Upstream]:
    async with in_process("risks", build_app(SPEC, Resources(database, signed_for("risks"), bus=bus))) as found:
        yield found


def local(database: Database, bus: EmbeddedBus) -> LocalStores:
    return LocalStores("risks", SPEC.republication, SPEC.subscriptions, database, bus)


def remote(client: Upstream) -> RemoteStores:
    return RemoteStores("risks", client, SIGNER.auth("risks", operating("Ana")))


async def test_every_step_gives_the_same_over_http(client: Upstream, database: Database, bus: EmbeddedBus) -> None:
    here, there = local(database, bus), remote(client)
    assert await there.list_consumers() == await here.list_consumers()
    assert await there.list_waiting() == await here.list_waiting() == ["2 events of risks are not published"]
    assert await there.list_faults() == await here.list_faults() == []
    assert await there.has_aggregate("nobody") is False
    assert await there.list_aggregates("") == await here.list_aggregates("")
    published = await there.list_published([TYPE], "")
    assert published == await here.list_published([TYPE], "")
    assert list(published) == sorted(SUBJECTS)
    assert await there.list_published([TYPE], SUBJECTS[-1]) == {}
    assert await there.list_applied("risks", "indicators", "") == {}
    events = await there.list_events([TYPE], "")
    assert events == await here.list_events([TYPE], "")
    assert [each.subject for each in events] == sorted(SUBJECTS)
    assert await there.forget_aggregates("risks", "indicators", ["nobody"]) == 1
    await there.emit_states([])


async def test_generations_begin_and_end_over_http(client: Upstream, database: Database, bus: EmbeddedBus) -> None:
    there = remote(client)
    begun = await there.begin_generation(None)
    assert (begun.number, begun.requeued, begun.outdated) == (2, 0, 0)
    assert "was not finished" in (await there.list_faults())[0]
    await there.end_recovery(2)
    assert await there.list_faults() == []
    assert await there.recover_consumers() == {"risks": 0, "risks-finance": 0}


async def test_who_does_not_operate_is_told_nothing(client: Upstream) -> None:
    with pytest.raises(StoresUnreachable, match="risks answers 401 to list_faults"):
        await RemoteStores("risks", client, None).list_faults()
    reader = Caller("Ana", frozenset({"risks:read", "operations:read"}))
    with pytest.raises(StoresUnreachable, match="risks answers 403 to list_faults"):
        await RemoteStores("risks", client, SIGNER.auth("risks", reader)).list_faults()


async def test_a_service_that_is_away_is_named(closed_port: str) -> None:
    async with Upstream(httpx.AsyncHTTPTransport(), closed_port) as away:
        with pytest.raises(StoresUnreachable, match=r"risks cannot be reached \(ConnectError\)"):
            await RemoteStores("risks", away, None).list_faults()


@pytest.mark.parametrize(
    ("step", "body", "status"), [("no_such", {}, 404), ("emit_states", {}, 400), ("emit_states", {"subjects": 1}, 400)]
)
async def test_what_is_no_step_is_refused(client: Upstream, step: str, body: dict[str, object], status: int) -> None:
    auth = SIGNER.auth("risks", operating("Ana"))
    assert (await client.post(f"/internal/stores/{step}", json=body, auth=auth)).status_code == status

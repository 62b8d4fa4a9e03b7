"""A parked event is tried again from the page of operations."""

from pathlib import Path

from chassis.bus.port import Message
from contracts.topics import events_topic
from suite.settings import SuiteSettings
from tests.eventually import eventually
from tests.integration.portal.suite_pages import form_of, looking
from tests.integration.reference.conftest import Suite
from tests.integration.suite.test_recovery import started


async def test_what_is_parked_is_tried_again_by_its_button(tmp_path: Path) -> None:
    async with started(SuiteSettings(data_dir=tmp_path / "var")) as (running, loader):
        suite = Suite(running, loader)
        producer = await running.bus.producer()
        await producer.publish(events_topic("indicators"), [Message("wait/A", b"{")])
        await producer.close()
        operator = await looking(suite, "Ana Nowak", "operations:read", "operations:operate")
        watcher = await looking(suite, "Ben Okoro", "operations:read")

        async def is_shown() -> None:
            assert "risks-1" in await operator.see("/operations")

        await eventually(is_shown)
        fields = form_of(await operator.see("/operations"), 'value="risks-1"')
        tried = await operator.client.post("/operations/retries", data=fields)
        assert (tried.status_code, tried.headers["location"]) == (303, "/operations?done=retry")
        assert "It is tried again." in await operator.say("/operations?done=retry")
        assert "risks-1" in await operator.see("/operations"), "what cannot be read stays parked"
        refused = await watcher.client.post("/operations/retries", data=fields | {"id": "risks-1"})
        assert refused.status_code == 403

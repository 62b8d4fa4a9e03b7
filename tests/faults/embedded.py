"""The suite in one process, on files: the same world, the same comparison."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from chassis.bus.embedded import EmbeddedBus
from contracts.topics import SERVICES
from tests.faults import ledger, world
from tests.faults.holdings import Access
from tests.faults.settling import settle, until_it_answers
from tests.faults.world import Acknowledged, Stream
from tests.process import ADMIN_KEY, SuiteProcess

PINNED = {"SUITE_BUSINESS_DATE": "2018-02-28"}


class Embedded:
    """``suite run`` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = SuiteProcess(folder, reference=False)

    def start(self, crash_at: str = "") -> None:
        self.process.start(crash_at=crash_at, **PINNED)
        until_it_answers(self.process.url)

    def lay_out(self) -> None:
        with self.process.client() as client:
            world.lay_out(client)
            settle(self.process.url)
            world.tie(client)
        settle(self.process.url)

    def stream(self, **more: int) -> Stream:
        return Stream(self.process.url, ADMIN_KEY, **more)

    def check(self, acknowledged: Sequence[Acknowledged] = ()) -> ledger.Report:
        settle(self.process.url)
        urls = {name: f"sqlite+threads:///{self.folder / name}.db" for name in SERVICES}
        access = Access(urls, lambda: EmbeddedBus(self.folder / "bus.db"))
        return asyncio.run(ledger.compare(access, acknowledged)).raise_for_differences()

"""The suite in one process, on files: the same world, the same comparison."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from chassis.bus.embedded import EmbeddedBus
from suite.settings import SERVED
from tests.faults import ledger, world
from tests.faults.holdings import Access, Holdings, holdings
from tests.faults.settling import settle, until_it_answers
from tests.faults.world import Acknowledged, Stream
from tests.process import ADMIN_KEY, SuiteProcess

PINNED = {"SUITE_BUSINESS_DATE": "2018-02-28"}


class Embedded:
    """``suite run`` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = SuiteProcess(folder, reference=False)

    @classmethod
    def copy_of(cls, laid_out: Path, folder: Path) -> Self:
        """One on a copy of a stopped suite's files."""
        shutil.copytree(laid_out, folder)
        return cls(folder)

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
        return asyncio.run(ledger.compare(self.access, acknowledged)).raise_for_differences()

    def check_state(self, acknowledged: Sequence[Acknowledged] = ()) -> None:
        """Where a time was lost: what consumers derived is what their producers say now."""
        settle(self.process.url)
        found = asyncio.run(ledger.compare_state(self.access, acknowledged))
        assert not found, "\n".join(found[:40])

    @property
    def access(self) -> Access:
        urls = {name: f"sqlite+threads:///{self.folder / name}.db" for name in SERVED}
        return Access(urls, lambda: EmbeddedBus(self.folder / "bus.db"))

    async def holdings(self) -> Holdings:
        return await holdings(self.access)

"""Work that is done while the database writes."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from chassis.storage.meanwhile import while_writing

POSTGRES: Any = SimpleNamespace(dialect="postgresql")


async def test_nothing_goes_on_of_what_is_done_meanwhile_where_writing_fails():
    said = []

    async def work() -> None:
        said.append("begun")
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            said.append("ended")

    async def write() -> None:
        await asyncio.sleep(0)
        raise OSError

    with pytest.raises(OSError):
        await while_writing(POSTGRES, write, work)
    assert said == ["begun", "ended"]

"""A spool: what is made in one go reaches its reader whole, in order, and as soon as it is there."""

import asyncio
from contextlib import aclosing

import pytest

from chassis.web.render.spool import Sink, Spool


async def read_all(spool: Spool) -> bytes:
    async with aclosing(spool.parts()) as parts:
        return b"".join([part async for part in parts])


async def test_a_reader_has_the_first_part_before_the_rest_is_made() -> None:
    read_one = asyncio.Event()

    async def fill(sink: Sink) -> None:
        sink(b"first")
        await read_one.wait()
        sink(b"x" * 200_000)

    spool = Spool(fill)
    await spool.begun()
    async with aclosing(spool.parts()) as parts:
        assert await anext(parts) == b"first"
        read_one.set()
        rest = [part async for part in parts]
    assert b"".join(rest) == b"x" * 200_000
    await spool.close()


async def test_what_another_thread_makes_arrives() -> None:
    async def fill(sink: Sink) -> None:
        await asyncio.to_thread(lambda: [sink(f"{n};".encode()) for n in range(1000)])

    spool = Spool(fill)
    assert await read_all(spool) == "".join(f"{n};" for n in range(1000)).encode()
    await spool.close()


async def test_nothing_is_an_answer_too() -> None:
    async def fill(_sink: Sink) -> None:
        pass

    spool = Spool(fill)
    await spool.begun()
    assert await read_all(spool) == b""
    await spool.close()


async def test_what_keeps_it_from_being_made_is_raised_at_the_beginning_or_in_the_middle() -> None:
    async def fill(sink: Sink) -> None:
        if begins:
            sink(b"first")
            await read_one.wait()
        raise LookupError

    begins, read_one = False, asyncio.Event()
    spool = Spool(fill)
    with pytest.raises(LookupError):
        await spool.begun()
    await spool.close()
    begins = True
    spool = Spool(fill)
    await spool.begun()
    read_one.set()
    with pytest.raises(LookupError):
        await read_all(spool)
    await spool.close()


async def test_nothing_more_is_made_once_it_is_closed() -> None:
    stopped = asyncio.Event()

    async def fill(sink: Sink) -> None:
        sink(b"first")
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    spool = Spool(fill)
    await spool.begun()
    await spool.close()
    assert stopped.is_set()

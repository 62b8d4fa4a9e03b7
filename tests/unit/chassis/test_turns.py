"""Long work lets others run, and asks for little where nobody has waited."""

import asyncio

import pytest

from chassis import turns


@pytest.mark.parametrize(("seconds", "seen"), [(0, [0, 1, 2]), (60, [])])
async def test_others_run_between_the_parts_of_long_work(monkeypatch, seconds, seen):
    monkeypatch.setattr(turns, "SECONDS", seconds)
    found, work = [], turns.Turns()

    async def other():
        for n in range(3):
            found.append(n)
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    for _ in range(5):
        await work.give()
    assert found == seen
    await task

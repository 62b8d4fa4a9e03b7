"""Old entries are written to a file before they are deleted, and that it was done stays on record."""

import json
from datetime import timedelta

import pytest

from chassis import audit_trimming
from chassis.audit import AuditFilter, list_entries, record_change
from chassis.audit_trimming import TooYoung, trim_entries
from chassis.clock import system_clock
from chassis.paging import PageRequest


async def fill(database, *, ago):
    """Three entries that are so old."""
    database.clock = lambda: system_clock() - ago

    async def work(tx):
        for number in range(3):
            record_change(tx, subject=f"s{number}", action="number.changed", before=None, after={"n": "é"}, reason="r")

    await database.write(work)
    database.clock = system_clock


async def entries(database):
    return list((await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(50)))).items)


@pytest.mark.parametrize("page", [2, 1000])
async def test_what_is_exported_goes_and_that_is_said(database, tmp_path, monkeypatch, page):
    monkeypatch.setattr(audit_trimming, "PAGE", page)
    await fill(database, ago=timedelta(days=400))
    await fill(database, ago=timedelta(days=2))
    old, young = (await entries(database))[:3], (await entries(database))[3:]
    file, before = tmp_path / "old.jsonl", system_clock() - timedelta(days=30)
    done = await trim_entries(database, before, file, "Kept for a year", actor="operator")
    assert (done.count, done.last) == (3, old[-1].id)
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(line["id"], line["subject"], line["after"]) for line in lines] == [
        (entry.id, entry.subject, {"n": "é"}) for entry in old
    ]
    assert file.stat().st_mode & 0o777 == 0o600
    *left, told = await entries(database)
    assert left == young
    assert (told.action, told.actor, told.reason) == ("audit.trimmed", "operator", "Kept for a year")
    assert (told.before["entries"], told.before["file"]) == (3, "old.jsonl")


async def test_a_file_that_is_there_is_never_written_over(database, tmp_path):
    await fill(database, ago=timedelta(days=400))
    file = tmp_path / "old.jsonl"
    file.write_text("kept")
    with pytest.raises(FileExistsError):
        await trim_entries(database, system_clock() - timedelta(days=30), file, "r", actor="operator")
    assert (file.read_text(), len(await entries(database))) == ("kept", 3)


async def test_what_is_young_stays_and_where_nothing_is_old_nothing_is_said(database, tmp_path):
    await fill(database, ago=timedelta(hours=2))
    with pytest.raises(TooYoung):
        await trim_entries(database, system_clock() - timedelta(hours=1), tmp_path / "a", "r", actor="operator")
    done = await trim_entries(database, system_clock() - timedelta(days=30), tmp_path / "b", "r", actor="operator")
    assert (done.count, len(await entries(database))) == (0, 3)

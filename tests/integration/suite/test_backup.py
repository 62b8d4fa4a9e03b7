"""Backup and restore of the embedded run, and what a recovery makes of files that do not belong together."""

import sqlite3
import threading
from contextlib import closing

import pytest

from suite.backup import BackupImpossible, restore_backup, save_backup
from suite.settings import MEMBERS, SuiteSettings

NAMES = [*MEMBERS, "bus"]


@pytest.fixture
def settings(tmp_path):
    """A data folder whose every file has one table of numbers."""
    folder = tmp_path / "var"
    folder.mkdir()
    for name in NAMES:
        with closing(sqlite3.connect(folder / f"{name}.db", isolation_level=None)) as file:
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("CREATE TABLE number (id INTEGER PRIMARY KEY)")
    return SuiteSettings(data_dir=folder)


def highest(folder, name):
    with closing(sqlite3.connect(folder / f"{name}.db")) as file:
        return file.execute("SELECT coalesce(max(id), 0) FROM number").fetchone()[0]


class Writer:
    """Writes the same number into one file after the other, each its own transaction: a later file is never ahead."""

    def __init__(self, folder):
        self.folder, self.going, self.written = folder, True, 0
        self.thread = threading.Thread(target=self.run)

    def run(self):
        files = [sqlite3.connect(self.folder / f"{name}.db", timeout=30, isolation_level=None) for name in NAMES]
        while self.going:
            for file in files:
                file.execute("INSERT INTO number DEFAULT VALUES")
            self.written += 1
        for file in files:
            file.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        self.thread.join()


def test_copies_made_while_writes_go_on_are_of_one_moment(settings, tmp_path):
    with Writer(settings.data_dir) as writer:
        for number in range(5):
            while writer.written < 20 * number:
                pass
            save_backup(settings, tmp_path / f"backup-{number}")
    for number in range(5):
        found = [highest(tmp_path / f"backup-{number}", name) for name in NAMES]
        assert found == sorted(found, reverse=True), "a later file is ahead of an earlier one"
        assert found[0] - found[-1] <= 1
    assert highest(tmp_path / "backup-4", "bus") > 0


def test_a_restore_puts_the_files_back_and_keeps_those_that_were(settings, tmp_path):
    save_backup(settings, tmp_path / "backup")
    with closing(sqlite3.connect(settings.data_dir / "risks.db", isolation_level=None)) as file:
        file.execute("INSERT INTO number VALUES (7)")
    assert restore_backup(settings, tmp_path / "backup") == NAMES
    assert highest(settings.data_dir, "risks") == 0
    assert highest(settings.data_dir / "before-restore", "risks") == 7


def test_a_folder_that_exists_is_not_written_over(settings, tmp_path):
    (tmp_path / "backup").mkdir()
    with pytest.raises(BackupImpossible, match="exists already"):
        save_backup(settings, tmp_path / "backup")


@pytest.mark.parametrize("work", [save_backup, restore_backup])
def test_a_folder_without_all_files_is_no_backup(tmp_path, work):
    empty = tmp_path / "empty"
    empty.mkdir()
    other = tmp_path / "other"
    with pytest.raises(BackupImpossible, match=r"has no .*bus\.db"):
        work(SuiteSettings(data_dir=empty), other if work is save_backup else empty)


def test_files_of_a_restore_are_private(settings, tmp_path):
    save_backup(settings, tmp_path / "backup")
    restore_backup(settings, tmp_path / "backup")
    for folder in (settings.data_dir, tmp_path / "backup"):
        assert folder.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*"))


def test_a_backup_of_a_suite_starts_and_nothing_differs(suite, tmp_path):
    assert suite("recover")[0] == 0
    status, said, _ = suite("backup", str(tmp_path / "backup"))
    assert (status, said.count(".db")) == (0, 7)
    assert suite("restore", str(tmp_path / "backup"))[0] == 0
    status, said, _ = suite("verify")
    assert (status, said.splitlines()[-1]) == (0, "Nothing differs.")

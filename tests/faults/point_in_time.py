"""PostgreSQL set back to a moment by a base backup and its archived log, as docs/operations.md says."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.faults.plant import Plant

COPY = "test ! -f {archive}/%f && cp %p {archive}/%f"
FETCH = "cp {archive}/%f %p"


class ArchivedLog:
    """The archive of a plant's PostgreSQL, and the base backup that recovery begins with."""

    def __init__(self, plant: Plant, folder: Path) -> None:
        self._plant = plant
        self._data = plant.postgres.folder / "data"
        self._owner = self._data.stat()
        self._archive = plant.postgres.folder / "archive"
        self._base = folder / "base"

    def begin(self) -> None:
        """Archive the log from now on, and take a base backup while everything is at work."""
        self._archive.mkdir()
        self._own(self._archive)
        self._plant.sql("ALTER SYSTEM SET archive_mode = 'on'")
        self._plant.sql(f"ALTER SYSTEM SET archive_command = '{COPY.format(archive=self._archive)}'")
        self._plant.postgres.restart()
        program = str(self._plant.postgres.programs / "pg_basebackup")
        where = ["--pgdata", str(self._base), "--checkpoint=fast", "--wal-method=none"]
        command = [program, *where, "--no-password", "--dbname", self._plant.postgres.dsn]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr

    def moment(self) -> str:
        """Now, as the server has it."""
        return str(self._plant.sql("SELECT now()::text")[0][0])

    def go_back_to(self, moment: str) -> None:
        """Replace the cluster by the base backup, and have it apply the archive up to a moment."""
        [(last,)] = self._plant.sql("SELECT pg_walfile_name(pg_switch_wal())")
        self._plant.until((self._archive / last).exists)
        self._plant.postgres.stop()
        shutil.rmtree(self._data)
        shutil.copytree(self._base, self._data)
        self._data.chmod(0o700)
        (self._data / "recovery.signal").touch()
        with (self._data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = '{FETCH.format(archive=self._archive)}'\n")
            settings.write(f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n")
        self._own(self._data, *self._data.rglob("*"))
        self._plant.postgres.start()
        self._plant.until(lambda: self._plant.sql("SELECT NOT pg_is_in_recovery()")[0][0])

    def _own(self, *paths: Path) -> None:
        for path in paths:
            os.chown(path, self._owner.st_uid, self._owner.st_gid)

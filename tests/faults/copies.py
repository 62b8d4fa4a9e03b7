"""Copies of a plant's stores, put back later: schemas of PostgreSQL by their dumps, the bus by its broker's disk."""

import shutil
import subprocess
from pathlib import Path

from tests.faults.plant import Plant

BUS = "bus"


class Copies:
    """Each store as it was at its moment, by name: a service's for its schema, ``bus`` for the broker's disk."""

    def __init__(self, plant: Plant, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._plant = plant
        self._folder = folder
        self._disk = plant.kafka.folder / "data"

    def save(self, name: str) -> None:
        """Copy a store while everything goes on; the broker is killed for it, as a disk is copied of a dead machine."""
        if name != BUS:
            self._run("pg_dump", "-Fc", f"--schema={name}", f"--file={self._path(name)}", self._plant.postgres.dsn)
            return
        self._plant.kafka.kill()
        shutil.copytree(self._disk, self._path(name))
        self._plant.kafka.start()

    def put_back(self, name: str) -> None:
        """Have a store as it was copied. A schema goes back while its service is stopped, as operations.md says."""
        if name == BUS:
            self._replace_disk(self._path(name))
            return
        self._plant.kill(name)
        self._plant.sql(f"DROP SCHEMA {name} CASCADE")
        restored = ("--exit-on-error", "--single-transaction", f"--dbname={self._plant.postgres.dsn}")
        self._run("pg_restore", *restored, str(self._path(name)))
        self._plant.start(name)

    def lose_bus(self) -> None:
        """An empty disk in the broker's place, and its topics made anew."""
        self._replace_disk(None)
        self._plant.command("topics")

    def _replace_disk(self, copy: Path | None) -> None:
        self._plant.kafka.kill()
        shutil.rmtree(self._disk)
        if copy:
            shutil.copytree(copy, self._disk)
        self._plant.kafka.start()

    def _path(self, name: str) -> Path:
        return self._folder / name

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._plant.postgres.programs / program), *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr

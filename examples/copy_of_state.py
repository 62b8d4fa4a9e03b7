"""A copy of every aggregate of the suite in a SQLite file, with the event that it is as of.

An event and the id to go on from are kept in one transaction, so nothing is lost or half done, whenever it is stopped.
"""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS aggregate (
    source TEXT NOT NULL, subject TEXT NOT NULL, generation INTEGER NOT NULL, version INTEGER NOT NULL,
    type TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (source, subject)
);
CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY CHECK (id = 1), last_event_id TEXT NOT NULL);
"""
_KEEP = """
INSERT INTO aggregate (source, subject, generation, version, type, event) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (source, subject) DO UPDATE
SET generation = excluded.generation, version = excluded.version, type = excluded.type, event = excluded.event
WHERE (excluded.generation, excluded.version) > (aggregate.generation, aggregate.version)
"""


class CopyOfState:
    """The copy. ``last_event_id`` is where to go on; None before there is any state."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file)
        self._database.executescript(_TABLES)

    @property
    def last_event_id(self) -> str | None:
        row = self._database.execute("SELECT last_event_id FROM progress").fetchone()
        return None if row is None else str(row[0])

    def begin(self, events: Iterable[dict[str, Any]], last_event_id: str) -> None:
        """Take the state of everything in place of what was kept."""
        with self._database:
            self._database.execute("DELETE FROM aggregate")
            self._apply(events, last_event_id)

    def apply(self, events: Iterable[dict[str, Any]], last_event_id: str) -> None:
        """Take events that follow, and where to go on from."""
        with self._database:
            self._apply(events, last_event_id)

    def _apply(self, events: Iterable[dict[str, Any]], last_event_id: str) -> None:
        for event in events:
            order = event.get("generation", 1), event["aggregateversion"]
            if event.get("method") == "DELETE":
                gone = "DELETE FROM aggregate WHERE source = ? AND subject = ?"
                self._database.execute(gone, (event["source"], event["subject"]))
            else:
                row = (event["source"], event["subject"], *order, event["type"], json.dumps(event))
                self._database.execute(_KEEP, row)
        keep = (
            "INSERT INTO progress VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET last_event_id = excluded.last_event_id"
        )
        self._database.execute(keep, (last_event_id,))

    def close(self) -> None:
        self._database.close()

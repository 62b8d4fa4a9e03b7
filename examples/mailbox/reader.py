r"""A reader of a mailbox of NHS MESH: keeps the newest state of every aggregate, then acknowledges each message.

    pip install mesh-client
    MESH_URL=https://mesh-sync.spineservices.nhs.uk MESH_MAILBOX=... MESH_PASSWORD=... MESH_SHARED_KEY=... \
        MESH_CERTIFICATE=client.pem MESH_PRIVATE_KEY=client.key python reader.py --database region.db

Looks every five minutes, as MESH asks readers to, or once with ``--once``. Messages are numbered by their sender, so a
missing number shows: it is told until that message comes. State is committed before a message is acknowledged, and what
comes twice changes nothing.
"""

import argparse
import json
import os
import sqlite3
import sys
import time
from typing import Any

from mesh_client import MeshClient

EVERY = 300
TABLES = """
    CREATE TABLE IF NOT EXISTS state (
        source TEXT, subject TEXT, generation INTEGER, version INTEGER, type TEXT, data TEXT,
        PRIMARY KEY (source, subject)
    );
    CREATE TABLE IF NOT EXISTS message (sender TEXT, number INTEGER, PRIMARY KEY (sender, number));
"""
NEWER = """
    INSERT INTO state VALUES (:source, :subject, :generation, :version, :type, :data)
    ON CONFLICT (source, subject) DO UPDATE
    SET generation = excluded.generation, version = excluded.version, type = excluded.type, data = excluded.data
    WHERE (excluded.generation, excluded.version) > (generation, version)
"""


def apply(connection: sqlite3.Connection, event: dict[str, Any]) -> None:
    """Keep an event's state, unless what is there is as new."""
    if "aggregateversion" not in event:  # a test or a heartbeat, which are of no aggregate
        return
    row = {
        "source": event["source"],
        "subject": event["subject"],
        "generation": event.get("generation", 1),
        "version": event["aggregateversion"],
        "type": event["type"],
        "data": json.dumps(event.get("data")),  # null where the aggregate is gone (`method` is DELETE)
    }
    connection.execute(NEWER, row)


def note(connection: sqlite3.Connection, local_id: str) -> None:
    """Remember which message of which subscription this was: ``sub_1234.17`` is the seventeenth of ``sub_1234``."""
    sender, _, number = local_id.rpartition(".")
    if number.isdigit():
        connection.execute("INSERT OR IGNORE INTO message VALUES (?, ?)", (sender, int(number)))


def tell_gaps(connection: sqlite3.Connection) -> None:
    """Say which messages are missing, of each sender up to the last that came."""
    for sender, last, count in connection.execute("SELECT sender, MAX(number), COUNT(*) FROM message GROUP BY sender"):
        if last > count:
            print(f"{last - count} of {last} messages of {sender} have not come: ask for them again", file=sys.stderr)


def read(client: MeshClient, database: str) -> int:
    """Take all that is in the mailbox; returns how many messages it was."""
    count = 0
    with sqlite3.connect(database, timeout=10) as connection:
        connection.executescript(TABLES)
        for message in client.iterate_all_messages():
            with message:  # acknowledged at its end, unless something went wrong
                if message.message_type == "DATA":
                    for event in json.loads(message.read()):
                        apply(connection, event)
                    note(connection, message.local_id or "")
                    connection.commit()
                    count += 1
        tell_gaps(connection)
    return count


def open_mailbox() -> MeshClient:
    """The mailbox that the environment names."""
    certificate, key = os.environ.get("MESH_CERTIFICATE"), os.environ.get("MESH_PRIVATE_KEY")
    return MeshClient(
        os.environ["MESH_URL"],
        os.environ["MESH_MAILBOX"],
        os.environ["MESH_PASSWORD"],
        shared_key=os.environ["MESH_SHARED_KEY"].encode(),
        cert=(certificate, key) if certificate and key else None,
    )


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--database", default="region.db")
    options.add_argument("--once", action="store_true")
    chosen = options.parse_args()
    while True:
        with open_mailbox() as client:
            client.handshake()
            print(f"{read(client, chosen.database)} messages", flush=True)
        if chosen.once:
            return
        time.sleep(EVERY)


if __name__ == "__main__":
    main()

"""A receiver of webhooks: verifies each delivery, keeps the newest state of every aggregate, then answers.

    pip install standardwebhooks
    WEBHOOK_SECRET=whsec_... python receiver.py --port 8099 --database warehouse.db

In production it stands behind what ends TLS. While a secret is rotated, put both into WEBHOOK_SECRET, with a space
between. What is not answered 2xx comes again, so state is committed before the answer goes out.
"""

import argparse
import json
import os
import sqlite3
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST = 10 * 1_048_576
TABLE = """
    CREATE TABLE IF NOT EXISTS state (
        source TEXT, subject TEXT, generation INTEGER, version INTEGER, type TEXT, data TEXT,
        PRIMARY KEY (source, subject)
    )
"""
NEWER = """
    INSERT INTO state VALUES (:source, :subject, :generation, :version, :type, :data)
    ON CONFLICT (source, subject) DO UPDATE
    SET generation = excluded.generation, version = excluded.version, type = excluded.type, data = excluded.data
    WHERE (excluded.generation, excluded.version) > (generation, version)
"""


def apply(database: str, event: dict[str, Any]) -> None:
    """Keep an event's state, unless what is there is as new: a delivery may come twice."""
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
    with sqlite3.connect(database, timeout=10) as connection:
        connection.execute(NEWER, row)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what it has kept, 400 to what is not signed with a secret of ours."""

    protocol_version = "HTTP/1.1"
    database = ""
    secrets: tuple[str, ...] = ()

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        if length > LARGEST:
            self._answer(413)
            return
        body = self.rfile.read(length)
        if not self._is_ours(body):
            self._answer(400)
            return
        apply(self.database, json.loads(body))
        self._answer(204)

    def _is_ours(self, body: bytes) -> bool:
        """Whether the very bytes that came were signed, within five minutes of now."""
        headers = dict(self.headers.items())
        for secret in self.secrets:
            try:
                Webhook(secret).verify(body, headers)
            except WebhookVerificationError:
                continue
            return True
        return False

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_said: Any) -> None:
        """Say nothing of each request."""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=8099)
    options.add_argument("--database", default="warehouse.db")
    chosen = options.parse_args()
    Receiver.database, Receiver.secrets = chosen.database, tuple(os.environ["WEBHOOK_SECRET"].split())
    with sqlite3.connect(chosen.database) as connection:
        connection.execute(TABLE)
    ThreadingHTTPServer(("127.0.0.1", chosen.port), Receiver).serve_forever()


if __name__ == "__main__":
    main()

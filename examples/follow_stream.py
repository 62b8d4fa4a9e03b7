"""Follow the suite by its stream of server-sent events: events come as they are, with next to no delay.

SUITE_URL=http://127.0.0.1:8000 SUITE_KEY=csk_... python examples/follow_stream.py copy.db
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
from copy_of_state import CopyOfState
from follow_feed import GONE, take_state

SILENT_S = 40
"""Heartbeats come every 15 seconds: who hears nothing for so long has lost the connection."""


def server_events(lines: Iterable[str]) -> Iterator[tuple[str | None, str | None]]:
    """(id, data) of each server-sent event; a heartbeat has an id alone."""
    event_id, data = None, list[str]()
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            event_id = value
        elif name == "data":
            data.append(value)
        elif not line:
            if event_id or data:
                yield event_id, "\n".join(data) if data else None
            event_id, data = None, []


def follow(suite: httpx.Client, copy: CopyOfState) -> None:
    """Take what comes, until the stream breaks off."""
    last = copy.last_event_id
    if last is None:
        last = take_state(suite, copy)
    with suite.stream("GET", "/events/v1/stream", headers={"Last-Event-ID": last or "0"}) as answer:
        if answer.status_code == GONE:
            take_state(suite, copy)
            return
        answer.raise_for_status()
        for event_id, data in server_events(answer.iter_lines()):
            if event_id:
                copy.apply([json.loads(data)] if data else [], event_id)


def main(file: str) -> None:
    headers = {"Authorization": f"Bearer {os.environ['SUITE_KEY']}"}
    copy = CopyOfState(Path(file))
    with httpx.Client(base_url=os.environ["SUITE_URL"], headers=headers, timeout=SILENT_S) as suite:
        while True:
            try:
                follow(suite, copy)
            except httpx.HTTPError as error:
                print(f"{type(error).__name__}: once more in a second", file=sys.stderr)
                time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1])

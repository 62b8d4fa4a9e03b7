"""Follow the suite by its feed: take the state of everything, then ask for what comes next, for as long as you like.

SUITE_URL=http://127.0.0.1:8000 SUITE_KEY=csk_... python examples/follow_feed.py copy.db
"""

import json
import os
import sys
import time
from pathlib import Path

import httpx
from copy_of_state import CopyOfState

WAIT_MS = 20_000
GONE = 410


def take_state(suite: httpx.Client, copy: CopyOfState) -> str:
    """Keep the newest event of every aggregate; returns the event that this is as of."""
    with suite.stream("GET", "/events/v1/state") as answer:
        answer.raise_for_status()
        last = answer.headers.get("last-event-id", "")
        copy.begin(map(json.loads, answer.iter_lines()), last)
    return str(last)


def follow(suite: httpx.Client, copy: CopyOfState) -> None:
    """Take what comes, until stopped. Where the feed does not go back far enough any more, begin anew."""
    last = copy.last_event_id
    if last is None:
        last = take_state(suite, copy)
    while True:
        answer = suite.get("/events/v1/feed", params={"lastEventId": last, "timeout": WAIT_MS})
        if answer.status_code == GONE:
            last = take_state(suite, copy)
            continue
        events = answer.raise_for_status().json()
        last = answer.headers.get("last-event-id", last)
        copy.apply(events, last)


def main(file: str) -> None:
    headers = {"Authorization": f"Bearer {os.environ['SUITE_KEY']}"}
    copy = CopyOfState(Path(file))
    with httpx.Client(base_url=os.environ["SUITE_URL"], headers=headers, timeout=40) as suite:
        while True:
            try:
                follow(suite, copy)
            except httpx.HTTPError as error:
                print(f"{type(error).__name__}: once more in a second", file=sys.stderr)
                time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1])

"""A suite asked to recover and to verify, as an operator asks it over HTTP; and what it says of itself before."""

import time
from typing import Any

import httpx

from tests.faults.settling import health

Found = dict[str, Any]


def ended(client: httpx.Client, collection: str, within: float = 120) -> Found:
    """A recovery, or a verification, that has ended; one that was under way when somebody was killed goes on first."""
    limit = time.monotonic() + within
    while (begun := client.post(f"/operations/v1/{collection}")).status_code == httpx.codes.CONFLICT:
        assert time.monotonic() < limit, begun.text
        time.sleep(0.2)
    path = begun.raise_for_status().headers["location"]
    while (found := client.get(path).json())["state"] in {"waiting", "running"}:
        assert time.monotonic() < limit, found
        time.sleep(0.1)
    assert found["state"] == "succeeded", found
    done: Found = found
    return done


def assert_told_or_whole(client: httpx.Client, names: list[str], within: float = 30) -> None:
    """Somebody is not ready and a verification says what differs; or all are ready, and nothing does.

    Members that were at work while a store was put back have so long to find it: they look once a minute.
    """
    limit = time.monotonic() + within
    while True:
        found, ready = ended(client, "verifications"), health(str(client.base_url).rstrip("/")).get("ready")
        if found["differs"] is not ready:
            return
        words = f"{names} went back, ready is {ready}, and {found['faults']} {found['differences']}"
        assert time.monotonic() < limit, words
        time.sleep(1)

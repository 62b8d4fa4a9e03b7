"""What goes on behind the pages, in the suite that serves them."""

import time
from collections.abc import Callable

import httpx
from playwright.sync_api import Page

from chassis import telemetry
from tests.e2e.portal.conftest import Site


def record(site: Site, indicator: str, period: str, value: str) -> None:
    """Record an observation by the API, as another person's system does."""
    body = {"area": "E06000026", "period": period, "value": value, "status": "final"}
    where = f"{site.url}/indicators/v1/indicators/{indicator}/observations"
    httpx.post(where, json=body, headers={"authorization": f"Bearer {site.key}"}, timeout=60).raise_for_status()


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait as a browser's reader does: what the page asks for is let through only while the browser is listened to."""
    limit = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < limit
        page.wait_for_timeout(50)


def settled() -> int:
    """How many requests the gateway has answered in this process: pages, and the calls that they are made of.

    An answer is counted once it is sent, so a moment after it has come.
    """
    before, now = -1, answered()
    while before != now:
        time.sleep(0.3)
        before, now = now, answered()
    return now


def answered() -> int:
    samples = [sample for metric in telemetry.REQUESTS.collect() for sample in metric.samples]
    counts = [each for each in samples if each.name.endswith("_count") and each.labels["service"] == "gateway"]
    return round(sum(each.value for each in counts))

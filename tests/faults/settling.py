"""Waiting until a suite that was broken has caught up."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

from suite.catch_up import unapplied


def health(url: str) -> dict[str, Any]:
    """Readiness detail; empty while nobody answers."""
    with suppress(httpx.HTTPError, ValueError):
        found: dict[str, Any] = httpx.get(f"{url}/health/ready", timeout=10, trust_env=False).json()
        return found
    return {}


def wait_until(check: Callable[[], object], within: float = 60) -> None:
    """Return once ``check`` is true."""
    limit = time.monotonic() + within
    while not check():
        assert time.monotonic() < limit, f"not within {within} s"
        time.sleep(0.01)


def until_it_answers(url: str, within: float = 60) -> None:
    limit = time.monotonic() + within
    while not health(url):
        assert time.monotonic() < limit, f"nobody answers on {url} within {within} s"
        time.sleep(0.02)


def settle(url: str, within: float = 120) -> None:
    """Return once nothing is unpublished and no consumer is behind, three times in a row."""
    limit, quiet = time.monotonic() + within, 0
    while quiet < 3:
        detail = health(url)
        behind = unapplied(detail)
        quiet = 0 if behind else quiet + 1
        assert time.monotonic() < limit, f"still after {within} s: {behind}\n{detail}"
        time.sleep(0.05)

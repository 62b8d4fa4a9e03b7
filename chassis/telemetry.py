"""Trace context (W3C) and the measures that every process exposes."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from prometheus_client import Counter, Gauge, Histogram

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_request: ContextVar[str | None] = ContextVar("request_id", default=None)

REQUESTS = Histogram("suite_http_request_seconds", "Time to answer a request", ["service", "method", "status"])
PUBLISHED = Counter("suite_relay_published_total", "Events published by the relay", ["service"])
UNPUBLISHED = Gauge("suite_outbox_unpublished", "Events committed and not yet published", ["service"])
UNPUBLISHED_AGE = Gauge("suite_outbox_oldest_seconds", "Age of the oldest unpublished event", ["service"])
APPLIED = Counter("suite_consumer_applied_total", "Events applied", ["consumer"])
PARKED = Counter("suite_consumer_parked_total", "Events parked as dead letters", ["consumer", "reason"])
DEAD_LETTERS = Gauge("suite_dead_letters", "Dead letters waiting for a decision", ["consumer"])
LAG = Gauge("suite_consumer_lag", "Events not yet applied; not a number while the bus does not say", ["consumer"])
BUS = Gauge("suite_bus_reachable", "Whether the bus answered when last asked, 1 or 0", ["service"])
AGE = Gauge("suite_consumer_age_seconds", "Time without progress while events wait; nought when none do", ["consumer"])


def new_traceparent() -> str:
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def continue_trace(header: str | None) -> str:
    """Enter the trace that a caller names, or a new one; returns its traceparent."""
    found = _TRACEPARENT.fullmatch(header or "")
    trace = f"00-{found[1]}-{secrets.token_hex(8)}-01" if found else new_traceparent()
    _current.set(trace)
    return trace


@contextmanager
def request(traceparent: str | None, request_id: str | None) -> Iterator[str]:
    """Be inside one request: in the trace that its caller names and under its id, or new ones; yields the id.

    Both are left at the end: what runs afterwards in the same context, such as the next connection, has its own.
    """
    entered = _current.set(None), _request.set(request_id or secrets.token_hex(16))
    continue_trace(traceparent)
    try:
        yield _request.get() or ""
    finally:
        _current.reset(entered[0])
        _request.reset(entered[1])


def request_id() -> str | None:
    """The id of the request at hand, if one is."""
    return _request.get()


def leave_trace() -> None:
    _current.set(None)


def traceparent() -> str | None:
    return _current.get()


def trace_id(parent: str | None) -> str | None:
    return parent.split("-")[1] if parent else None

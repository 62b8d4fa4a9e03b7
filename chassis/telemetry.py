"""Trace context (W3C), the spans of whoever asks for them, and the measures that every process exposes."""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol

from prometheus_client import Counter, Gauge, Histogram

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_request: ContextVar[str | None] = ContextVar("request_id", default=None)
_span: "ContextVar[Span | None]" = ContextVar("span", default=None)
Kind = Literal["server", "producer", "consumer", "internal"]


class Span(Protocol):
    """Work under way, as a tracing tool will show it."""

    traceparent: str

    def say(self, **attributes: str | int) -> None:
        """Note something about it."""

    def end(self, error: BaseException | None) -> None:
        """It has ended, with an error or without."""


class Spans(Protocol):
    """Where spans are told of (see ``chassis.tracing``)."""

    def begin(self, name: str, kind: Kind, causes: Sequence[str], /) -> Span:
        """A span caused by these (traceparents): of one it is a part, of several it has a trace of its own."""


_spans: Spans | None = None


def use_spans(spans: Spans | None) -> None:
    """Tell ``spans`` of what is done from now on; nobody where it is None, which costs nothing."""
    global _spans  # noqa: PLW0603  one for the process, as measures are
    _spans = spans


REQUESTS = Histogram("suite_http_request_seconds", "Time to answer a request", ["service", "method", "status"])
PUBLISHED = Counter("suite_relay_published_total", "Events published by the relay", ["service"])
UNPUBLISHED = Gauge("suite_outbox_unpublished", "Events committed and not yet published", ["service"])
UNPUBLISHED_AGE = Gauge("suite_outbox_oldest_seconds", "Age of the oldest unpublished event", ["service"])
APPLIED = Counter("suite_consumer_applied_total", "Events applied", ["consumer"])
PARKED = Counter("suite_consumer_parked_total", "Events parked as dead letters", ["consumer", "reason"])
DEAD_LETTERS = Gauge("suite_dead_letters", "Dead letters waiting for a decision", ["consumer"])
LAG = Gauge("suite_consumer_lag", "Events not yet applied; not a number while the bus does not say", ["consumer"])
BUS = Gauge("suite_bus_reachable", "Whether the bus answered when last asked, 1 or 0", ["service"])
LAG_SECONDS = Gauge(
    "suite_consumer_lag_seconds",
    "Time since the newest event applied was published, while others wait; nought when none do, else not a number",
    ["consumer"],
)
AGE = Gauge("suite_consumer_age_seconds", "Time without progress while events wait; nought when none do", ["consumer"])
REFUSING = Gauge("suite_store_refusing", "Whether a store is known to have gone back in time, 1 or 0", ["service"])
JOBS = Gauge("suite_jobs", "Jobs that have not ended, and those that failed within a day", ["member", "state"])
JOBS_AGE = Gauge("suite_jobs_oldest_seconds", "For how long a job has been due; nought when none is", ["member"])
CONNECTIONS = Gauge("suite_database_connections", "Connections to the database that are in use", ["member"])
MOST_CONNECTIONS = Gauge("suite_database_connections_most", "Connections there may be at once", ["member"])
KEYS_REFUSED = Counter("suite_keys_refused_total", "Keys and tokens shown that are not in use")
CALLS_LIMITED = Counter("suite_calls_limited_total", "Calls refused since a caller had none left")
NOTICES_SENT = Counter("suite_notice_attempts_total", "Attempts to send messages to people", ["outcome"])
NOTICES_OPEN = Gauge("suite_notices_open", "Things that wait for people")
NOTICES_UNREACHED = Gauge("suite_notices_unreached", "Things that wait of which nobody is told")
NOTICE_MESSAGES = Gauge("suite_notice_messages", "Messages to people", ["state"])
WEBHOOKS_SENT = Counter("suite_webhook_deliveries_total", "Requests to receivers of webhooks", ["outcome"])
WEBHOOKS = Gauge("suite_webhook_subscriptions", "Subscriptions by webhook", ["status"])
WEBHOOKS_DEAD = Gauge("suite_webhook_dead_aggregates", "Aggregates with an event that a receiver never took")
WEBHOOKS_WAITING = Gauge(
    "suite_webhook_waiting_seconds",
    "For how long something has waited for its receiver, of the subscriptions that wait longest",
    ["subscription"],
)

MAILBOX_SENT = Counter("suite_mailbox_deliveries_total", "Messages sent to mailboxes", ["outcome"])
MAILBOX_MESSAGES = Gauge("suite_mailbox_messages", "Messages to mailboxes that were not acknowledged", ["status"])
MAILBOX_WAITING = Gauge(
    "suite_mailbox_unacknowledged_seconds",
    "For how long a message has waited in its mailbox, of the subscriptions where one waits longest",
    ["subscription"],
)


def new_traceparent() -> str:
    """A new trace that nobody was told of."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def ids_of(traceparent: str) -> tuple[str, str] | None:
    """The ids of trace and span, in hex; None where it is no traceparent."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return (found[1], found[2]) if found else None


def is_told() -> bool:
    """Whether anybody is told of spans: what only they need is not worked out otherwise."""
    return _spans is not None


def _continued(causes: Sequence[str]) -> str:
    """The trace of the only cause; without one, or of several, a new one. That nobody was told of it goes with it."""
    found = ids_of(causes[0]) if len(causes) == 1 else None
    return f"00-{found[0]}-{secrets.token_hex(8)}-00" if found else new_traceparent()


@contextmanager
def span(name: str, kind: Kind, causes: Sequence[str] = ()) -> Iterator[None]:
    """Be inside a span that has these causes, which are traceparents; the trace is entered whether or not it is told.

    What was entered is left at the end: what runs afterwards in the same context has its own.
    """
    told = _spans.begin(name, kind, causes) if _spans is not None else None
    before = _current.set(told.traceparent if told else _continued(causes)), _span.set(told)
    error: BaseException | None = None
    try:
        yield
    except BaseException as raised:
        error = raised
        raise
    finally:
        if told is not None:
            told.end(error)
        _current.reset(before[0])
        _span.reset(before[1])


def say(**attributes: str | int) -> None:
    """Note something about the span at hand, where one is told of."""
    if (found := _span.get()) is not None:
        found.say(**attributes)


@contextmanager
def request(traceparent: str | None, request_id: str | None, name: str = "request") -> Iterator[str]:
    """Be inside one request: in the trace that its caller names and under its id, or new ones; yields the id."""
    entered = _request.set(request_id or secrets.token_hex(16))
    try:
        with span(name, "server", [traceparent] if traceparent else []):
            yield _request.get() or ""
    finally:
        _request.reset(entered)


def request_id() -> str | None:
    """The id of the request at hand, if one is."""
    return _request.get()


def traceparent() -> str | None:
    return _current.get()


def trace_id(parent: str | None) -> str | None:
    return parent.split("-")[1] if parent else None

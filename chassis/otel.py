"""Spans as OpenTelemetry's library makes them. Loaded only where traces are sent: it is an extra."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, Final

from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from chassis import telemetry
from chassis.telemetry import Kind, ids_of

MOST_LINKS: Final = 32
"""Of the causes of a batch so many are named."""
_KINDS: Final[Mapping[Kind, SpanKind]] = {
    "server": SpanKind.SERVER,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
    "internal": SpanKind.INTERNAL,
}
_NAMES: Final[Mapping[str, str]] = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "member": "suite.member",
    "events": "messaging.batch.message_count",
}
"""What is noted about spans, by OpenTelemetry's names where it has one."""
_OURS: Final = 500


class _Drawn(TraceIdRatioBased):
    """Draws traces by their ids with a key of this process's own, so whoever names a trace does not choose."""

    def __init__(self, share: float) -> None:
        super().__init__(share)
        self._key = secrets.token_bytes(16)

    def should_sample(self, parent_context: Context | None, trace_id: int, *more: Any, **named: Any) -> SamplingResult:
        digest = blake2b(trace_id.to_bytes(16, "big"), digest_size=8, key=self._key).digest()
        return super().should_sample(parent_context, int.from_bytes(digest, "big"), *more, **named)


class OtelSpans:
    """Tells an exporter of spans, in batches from a thread of its own.

    Args:
        share: which part of the traces that begin here is told.
        follows: whether a cause says if its trace is told, as where a gateway has drawn it; else it is drawn here.
    """

    def __init__(self, process: str, exporter: SpanExporter, share: float, *, follows: bool = False) -> None:
        sampler = ParentBased(_Drawn(share)) if follows else _Drawn(share)
        resource = Resource.create({SERVICE_NAME: f"commissioning-suite-{process}"})
        self._provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("commissioning-suite")

    def begin(self, name: str, kind: Kind, causes: Sequence[str], /) -> "OtelSpan":
        """A span caused by these: of one it is a part, of several it has a trace of its own with links to them."""
        found = [context for cause in causes[:MOST_LINKS] if (context := _context_of(cause)) is not None]
        parent = set_span_in_context(NonRecordingSpan(found[0]), Context()) if len(found) == 1 else Context()
        links = [Link(context) for context in found] if len(found) > 1 else ()
        return OtelSpan(self._tracer.start_span(name, context=parent, kind=_KINDS[kind], links=links))

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


@contextmanager
def told(process: str, exporter: SpanExporter, share: float, *, follows: bool = False) -> Iterator[None]:
    """Tell ``exporter`` of a share of the spans (see :class:`OtelSpans`); at the end what is left is sent."""
    spans = OtelSpans(process, exporter, share, follows=follows)
    telemetry.use_spans(spans)
    try:
        yield
    finally:
        telemetry.use_spans(None)
        spans.close()


class OtelSpan:
    """One span of the library's."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: Span) -> None:
        context = span.get_span_context()
        self._span = span
        self.traceparent = (
            f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags & TraceFlags.SAMPLED:02x}"
        )

    def say(self, **attributes: str | int) -> None:
        """Note something about it; an answer of ours that failed makes it a failed span."""
        for name, value in attributes.items():
            self._span.set_attribute(_NAMES[name], value)
        status = attributes.get("status")
        if isinstance(status, int) and status >= _OURS:
            self._span.set_status(StatusCode.ERROR)

    def end(self, error: BaseException | None) -> None:
        """It has ended. Of an error its kind is told, never its words."""
        if error is not None:
            self._span.set_attribute("error.type", type(error).__name__)
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


def _context_of(traceparent: str) -> SpanContext | None:
    ids = ids_of(traceparent)
    if ids is None:
        return None
    trace, span = (int(each, 16) for each in ids)
    flags = TraceFlags(int(traceparent[-2:], 16) & TraceFlags.SAMPLED)
    context = SpanContext(trace, span, is_remote=True, trace_flags=flags)
    return context if context.is_valid else None

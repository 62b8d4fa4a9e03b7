"""Traces for OpenTelemetry, of those processes that are told where to send them.

The libraries are an extra (``commissioning-suite[tracing]``) and are loaded where ``TRACES_ENDPOINT`` is set. Whether a
trace is sent is drawn where it comes in, by its id and a key that nobody else knows, so no caller chooses; behind a
gateway its traceparent says what was drawn. Bodies, keys, paths, queries and names of callers are never sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict


class TraceSettings(BaseSettings):
    """Where traces go, and which part of them."""

    model_config = SettingsConfigDict(env_prefix="TRACES_", extra="ignore", env_ignore_empty=True)

    endpoint: HttpUrl | None = None
    """A collector that takes OTLP over HTTP, such as ``http://collector:4318/v1/traces``. None: nothing is traced."""
    share: float = Field(default=0.01, ge=0, le=1)
    """Which part of all traces is sent; of those that came in by a gateway it says which."""


class TracingUnavailable(Exception):  # noqa: N818  named for what it is
    """Traces are asked for, and the libraries that send them are not installed."""


@contextmanager
def traced(process: str, settings: TraceSettings | None = None, *, follows: bool = False) -> Iterator[None]:
    """Send spans of this process while it is at work, where that is asked for; at the end what is left is sent.

    Args:
        process: what the spans say they are of.
        settings: None: as the environment says.
        follows: whether a gateway in front says which traces are sent.

    Raises:
        TracingUnavailable: the libraries are not installed.
    """
    settings = settings or TraceSettings()
    if settings.endpoint is None:
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  an extra

        from chassis.otel import told  # noqa: PLC0415  the same
    except ImportError as error:
        raise TracingUnavailable("TRACES_ENDPOINT is set: install commissioning-suite[tracing] as well.") from error
    with told(process, OTLPSpanExporter(endpoint=str(settings.endpoint)), settings.share, follows=follows):
        yield

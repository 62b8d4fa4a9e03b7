"""Structured logs: an event name with fields, bound to trace and event ids. JSON for machines, plain for people."""

import logging
import re
import sys
from contextlib import suppress
from typing import Any, Final

import structlog

from chassis import telemetry
from chassis.printable import printable

_MARKS: Final = ("csk_", "eyJ", "Bearer ", "Basic ", "://")
"""Of these one stands in a line that holds a secret of a known form; a line is searched only then."""
_SECRETS: Final = re.compile(
    r"(?P<key>csk_[\w-]{4})[\w-]+|eyJ[\w-]{5,}\.[\w.-]+|(?P<scheme>\b(?:Bearer|Basic) )(?!csk_|eyJ)[\w.~+/=-]{16,}"
    r"|(?P<user>://[^\s:/@\x22]*:)[^\s/@\x22]+(?=@)"
)
"""API keys, of which the first characters stay; tokens; what is shown of either kind; passwords in addresses."""


def get_logger(**fields: Any) -> structlog.typing.FilteringBoundLogger:
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(**fields)
    return logger


def configure_logging(*, form: str = "plain", level: str = "INFO") -> None:
    """Send our logs and the libraries' to standard error, in ``form`` ``plain`` or ``json``.

    Ours go there without a detour through the standard library, which costs as much again: a line is left for every
    request.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    rendering = _rendering(form)
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_names: _StandardError(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _route_libraries(shared, rendering, level)


class _StandardError(structlog.WriteLogger):
    """Whole lines. What cannot be written is lost: a full disk or a closed pipe must not fail what is logged."""

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):
            super().msg(message)

    debug = info = warning = error = critical = exception = msg


def _add_trace(_logger: Any, _method: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
    trace = telemetry.trace_id(telemetry.traceparent())
    if trace:
        fields.setdefault("trace", trace)
    request = telemetry.request_id()
    if request:
        fields.setdefault("request", request)
    return fields


def _on_one_line(_logger: Any, _method: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """What a caller sent makes no line of its own and moves no cursor; JSON keeps to that by itself."""
    return {name: printable(value) if isinstance(value, str) else value for name, value in fields.items()}


def _rendering(form: str) -> list[structlog.typing.Processor]:
    if form == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(), _without_secrets]
    plain = structlog.dev.plain_traceback  # the rich one prints local variables, secrets among them
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    return [_on_one_line, console, _without_secrets]


def _without_secrets(_logger: Any, _method: str, line: Any) -> str:
    """Nothing of ours logs one; this holds where an error, or a library, has one in what it says."""
    rendered: str = line
    return _SECRETS.sub(_redacted, rendered) if any(mark in rendered for mark in _MARKS) else rendered


def _redacted(found: re.Match[str]) -> str:
    return f"{found['key'] or found['scheme'] or found['user'] or ''}***"


def _route_libraries(
    shared: list[structlog.typing.Processor], rendering: list[structlog.typing.Processor], level: str
) -> None:
    tail = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=tail))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("uvicorn", "uvicorn.access", "httpx", "httpcore", "aiokafka", "alembic"):
        logging.getLogger(noisy).setLevel("WARNING")
    for theirs in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(theirs).handlers.clear()
        logging.getLogger(theirs).propagate = True

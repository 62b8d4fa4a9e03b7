"""Under which first part of a path each service answers: its name, unless the field has a better word."""

from collections.abc import Mapping
from typing import Final

_FIRST_PARTS: Final[Mapping[str, str]] = {"subscriptions": "events"}
_SERVICES: Final[Mapping[str, str]] = {part: service for service, part in _FIRST_PARTS.items()}


def first_part(service: str) -> str:
    """What the paths of a service begin with, and its scopes and operations: ``events`` of ``subscriptions``."""
    return _FIRST_PARTS.get(service, service)


def service_at(part: str) -> str:
    """The service whose paths begin with this part."""
    return _SERVICES.get(part, part)


_STREAMED: Final = frozenset({"/events/v1/state", "/events/v1/stream"})


def is_streamed(path: str) -> bool:
    """Whether the answer to a GET of this path may be longer than memory, so that it is handed on part by part."""
    return path.endswith((".csv", ".parquet")) or path in _STREAMED

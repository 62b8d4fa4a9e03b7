"""Codes in order."""

from collections.abc import Iterable

from services.indicators.domain.formats.versions import FORMAT, Json, Stored, require_format


def codes_to_json(codes: Iterable[str]) -> Json:
    return {FORMAT: 1, "codes": list(codes)}


def codes_from_json(content: Stored | list[str] | None) -> tuple[str, ...]:
    """Format 0 is the bare list; NULL is none."""
    if content is None:
        return ()
    if isinstance(content, list):
        return tuple(content)
    require_format(content, 1)
    return tuple(content["codes"])

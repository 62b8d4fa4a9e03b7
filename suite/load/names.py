"""Official names in place of those that former versions loaded; what someone named anew stays."""

from collections.abc import Mapping
from typing import Any

from suite.load.dataset import Reference

_NAMES = {
    "frameworks": {"name"},
    "indicators": {"name"},
    "risks": {"controls", "assurances"},
    "funds": {"partners"},
}
"""In which fields of a resource an official name stands."""


def renamed(reference: Reference, kind: str, code: str, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was found of a resource, with official names where former ones stand."""
    official = {row.former: row.name for row in reference.former_names if (row.kind, row.code) == (kind, code)}
    named = _NAMES[kind] if official else set()
    return {field: _replaced(part, official) if field in named else part for field, part in found.items()}


def renamed_fields(
    reference: Reference, kind: str, code: str, body: Mapping[str, Any], found: Mapping[str, Any]
) -> dict[str, Any]:
    """Those fields of a body in which a former name stands, renamed; all else in them as it was found."""
    names = renamed(reference, kind, code, found)
    return {field: names[field] for field in body if field in found and names[field] != found[field]}


def _replaced(found: Any, official: Mapping[str, str]) -> Any:
    if isinstance(found, Mapping):
        return {field: _replaced(part, official) for field, part in found.items()}
    if isinstance(found, list):
        return [_replaced(part, official) for part in found]
    return official.get(found, found) if isinstance(found, str) else found

"""Mappings of files."""

from dataclasses import asdict
from typing import Any

from services.indicators.domain.formats.versions import FORMAT, Json, Stored, require_format
from services.indicators.domain.importing.mapping import DimensionSource, FileMapping


def mapping_to_json(mapping: FileMapping) -> Json:
    return {FORMAT: 1, **asdict(mapping)}


def mapping_from_json(content: Stored) -> FileMapping:
    require_format(content, 1)
    fields = {name: _frozen(value) for name, value in content.items() if name not in {FORMAT, "dimensions"}}
    dimensions = tuple(
        DimensionSource(**{name: _frozen(value) for name, value in each.items()}) for each in content["dimensions"]
    )
    return FileMapping(**fields, dimensions=dimensions)


def _frozen(value: Any) -> Any:
    """Lists as tuples, as a mapping has them."""
    if isinstance(value, dict):
        return {name: _frozen(each) for name, each in value.items()}
    return tuple(value) if isinstance(value, list) else value

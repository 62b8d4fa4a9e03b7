"""An example of what a schema describes, out of the examples, values and bounds that it gives."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_FORMATS: Final = {
    "date": "2018-02-28",
    "date-time": "2018-02-28T09:30:00Z",
    "uuid": "6f1f8e0e-2d6b-4a1f-9a53-0d6c3a8b9f10",
    "uri": "https://www.example.org/",
}
_BY_NAME: Final = {
    "area": "E06000026",
    "indicator": "ae-four-hour-wait",
    "period": "2017/18 Q3",
    "financial_year": "2017/18",
    "quarter": "2017/18 Q3",
    "ref": "OCC4",
    "currency": "GBP",
    "type": "/problems/invalid",
}
_TEXTS: Final = (
    "Integrated commissioning",
    "ae-four-hour-wait",
    "2017/18 Q3",
    "2017/18",
    "E06000026",
    "OCC4",
    "75.18",
    "12",
    "five-by-five@1",
    "sex=male",
    "people",
    "a",
)
_DEPTH: Final = 8


class NoExampleError(Exception):
    """A schema gives too little to make an example of."""


def example_of(schema: Schema, components: Mapping[str, Schema], name: str = "", depth: int = 0) -> Any:
    """One value that ``schema`` allows.

    Args:
        schema: of the value.
        components: what its references lead to, by their last part.
        name: of the property that has the value.
        depth: how far within the whole example; only required properties go deep.

    Raises:
        NoExampleError: nothing that can be thought of is allowed; give the field examples of its own.
    """
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rsplit("/", 1)[1]], components, name, depth)
    given = _given(schema)
    if given and not isinstance(given[0], dict):
        return given[0]
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return _first_of(schema[word], components, name, depth)
    found = _by_type(schema, components, name, depth, bare=bool(given))
    return found | given[0] if given else found


def _given(schema: Schema) -> list[Any]:
    if schema.get("examples"):
        return [schema["examples"][0]]
    return next(([schema[word]] for word in ("example", "const") if word in schema), list(schema.get("enum", ())[:1]))


def _first_of(schemas: Iterable[Schema], components: Mapping[str, Schema], name: str, depth: int) -> Any:
    for each in sorted(schemas, key=lambda schema: schema.get("type") == "null"):
        try:
            return example_of(each, components, name, depth)
        except NoExampleError:
            continue
    raise NoExampleError(name)


def _by_type(schema: Schema, components: Mapping[str, Schema], name: str, depth: int, *, bare: bool) -> Any:
    """``bare`` asks for no more of an object than it must have: the rest is given."""
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return _object(schema, components, name, _DEPTH // 2 if bare else depth)
    if kind == "array":
        return _array(schema, components, name, depth)
    if kind == "string":
        return _text(schema, name)
    if kind in {"integer", "number"}:
        return _number(schema)
    return {"boolean": True, "null": None}.get(str(kind), {})


def _object(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> dict[str, Any]:
    if depth > _DEPTH:
        raise NoExampleError(name)
    required: set[str] = set(schema.get("required", ()))
    found: dict[str, Any] = {}
    for each, inner in schema.get("properties", {}).items():
        if each in required or depth < _DEPTH // 2:
            try:
                found[each] = example_of(inner, components, each, depth + 1)
            except NoExampleError:
                if each in required:
                    raise
    if schema.get("minProperties", 0) > len(found):
        others = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        found["council"] = example_of(next(filter(None, others), {}), components, name, depth + 1)
    return found


def _array(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> list[Any]:
    least = int(schema.get("minItems", 0))
    try:
        item = example_of(schema.get("items", {}), components, name, depth + 1)
    except NoExampleError:
        if least:
            raise
        return []
    return [item] * max(1, least)


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    pattern = re.compile(schema.get("pattern", ""))
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10**6)
    for text in (_BY_NAME.get(name, ""), *_TEXTS):
        if least <= len(text) <= most and text and pattern.search(text):
            return text
    raise NoExampleError(name)


def _number(schema: Schema) -> int:
    least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    most = schema.get("maximum", schema.get("exclusiveMaximum", least + 2))
    return int(least) + 1 if least + 1 <= most else int(least)

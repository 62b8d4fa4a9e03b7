"""The types of JSON, not guessed: no number for a date, no text for a number, no word for true or false."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_PLAIN: Final = frozenset({"bool", "int", "float", "str"})
_FORMS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "date": (re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), "a date such as 2018-02-28"),
    "datetime": (
        re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII),
        "a moment such as 2018-02-28T09:00:00Z",
    ),
    "time": (re.compile(r"\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII), "a time such as 09:00:00"),
}
_NOT_SCHEMAS: Final = frozenset({"metadata", "serialization", "default", "expected", "members", "config", "function"})


def as_strict(schema: CoreSchema) -> CoreSchema:
    """The same schema, which takes values of JSON only as what they are; everything within it likewise."""
    return cast("CoreSchema", _strict(schema))


def _strict(node: Any) -> Any:
    if isinstance(node, list | tuple):
        return type(node)(_strict(each) for each in node)
    if not isinstance(node, dict):
        return node
    changed = {name: value if name in _NOT_SCHEMAS else _strict(value) for name, value in node.items()}
    if isinstance(node.get("fields"), dict):
        changed["fields"] = {name: _strict(field) for name, field in node["fields"].items()}
    return _own_type(changed)


def _own_type(schema: dict[str, Any]) -> Any:
    kind = schema.get("type")
    if not isinstance(kind, str):
        return schema
    if kind in _PLAIN:
        return schema | {"strict": True}
    if kind == "decimal":
        return core_schema.no_info_before_validator_function(_in_text, cast("CoreSchema", schema))
    if kind in _FORMS:
        return core_schema.no_info_before_validator_function(_written(*_FORMS[kind]), cast("CoreSchema", schema))
    return schema


def _written(form: re.Pattern[str], example: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        wrong = isinstance(value, int | float) or (isinstance(value, str) and not form.fullmatch(value.strip()))
        if wrong:
            raise PydanticCustomError("form", "Write {example}", {"example": example})
        return value

    return check


def _in_text(value: Any) -> Any:
    """A decimal travels as text, as the document says: a number of JSON may have gone through a float."""
    if isinstance(value, int | float):
        raise PydanticCustomError("form", 'Write plain digits as text, such as "81.6"')
    return value

"""Breakdowns: which part of a population a figure speaks of, as one value of each dimension it is broken down by."""

import re
from collections.abc import Mapping
from functools import lru_cache, total_ordering
from typing import Annotated, Any, ClassVar, Final, NoReturn

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, SchemaSerializer, core_schema

ALL: Final = "all"
"""The value that stands for no breakdown by its dimension; it is left out."""

MAX_DIMENSION: Final = 40
MAX_VALUE: Final = 60
MAX_TEXT: Final = 98
"""Longest canonical text: with the longest indicator code (80) and area code (20), a subject is at most 200 long."""

DIMENSION_PATTERN: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
VALUE_PATTERN: Final = r"[A-Za-z0-9+\-.,/()]+(?: [A-Za-z0-9+\-.,/()]+)*"
_DIMENSION = re.compile(DIMENSION_PATTERN, re.ASCII)
_VALUE = re.compile(VALUE_PATTERN, re.ASCII)


class UnknownBreakdownError(ValueError):
    """What is no breakdown; the message quotes it and says how one is written."""


@total_ordering
class Breakdown:
    """One value of each dimension that a series is broken down by; none of any is the total.

    Immutable, and ordered by its canonical text: ``dimension=value`` pairs sorted by dimension and joined with ``;``
    (``age=65+;sex=male``), values at ``all`` left out. The empty text is the total. In bodies an object,
    ``{"sex": "male"}``; in queries, tables and subjects its text.
    """

    __slots__ = ("items", "text")

    items: tuple[tuple[str, str], ...]
    text: str

    TOTAL: ClassVar["Breakdown"]

    __pydantic_serializer__: ClassVar[SchemaSerializer] = SchemaSerializer(
        core_schema.any_schema(
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda found: dict(found.items), return_schema=core_schema.dict_schema()
            )
        )
    )
    """Written as an object even in a field that may hold anything."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        """Of a value by dimension.

        Raises:
            UnknownBreakdownError: for a dimension or a value that breaks the grammar, or too much of either.
        """
        items = tuple(sorted(_checked(dimension, value) for dimension, value in (values or {}).items()))
        named = tuple(item for item in items if item[1] != ALL)
        text = ";".join(f"{dimension}={value}" for dimension, value in named)
        if len(text) > MAX_TEXT:
            raise UnknownBreakdownError(f"A breakdown has at most {MAX_TEXT} characters; {text[:40]!r}... has more.")
        object.__setattr__(self, "items", named)
        object.__setattr__(self, "text", text)

    @classmethod
    def parse(cls, text: str) -> "Breakdown":
        """The breakdown of a canonical text; pairs may come in any order, and with ``all``.

        Raises:
            UnknownBreakdownError: for text that is none, or that names a dimension twice.
        """
        return _parse(text)

    def __getitem__(self, dimension: str) -> str:
        """The value of a dimension; ``all`` where it is not broken down by it."""
        return dict(self.items).get(dimension, ALL)

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(dimension for dimension, _ in self.items)

    def without(self, dimension: str) -> "Breakdown":
        return self.with_(dimension, ALL)

    def with_(self, dimension: str, value: str) -> "Breakdown":
        """The same with another value of a dimension; ``all`` leaves it out."""
        return Breakdown(dict(self.items) | {dimension: value})

    def __bool__(self) -> bool:
        """Whether it is anything but the total."""
        return bool(self.items)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a breakdown does not change: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a breakdown does not change: {name}")

    def __reduce__(self) -> tuple[type["Breakdown"], tuple[dict[str, str]]]:
        return Breakdown, (dict(self.items),)

    def __eq__(self, other: object) -> bool:
        return self.text == other.text if isinstance(other, Breakdown) else NotImplemented

    def __lt__(self, other: "Breakdown") -> bool:
        return self.text < other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Breakdown({self.text!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _from_body,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda found: dict(found.items),
                return_schema=core_schema.dict_schema(core_schema.str_schema(), core_schema.str_schema()),
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": "object",
            "additionalProperties": {"type": "string", "maxLength": MAX_VALUE},
            "description": "A value of each dimension the series is broken down by; empty is the total",
            "examples": [{"sex": "male"}],
        }


def _checked(dimension: str, value: str) -> tuple[str, str]:
    if len(dimension) > MAX_DIMENSION or not _DIMENSION.fullmatch(dimension):
        raise UnknownBreakdownError(
            f"{dimension[:40]!r} is no dimension: lower-case words joined by hyphens, at most {MAX_DIMENSION} long."
        )
    if len(value) > MAX_VALUE or not _VALUE.fullmatch(value):
        raise UnknownBreakdownError(
            f"{value[:40]!r} is no value of {dimension}: letters, digits, single spaces and +-.,/() only, "
            f"at most {MAX_VALUE} long."
        )
    return dimension, value


@lru_cache(maxsize=4096)
def _parse(text: str) -> Breakdown:
    found: dict[str, str] = {}
    for pair in text.split(";") if text else ():
        dimension, equals, value = pair.partition("=")
        if not equals or dimension in found:
            raise UnknownBreakdownError(
                f"{text[:40]!r} is no breakdown. Write dimension=value, joined with ';', each dimension once, "
                "such as age=65+;sex=male; nothing for the total."
            )
        found[dimension] = value
    return Breakdown(found)


Breakdown.TOTAL = Breakdown()


def _from_body(value: object) -> Breakdown:
    if isinstance(value, Breakdown):
        return value
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in [*value, *value.values()]):
        raise PydanticCustomError("breakdown", 'A breakdown is an object of texts, such as {{"sex": "male"}}')
    return _refused_as_field(Breakdown, value)


def _from_text(value: object) -> Breakdown:
    if isinstance(value, Breakdown):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("breakdown", "A breakdown is text here, such as sex=male")
    return _refused_as_field(Breakdown.parse, value)


def _refused_as_field(read: Any, value: Any) -> Breakdown:
    try:
        found: Breakdown = read(value)
    except UnknownBreakdownError as error:
        raise PydanticCustomError("breakdown", "{reason}", {"reason": str(error)}) from error
    return found


BreakdownText = Annotated[
    Breakdown,
    PlainValidator(_from_text),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": 400,
            "description": "A breakdown as its canonical text; empty, or left out, is the total",
            "examples": ["sex=male", "age=65+;sex=male"],
        }
    ),
]
"""A breakdown as query parameters carry it."""

"""The JSON Schemas of events as they are served: every one that a type ever had, and an example of each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from chassis.errors import NotFound

PREFIX: Final = "/schemas/"
_CONTRACTS: Final = files("contracts")


@dataclass(frozen=True, slots=True)
class EventSchema:
    """A schema of an event type. ``number`` counts them; the last is of what is published now."""

    type: str
    number: int
    schema: Mapping[str, Any]
    example: Mapping[str, Any]

    @property
    def address(self) -> str:
        return f"{PREFIX}{self.type}/{self.number}"


@cache
def list_schemas() -> Sequence[EventSchema]:
    """Every schema, by type and number."""
    types = sorted(folder.name for folder in (_CONTRACTS / "schemas").iterdir() if folder.is_dir())
    return [each for type_ in types for each in _of_type(type_)]


def _of_type(type_: str) -> Sequence[EventSchema]:
    numbers = sorted(int(file.name.removesuffix(".json")) for file in (_CONTRACTS / "schemas" / type_).iterdir())
    return [EventSchema(type_, number, _schema(type_, number), _example(type_, number)) for number in numbers]


def _schema(type_: str, number: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((_CONTRACTS / "schemas" / type_ / f"{number}.json").read_text("utf-8"))
    return found


def _example(type_: str, number: int) -> Mapping[str, Any]:
    """The last event that was kept as an example of this schema."""
    named = sorted(
        (file for file in (_CONTRACTS / "golden" / type_).iterdir() if file.name.startswith(f"{number}-")),
        key=lambda file: file.name,
    )
    found: Mapping[str, Any] = json.loads(named[-1].read_text("utf-8"))
    return found


def get_schema(type_: str, number: str | None = None) -> EventSchema:
    """A schema of a type, the newest where no number is given.

    Raises:
        NotFound: there is none.
    """
    for each in reversed(list_schemas()):
        if each.type == type_ and number in {None, str(each.number)}:
            return each
    raise NotFound("There is no such schema; /schemas lists them.")

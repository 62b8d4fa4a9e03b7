"""How event types have changed: which fields each schema has that the one before had not, and the other way round."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

from gateway.documents.event_schemas import EventSchema
from gateway.documents.pages import page

_DEPTH = 12
"""Schemas that hold one another are followed no deeper."""


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One schema of a type against the one before; the first of a type has nothing before it."""

    type: str
    number: int
    address: str
    added: Sequence[str]
    removed: Sequence[str]

    @property
    def is_first(self) -> bool:
        return self.number == 1


def list_changes(schemas: Sequence[EventSchema]) -> Sequence[SchemaChange]:
    """Every schema by type and number, with the fields of its data that came and went."""
    return [change for _, group in groupby(schemas, key=lambda each: each.type) for change in _of_type(list(group))]


def _of_type(schemas: Sequence[EventSchema]) -> Iterator[SchemaChange]:
    before: set[str] = set()
    for each in schemas:
        fields = set(_fields(each.schema))
        added = sorted(fields - before) if each.number > 1 else []
        yield SchemaChange(each.type, each.number, each.address, added, sorted(before - fields))
        before = fields


def _fields(schema: Mapping[str, Any]) -> Iterator[str]:
    """Every field of an event's data by its path: ``series[].value``."""
    definitions: Mapping[str, Any] = schema.get("$defs", {})
    return _within(schema["properties"]["data"], definitions, "", _DEPTH)


def _within(node: Mapping[str, Any], definitions: Mapping[str, Any], path: str, depth: int) -> Iterator[str]:
    if "$ref" in node:
        node = definitions[str(node["$ref"]).rsplit("/", 1)[1]]
    if not depth:
        return
    for name, inner in node.get("properties", {}).items():
        at = f"{path}.{name}" if path else name
        yield at
        yield from _within(inner, definitions, at, depth - 1)
    for form in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _within(form, definitions, path, depth - 1)
    if isinstance(items := node.get("items"), dict):
        yield from _within(items, definitions, f"{path}[]", depth - 1)


def page_of_changes(changes: Sequence[SchemaChange]) -> str:
    """The same for people, a part for each type."""
    told = (
        "<p>Types only ever grow: old readers read new events, and new readers old ones. What could not be said so "
        "is another type.</p>"
    )
    parts = "".join(_part(type_, list(group)) for type_, group in groupby(changes, key=lambda each: each.type))
    return page("Changes of events", f"{told}\n{parts}")


def _part(type_: str, changes: Sequence[SchemaChange]) -> str:
    items = "".join(f"<li>{_said(each)}</li>\n" for each in reversed(changes))
    return f"<section><h2><code>{escape(type_)}</code></h2>\n<ul>{items}</ul></section>\n"


def _said(change: SchemaChange) -> str:
    schema = f'<a href="{escape(change.address)}">Schema {change.number}</a>'
    if change.is_first:
        return f"{schema}: the first"
    words = [("new", change.added), ("no longer", change.removed)]
    told = [f"{word} {', '.join(f'<code>{escape(each)}</code>' for each in named)}" for word, named in words if named]
    return f"{schema}: {'; '.join(told) or 'no other fields, but what they may hold is said more exactly'}"

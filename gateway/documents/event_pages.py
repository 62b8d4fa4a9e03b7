"""The AsyncAPI document and the schemas of events, for people to read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any, Final

from gateway.documents.event_schemas import PREFIX, EventSchema, get_schema
from gateway.documents.pages import page

_TOLD: Final = (
    "<p>What the services publish: CloudEvents 1.0 as structured JSON, at least once, in order per key. "
    'The document itself, for tools, is <a href="/asyncapi.json">/asyncapi.json</a>.</p>'
)


def page_of_events(document: Mapping[str, Any]) -> str:
    """The AsyncAPI document: its topics, and its messages with their fields and an example."""
    messages: Mapping[str, Any] = document["components"]["messages"]
    channels = "\n".join(_channel(name, each) for name, each in document["channels"].items())
    shown = "\n".join(_message(type_, each) for type_, each in messages.items())
    return page("Events", f"{_TOLD}\n<h2>Topics</h2>\n{channels}\n<h2>Events</h2>\n{shown}")


def _channel(name: str, channel: Mapping[str, Any]) -> str:
    types = "".join(f'<li><a href="#{escape(type_)}">{escape(type_)}</a></li>' for type_ in channel["messages"])
    return (
        f'<section id="{escape(name)}"><h3><code>{escape(channel["address"])}</code></h3>\n'
        f"<p>{escape(channel['description'])}</p>\n<ul>{types}</ul></section>"
    )


def _message(type_: str, message: Mapping[str, Any]) -> str:
    schema = get_schema(type_)
    address, example = escape(schema.address), escape(json.dumps(schema.example, indent=2, ensure_ascii=False))
    return (
        f'<section id="{escape(type_)}"><h3><code>{escape(type_)}</code></h3>\n<p>{escape(message["summary"])}</p>\n'
        f"{_fields(schema)}\n"
        f'<p>JSON Schema: <a href="{address}">{address}</a></p>\n'
        f"<details><summary>An example</summary>\n<pre>{example}</pre></details></section>"
    )


def _fields(schema: EventSchema) -> str:
    """What its data holds, a row for each field."""
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{escape(meaning)}</td></tr>\n"
        for name, kind, meaning in _rows(schema.schema)
    )
    head = '<tr><th scope="col">Field of data</th><th scope="col">Kind</th><th scope="col">Meaning</th></tr>'
    return f"<table>\n{head}\n{rows}</table>"


def _rows(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    definitions: Mapping[str, Any] = schema.get("$defs", {})
    data = _resolved(schema["properties"]["data"], definitions)
    for name, field in data["properties"].items():
        yield name, _kind(field), str(field.get("description") or _resolved(field, definitions).get("description", ""))


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = definitions[_name(schema)] if "$ref" in schema else schema
    return found


def _name(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[1]


def _kind(schema: Mapping[str, Any]) -> str:
    """In a few words what a field may hold."""
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    kind = str(schema.get("format") or schema.get("type", "anything"))
    return f"list of {_kind(schema['items'])}" if "items" in schema else kind


def page_of_schemas(schemas: Sequence[EventSchema]) -> str:
    """Every schema of every type, with the newest first to be seen."""
    rows = "".join(_type_row(type_, list(group)) for type_, group in groupby(schemas, key=lambda each: each.type))
    head = '<tr><th scope="col">Type</th><th scope="col">Newest</th><th scope="col">All it ever had</th></tr>'
    told = "<p>Of every event that is or ever was on the bus. Each goes with all others of its type, both ways.</p>"
    return page("Schemas of events", f"{told}\n<table>\n{head}\n{rows}</table>")


def _type_row(type_: str, schemas: Sequence[EventSchema]) -> str:
    numbers = " ".join(f'<a href="{escape(each.address)}">{each.number}</a>' for each in schemas)
    newest = f'<a href="{escape(PREFIX + type_)}">{escape(PREFIX + type_)}</a>'
    return f"<tr><td><code>{escape(type_)}</code></td><td>{newest}</td><td>{numbers}</td></tr>\n"

"""What fields and parameters mean, put into a service's document.

A field or parameter that describes itself where it is declared keeps that. All others are found among the words of the
service and of ``contracts``: by ``Body.field`` where a name means something of its own in one body, else by ``field``;
a parameter by ``query.name`` or ``path.name``, else by its name. What is found nowhere stays without a description: a
test lists it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.descriptions import DESCRIPTIONS

Document = dict[str, Any]
Words = Mapping[str, str]


def describe(document: Document, words: Words) -> None:
    """Describe the properties and parameters of ``document`` in place."""
    found = {**DESCRIPTIONS, **words}
    for name, schema in document["components"]["schemas"].items():
        _describe_properties(schema, name, found)
    for parameter in _parameters(document):
        _describe(parameter, parameter["name"], parameter["in"], found)
        parameter.get("schema", {}).pop("title", None)


def _parameters(document: Document) -> Iterator[Document]:
    for methods in document.get("paths", {}).values():
        for operation in methods.values():
            yield from (each for each in operation.get("parameters", ()) if "name" in each)


def _describe_properties(schema: Document, owner: str, words: Words) -> None:
    """Those of ``schema`` and of what it is made of; only what has a name keeps a title."""
    for name, inner in schema.get("properties", {}).items():
        if isinstance(inner, dict):
            _describe(inner, name, owner, words)
            _untitle(inner, owner, words)
    for each in _parts(schema):
        _untitle(each, owner, words)


def _untitle(schema: Document, owner: str, words: Words) -> None:
    schema.pop("title", None)
    for each in (*_parts(schema), schema.get("items"), schema.get("additionalProperties")):
        if isinstance(each, dict):
            _untitle(each, owner, words)
    _describe_properties({"properties": schema.get("properties", {})}, owner, words)


def _parts(schema: Document) -> Iterator[Document]:
    for word in ("anyOf", "oneOf", "allOf"):
        yield from schema.get(word, ())


def _describe(shown: Document, name: str, owner: str, words: Words) -> None:
    meaning = shown.get("description") or words.get(f"{owner}.{name}") or words.get(name)
    if meaning:
        shown["description"] = meaning

"""The data contract of the events, in the Open Data Contract Standard 3.1: for platforms that govern what they take in.

It says what the AsyncAPI document and the schemas say, in the words of that standard, and is made of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.event_types import EVENTS
from contracts.topics import events_topic
from gateway.documents.event_schemas import EventSchema, get_schema, list_schemas

Document = dict[str, Any]

MEDIA_TYPE: Final = "application/yaml"
_LOGICAL: Final = {"date": "date", "date-time": "timestamp"}
_ENVELOPE: Final = ("id", "source", "type", "subject", "time", "aggregateversion", "generation")
"""Attributes of an event beside its data that a reader goes by."""
_DESCRIPTION: Final = {
    "purpose": "Follow every change of indicators, risks, promises and money that a council and an NHS body plan "
    "and pay together.",
    "usage": "Take the state of everything at /events/v1/state, then follow /events/v1/feed, /events/v1/stream or the "
    "Kafka topics. Compare (generation, aggregateversion) of a subject and leave out what is not above what you have.",
    "limitations": "At least once, in order per subject; across services in the order of arrival. Values and money are "
    "decimal strings. Fields that are optional in the schema may come and go.",
}


def data_contract(keep_days: float = 30) -> Document:
    """The contract. ``keep_days``: how long the feed keeps every event; the newest of each aggregate stays."""
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "commissioning-suite-events",
        "name": "Commissioning Suite events",
        "version": f"1.{len(list_schemas())}.0",
        "status": "active",
        "domain": "commissioning",
        "dataProduct": "Commissioning Suite",
        "description": dict(_DESCRIPTION),
        "servers": [
            {"server": "feed", "type": "api", "location": "/events/v1/feed"},
            {"server": "kafka", "type": "kafka", "host": "kafka:9092", "format": "json"},
        ],
        "schema": [_object(service, type_) for service, types in EVENTS.items() for type_ in types],
        "slaProperties": [
            {"property": "retention", "value": keep_days, "unit": "d", "element": "feed"},
            {"property": "frequency", "value": "as it happens"},
        ],
        "roles": [
            {"role": scope, "access": "read", "description": f"Events of {service}, beside events:read"}
            for service in EVENTS
            for scope in [f"{service}:read"]
        ],
        "authoritativeDefinitions": [
            {"url": "/asyncapi.json", "type": "asyncapi"},
            {"url": "/schemas", "type": "jsonSchema"},
            {"url": "/schemas/changelog", "type": "changelog"},
        ],
    }


def _object(service: str, type_: str) -> Document:
    schema = get_schema(type_)
    return {
        "name": type_,
        "physicalName": events_topic(service),
        "physicalType": "topic",
        "logicalType": "object",
        "description": str(schema.schema.get("description") or type_).split("\n", 1)[0],
        "properties": list(_properties(schema)),
        "authoritativeDefinitions": [{"url": schema.address, "type": "jsonSchema"}],
    }


def _properties(schema: EventSchema) -> Iterator[Document]:
    definitions: Mapping[str, Any] = schema.schema.get("$defs", {})
    required = set(schema.schema.get("required", ()))
    for name in _ENVELOPE:
        found = _property(name, schema.schema["properties"][name], definitions, is_required=name in required)
        yield found | ({"primaryKey": True, "primaryKeyPosition": 1, "unique": True} if name == "id" else {})
    data = _resolved(schema.schema["properties"]["data"], definitions)
    within = set(data.get("required", ()))
    inner = [
        _property(name, each, definitions, is_required=name in within) for name, each in data["properties"].items()
    ]
    yield {"name": "data", "logicalType": "object", "required": True, "properties": inner}


def _property(name: str, node: Mapping[str, Any], definitions: Mapping[str, Any], *, is_required: bool) -> Document:
    forms = [_resolved(each, definitions) for each in node.get("anyOf", [node])]
    known = [each for each in forms if each.get("type") != "null"]
    found: Document = {"name": name, "logicalType": _logical(known[0]) if known else "object"}
    if found["logicalType"] == "array":
        found["items"] = {"logicalType": _logical(_resolved(known[0].get("items", {}), definitions))}
    found["required"] = is_required and len(known) == len(forms)
    if meaning := node.get("description") or (known[0].get("description") if known else None):
        found["description"] = str(meaning)
    return found


def _resolved(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = definitions[str(node["$ref"]).rsplit("/", 1)[1]] if "$ref" in node else node
    return found


def _logical(node: Mapping[str, Any]) -> str:
    return _LOGICAL.get(str(node.get("format")), str(node.get("type", "object")))

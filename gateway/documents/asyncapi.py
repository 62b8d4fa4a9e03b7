"""The AsyncAPI document: which events the services publish, on which topics, and how to read them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from contracts.envelope import Body, CloudEvent
from contracts.event_types import BODIES, DIGESTS, EVENTS
from contracts.topics import digest_topic, events_topic, state_topic

Document = dict[str, Any]
_SCHEMAS: Final = "#/components/schemas/"
_KEY: Final = {"type": "string", "description": "The event's subject: its aggregate"}
_SERVERS: Final = {
    "kafka": {
        "host": "{broker}",
        "protocol": "kafka",
        "description": "The deployment's broker. The embedded run has none: its events stay in its data folder.",
        "variables": {
            "broker": {
                "default": "kafka:9092",
                "description": "As `KAFKA_BOOTSTRAP_SERVERS` names it to the services",
            }
        },
    },
    "https": {
        "host": "{suite}",
        "protocol": "https",
        "description": "The suite's own address: the feed and the stream of all events, for who has no broker",
        "variables": {"suite": {"default": "suite.example", "description": "Where the gateway is reached"}},
        "security": [{"$ref": "#/components/securitySchemes/bearer"}],
    },
}
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key with `events:read` and the `:read` of the services to follow",
}
_OVER_HTTP: Final = {
    "feed": ("/events/v1/feed", "Every event of all services, asked for by long polling: a batch of CloudEvents"),
    "stream": ("/events/v1/stream", "The same as server-sent events, each with its id"),
}
"""Channels beside the topics, by name: address and what they are."""
_INFO: Final = {
    "title": "Commissioning Suite events",
    "version": "1.0.0",
    "description": "What the services publish: CloudEvents 1.0, at least once, in order per key.",
    "contact": {"name": "Commissioning Suite"},
}


def event_schema(body: type[Body]) -> Document:
    """JSON Schema of the whole event, as it travels."""
    return CloudEvent[body].model_json_schema(mode="serialization")  # type: ignore[valid-type]  # built at run time


def asyncapi() -> Document:
    """The AsyncAPI 3.1 document. Schemas that several messages share stand once."""
    schemas: Document = {}
    messages = {type_: _message(type_, body, schemas) for type_, body in BODIES.items()}
    channels = dict(pair for service in EVENTS for pair in _channels(service)) | dict(_channels_over_http())
    return {
        "asyncapi": "3.1.0",
        "info": dict(_INFO),
        "defaultContentType": "application/cloudevents+json",
        "servers": dict(_SERVERS),
        "channels": channels,
        "operations": {f"receive_{name}": _receive(name) for name in channels},
        "components": {"messages": messages, "schemas": schemas, "securitySchemes": {"bearer": dict(_BEARER)}},
    }


def _channels(service: str) -> Iterator[tuple[str, Document]]:
    messages, digests = _references(EVENTS[service]), _references(DIGESTS)
    log, state = events_topic(service), state_topic(service)
    yield service, _channel(log, messages, f"Every event of {service}, in order per key")
    yield f"{service}State", _channel(state, messages, f"The newest event of each aggregate of {service}; compacted")
    digest = "Once a minute where something changed: versions of all aggregates in short; compacted"
    yield f"{service}Digest", _channel(digest_topic(service), digests, digest)


def _channels_over_http() -> Iterator[tuple[str, Document]]:
    messages = _references(type_ for types in EVENTS.values() for type_ in types)
    for name, (address, description) in _OVER_HTTP.items():
        yield name, _channel(address, messages, description, server="https")


def _references(types: Iterable[str]) -> Document:
    return {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in types}


def _channel(address: str, messages: Document, description: str, server: str = "kafka") -> Document:
    bindings = {"bindings": {"kafka": {"topic": address}}} if server == "kafka" else {}
    return {
        "address": address,
        "description": description,
        "servers": [{"$ref": f"#/servers/{server}"}],
        "messages": messages,
        **bindings,
    }


def _receive(channel: str) -> Document:
    over_http = {"bindings": {"http": {"method": "GET", "bindingVersion": "0.3.0"}}} if channel in _OVER_HTTP else {}
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": f"{'Read' if over_http else 'Read the topic of'} {channel}",
        **over_http,
    }


def _message(type_: str, body: type[Body], schemas: Document) -> Document:
    summary = (body.__doc__ or type_).split("\n", 1)[0]
    return {
        "name": type_,
        "title": type_,
        "summary": summary,
        "contentType": "application/cloudevents+json",
        "payload": {"$ref": _SCHEMAS + _hoist(type_, event_schema(body), schemas)},
        "bindings": {"kafka": {"key": dict(_KEY)}},
    }


def _hoist(type_: str, schema: Document, schemas: Document) -> str:
    """Put a schema and those within it among ``schemas``; returns its name there.

    One that means something else under the same name than in another event is named after its event, too.
    """
    within = schema.pop("$defs", {})
    same = {name: name for name in within}
    names = {
        name: name if schemas.get(name) in (None, _renamed(each, same)) else f"{name}-{type_}"
        for name, each in within.items()
    }
    for name, each in within.items():
        schemas[names[name]] = _renamed(each, names)
    schemas[f"{type_}.event"] = _renamed(schema, names)
    return f"{type_}.event"


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """The same schema with its references leading to where its definitions stand now."""
    if isinstance(node, list):
        return [_renamed(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _SCHEMAS + names[value.rsplit("/", 1)[1]] if _is_reference(key, value) else _renamed(value, names)
        for key, value in node.items()
    }


def _is_reference(key: str, value: object) -> bool:
    return key == "$ref" and isinstance(value, str)

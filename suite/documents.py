"""The documents of the whole suite: the joined OpenAPI of its calls and the AsyncAPI of its events."""

import json
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import Any

from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.web.app import build_app
from chassis.web.units import Resources
from contracts import finance, indicators, pledges, risks
from contracts.envelope import Body, CloudEvent
from contracts.topics import events_topic, state_topic
from gateway.app import create_gateway
from gateway.proxy.upstreams import in_process
from suite.compose import SPECS

EVENTS: dict[str, dict[str, type[Body]]] = {
    "indicators": {indicators.INDICATOR_UPDATED: indicators.IndicatorUpdated},
    "risks": {risks.RISK_RESCORED: risks.RiskRescored, risks.RISK_REVIEWED: risks.RiskReviewed},
    "finance": {finance.SAVING_RESTATED: finance.SavingRestated},
    "pledges": {pledges.PLEDGE_UPDATED: pledges.PledgeUpdated},
}
"""Every event the suite publishes: service, type, body."""


async def openapi() -> str:
    """The joined document, from the apps themselves; needs no database."""
    with TemporaryDirectory() as folder:  # nothing is written: an app wants a database to point at
        databases = {name: Database(f"sqlite+aiosqlite:///{folder}/{name}.db", SPECS[name].metadata) for name in SPECS}
        return await _joined(databases)


async def _joined(databases: Mapping[str, Database]) -> str:
    plain = ServiceSettings()
    apps = {
        name: build_app(spec, Resources(databases[name], plain)) for name, spec in SPECS.items() if name != "gateway"
    }
    upstreams = {name: in_process(name, app) for name, app in apps.items()}
    gateway = create_gateway(Resources(databases["gateway"], plain), upstreams)
    async with in_process("gateway", gateway) as client:
        document = (await client.get("/openapi.json")).json()
    for upstream in upstreams.values():
        await upstream.aclose()
    for database in databases.values():
        await database.close()
    return json.dumps(document, indent=2)


def event_schema(body: type[Body]) -> dict[str, Any]:
    """JSON Schema of the whole event, as it travels."""
    return CloudEvent[body].model_json_schema(mode="serialization")  # type: ignore[valid-type]  # built at run time


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document."""
    channels, operations, messages = {}, {}, {}
    for service, types in EVENTS.items():
        refs = {}
        for type_, body in types.items():
            messages[type_] = _message(type_, body)
            refs[type_] = {"$ref": f"#/components/messages/{type_}"}
        channels[service] = {"address": events_topic(service), "messages": refs}
        channels[f"{service}State"] = {"address": state_topic(service), "messages": refs}
        for channel in (service, f"{service}State"):
            operations[f"receive_{channel}"] = {"action": "receive", "channel": {"$ref": f"#/channels/{channel}"}}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Commissioning Suite events",
            "version": "1.0.0",
            "description": "What the services tell the world: CloudEvents 1.0, at least once, in order per key.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _message(type_: str, body: type[Body]) -> dict[str, Any]:
    return {"name": type_, "summary": (body.__doc__ or "").split("\n", 1)[0], "payload": event_schema(body)}

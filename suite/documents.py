"""The joined OpenAPI document, without a suite that runs."""

import json
from collections.abc import Mapping
from tempfile import TemporaryDirectory

from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from chassis.web.app import build_app
from chassis.web.units import Resources
from gateway.app import create_gateway
from gateway.proxy.upstreams import in_process
from gateway.settings import GatewaySettings
from suite.compose import SPECS


async def openapi() -> str:
    """The joined document, from the apps themselves; needs no database."""
    with TemporaryDirectory() as folder:  # nothing is written: an app wants a database to point at
        databases = {name: Database(f"sqlite+threads:///{folder}/{name}.db", SPECS[name].metadata) for name in SPECS}
        return await _joined(databases)


async def _joined(databases: Mapping[str, Database]) -> str:
    plain = ServiceSettings().model_copy(update={"gateway_keys": None})
    apps = {
        name: build_app(spec, Resources(databases[name], plain)) for name, spec in SPECS.items() if name != "gateway"
    }
    upstreams = {name: in_process(name, app) for name, app in apps.items()}
    patient = GatewaySettings(document_timeout=600)
    gateway = create_gateway(Resources(databases["gateway"], plain), upstreams, patient)
    async with in_process("gateway", gateway) as client:
        document = (await client.get("/openapi.json")).json()
    for upstream in upstreams.values():
        await upstream.aclose()
    for database in databases.values():
        await database.close()
    return json.dumps(document, indent=2)

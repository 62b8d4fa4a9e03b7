"""Every operation of every service is open to the scopes that it documents, and to no other."""

import re
from collections.abc import MutableMapping
from importlib import import_module
from typing import Any

import pytest
from fastapi import FastAPI

from chassis.errors import InsufficientScope
from chassis.identity import Caller
from chassis.web.operations import operations_of, with_scopes
from chassis.web.units import Resources, writing
from contracts.scopes import ADMIN, SCOPES
from gateway.access.app import create_access
from gateway.access.keyring import Keyring
from gateway.operations.app import create_operations
from gateway.operations.services import Services
from gateway.reports.app import create_reports
from gateway.reports.asking import SuiteApi
from gateway.settings import SERVICES
from portal.settings import PortalSettings
from tests.conftest import ResourcesFor
from tests.integration.gateway.conftest import SIGNER, signed_for

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


async def asked(app: FastAPI, bearer: str, method: str, path: str) -> tuple[int, bytes]:
    """Status and body of a call with a parameter that no operation has, so that nothing is done by it."""
    answer: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: MutableMapping[str, Any]) -> None:
        answer.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"no_such=1",
        "headers": [(b"authorization", bearer.encode())],
        "scheme": "http",
        "root_path": "",
    }
    await app(scope, receive, send)
    return answer[0]["status"], answer[1]["body"]


async def app_of(name: str, resources_for: ResourcesFor) -> FastAPI:
    if name in SERVICES:
        found: FastAPI = import_module(f"services.{name}.app").create_app(
            await resources_for(f"services.{name}", settings=signed_for(name))
        )
        return found
    resources: Resources = await resources_for("gateway", settings=signed_for(name))
    metadata = resources.database.metadata
    if name == "operations":
        return create_operations(resources, metadata, Services({}, SIGNER))
    if name == "reports":
        return create_reports(resources, metadata, SuiteApi(), PortalSettings())
    return create_access(resources, metadata, Keyring(resources.database, 0), SuiteApi())


@pytest.mark.parametrize("name", [*SERVICES, "operations", "access", "reports"])
async def test_every_operation_is_open_to_its_scopes_alone(name: str, resources_for: ResourcesFor) -> None:
    app = await app_of(name, resources_for)
    spec = app.state.spec
    operations = list(with_scopes(operations_of(app.routes, writing), spec))
    assert {*spec.scopes, *spec.deprecated} <= {each.id for each in operations}, "each that is named is there"
    for operation in operations:
        path = re.sub(r"\{[^}]+\}", "x", operation.path)
        assert set(operation.scopes) <= set(SCOPES)
        for scope in SCOPES:
            bearer = SIGNER.bearer(Caller("Ana", frozenset({scope})), name, operation.method, path)
            status, body = await asked(app, bearer, operation.method, path)
            if scope == ADMIN or scope in operation.scopes:
                assert status == 422, (operation.method, path, scope, body)
            else:
                assert (status, b"insufficient-scope" in body) == (403, True), (operation.method, path, scope)
                assert str(InsufficientScope(operation.scopes).detail).encode() in body


async def test_whoever_sees_how_the_suite_works_changes_nothing_of_it(resources_for: ResourcesFor) -> None:
    app = await app_of("operations", resources_for)
    document = app.openapi()["paths"]
    asked_for = {
        tuple(operation["x-scopes"])
        for item in document.values()
        for method, operation in item.items()
        if method != "get"
    }
    assert asked_for == {("operations:operate",)}
    bearer = SIGNER.bearer(
        Caller("Ana", frozenset({"operations:read"})), "operations", "POST", "/operations/v1/replays"
    )
    status, body = await asked(app, bearer, "POST", "/operations/v1/replays")
    assert (status, b"operations:operate" in body) == (403, True)

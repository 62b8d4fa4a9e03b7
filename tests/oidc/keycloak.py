"""Keycloak, as councils run it: a realm with people, a client of the pages and one of a machine."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from suite.engines.process import free_port
from tests.oidc.provider import AUDIENCE, SECRET

FOLDER: Final = Path(__file__).parents[2] / "build" / "keycloak"
REALM: Final = "council"
PASSWORD: Final = "any"
SECONDS: Final = 240
"""How long it may take to begin, with its first build."""
_ADMIN: Final = {"KC_BOOTSTRAP_ADMIN_USERNAME": "root", "KC_BOOTSTRAP_ADMIN_PASSWORD": "of-a-minute"}
_SMALL: Final = {"JAVA_OPTS_GC": "-XX:+UseSerialGC", "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1"}
_SCOPES: Final = ("risks:read", "indicators:read", "admin")


@contextmanager
def keycloak(pages: str, data: Path) -> Iterator[str]:
    """The issuer that a realm is, for pages at this address; ``data`` is a folder of its own for its log."""
    script = next(iter(FOLDER.glob("keycloak-*/bin/kc.sh")), None)
    if script is None:
        missing = "No Keycloak here: make build/keycloak, which needs Java 17 or newer and Maven"
        if os.environ.get("REQUIRE_ENGINES"):
            pytest.fail(missing)
        pytest.skip(missing)
    port, management = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | _ADMIN | _SMALL
    built = ["--db=dev-mem", "--health-enabled=true"]
    subprocess.run(["sh", script, "build", *built], env=environment, check=True, capture_output=True, timeout=SECONDS)
    at = [f"--hostname={url}", "--http-host=127.0.0.1", f"--http-port={port}", f"--http-management-port={management}"]
    command = ["sh", script, "start", "--optimized", "--http-enabled=true", *at, "--cache=local"]
    with (data / "keycloak.log").open("wb") as log:
        child = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(child, f"http://127.0.0.1:{management}/health/ready", data / "keycloak.log")
            with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
                _enter(client, pages)
            yield f"{url}/realms/{REALM}"
        finally:
            os.killpg(child.pid, 15)
            child.wait(timeout=60)


def _wait(child: "subprocess.Popen[bytes]", ready: str, log: Path) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        assert child.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            if httpx.get(ready, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise AssertionError(log.read_text(errors="replace")[-2000:])


def _enter(client: httpx.Client, pages: str) -> None:
    """A realm, what may be asked for in it, somebody who signs in, the pages, and a machine."""
    form = {"grant_type": "password", "client_id": "admin-cli", "username": "root", "password": "of-a-minute"}
    answer = client.post("/realms/master/protocol/openid-connect/token", data=form).raise_for_status()
    client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
    person = {"username": "ana", "firstName": "Ana", "lastName": "Nowak", "email": "ana@example.org"}
    secret = {"type": "password", "value": PASSWORD, "temporary": False}
    who = person | {"enabled": True, "emailVerified": True, "credentials": [secret]}
    post(client, "/admin/realms", {"realm": REALM, "enabled": True, "users": [who]})
    for scope in _SCOPES:
        said = {"name": scope, "protocol": "openid-connect", "attributes": {"include.in.token.scope": "true"}}
        post(client, f"/admin/realms/{REALM}/client-scopes", said)
    post(client, f"/admin/realms/{REALM}/clients", _client("pages", pages))
    post(client, f"/admin/realms/{REALM}/clients", _client("warehouse", None))


def _client(name: str, pages: str | None) -> dict[str, Any]:
    """Pages by the code flow, or a machine by its own credentials; tokens of both are for the suite."""
    audience = {"included.custom.audience": AUDIENCE, "access.token.claim": "true", "id.token.claim": "false"}
    mapper = {"name": "audience", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper"}
    return {
        "clientId": name,
        "secret": SECRET,
        "publicClient": False,
        "standardFlowEnabled": pages is not None,
        "serviceAccountsEnabled": pages is None,
        "directAccessGrantsEnabled": False,
        "redirectUris": [f"{pages}/sign-in/callback"] if pages else [],
        "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": f"{pages}/sign-in"}
        if pages
        else {},
        "defaultClientScopes": ["basic", "profile"],
        "optionalClientScopes": list(_SCOPES),
        "protocolMappers": [mapper | {"config": audience}],
    }


def post(client: httpx.Client, path: str, body: dict[str, Any]) -> None:
    answer = client.post(path, json=body)
    assert answer.is_success, (path, answer.status_code, answer.text)

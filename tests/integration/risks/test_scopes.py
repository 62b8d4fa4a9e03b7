"""Whoever may write the register does not assess by that: not with a new risk, and not with a file."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from chassis.identity import Caller
from chassis.settings import ServiceSettings
from chassis.web.hop import HopSigner
from services.risks.app import create_app

KEY = "k" * 64
SIGNER = HopSigner(KEY)
RISK = {"ref": "OCC4", "register": "people-2018", "title": "A risk"}
ASSESSED = RISK | {"assessment": {"impact": 4, "likelihood": 3, "reason": "First"}}
FILE = "ref,register,title,assessed_impact,assessed_likelihood\r\nOCC4,people-2018,{title},{rating}\r\n"


class Register:
    """The risks service, called by somebody with these scopes."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, method: str, path: str, scopes: str, status: int, **sent: Any) -> Any:
        auth = SIGNER.auth("risks", Caller("Ana", frozenset(scopes.split())))
        answer = await self.http.request(method, f"/risks/v1{path}", auth=auth, **sent)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def send(self, scopes: str, status: int, title: str, rating: str) -> Any:
        text = FILE.format(title=title, rating=rating)
        sent: dict[str, Any] = {"content": text, "params": {"reason": "r"}, "headers": {"content-type": "text/csv"}}
        return await self.call("POST", "/imports", scopes, status, **sent)


@pytest.fixture
async def keyed(resources_for: Any) -> AsyncIterator[Register]:
    settings = ServiceSettings(gateway_keys=SecretStr(SIGNER.key_of("risks")))
    transport = httpx.ASGITransport(create_app(await resources_for("services.risks", settings=settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://risks") as http:
        yield Register(http)


WRITES, BOTH = "risks:write", "risks:write risks:assess"


async def test_a_risk_is_entered_with_an_assessment_by_whoever_may_assess(keyed: Register) -> None:
    refused = await keyed.call("POST", "/risks", WRITES, 403, json=ASSESSED)
    assert (refused["type"], refused["detail"]) == (
        "/problems/insufficient-scope",
        "This needs the scope risks:assess.",
    )
    await keyed.call("GET", "/risks/OCC4", "risks:read", 404)
    await keyed.call("POST", "/risks", WRITES, 201, json=RISK)
    await keyed.call("POST", "/risks", BOTH, 201, json=ASSESSED | {"ref": "OCC5"})


async def test_a_file_assesses_for_whoever_may_assess(keyed: Register) -> None:
    assert (await keyed.send(WRITES, 403, "A risk", "4,3"))["type"] == "/problems/insufficient-scope"
    await keyed.call("GET", "/risks/OCC4", "risks:read", 404)
    assert (await keyed.send(WRITES, 200, "A risk", ","))["entered"] == ["OCC4"]
    await keyed.send(WRITES, 403, "A risk", "4,3")
    assert (await keyed.send(BOTH, 200, "A risk", "4,3"))["changed"] == ["OCC4"]
    assert (await keyed.send(WRITES, 200, "Said better", "4,3"))["changed"] == ["OCC4"]

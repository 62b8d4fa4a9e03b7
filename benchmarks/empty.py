"""A gateway and a service that do nothing, of the packages the suite is made of: what two exchanges cost by themselves.

The service reads a small body and gives it back; the gateway hands on over httpx. Both are their own processes.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from suite.engines.process import free_port

SERVICE_URL = "EMPTY_SERVICE_URL"
EXCHANGES = 120

service, gateway = FastAPI(), FastAPI()


class Sent(BaseModel):
    area: str
    period: str
    value: str
    status: str


@service.post("/", status_code=201)
async def take(body: Sent) -> Sent:
    return body


@service.get("/")
async def give() -> dict[str, int]:
    return {"likelihood": 4}


@gateway.api_route("/", methods=["GET", "POST"])
async def hand_on(request: Request) -> Response:
    client = _client(request.app)
    answer = await client.request(
        request.method, "/", content=await request.body(), headers={"content-type": "application/json"}
    )
    return Response(answer.content, answer.status_code, media_type="application/json")


def _client(app: FastAPI) -> httpx.AsyncClient:
    if not hasattr(app.state, "client"):
        app.state.client = httpx.AsyncClient(base_url=os.environ[SERVICE_URL], trust_env=False)
    client: httpx.AsyncClient = app.state.client
    return client


@contextmanager
def _served(app: str, environment: dict[str, str]) -> Iterator[str]:
    """An app of this module in a process of its own; its address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"{__name__}:{app}", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


async def two_exchanges(sent: dict[str, object]) -> float:
    """Seconds that a POST of ``sent`` and a GET take through the empty gateway, as a median."""
    with ExitStack() as stack:
        behind = stack.enter_context(_served("service", {}))
        door = stack.enter_context(_served("gateway", {SERVICE_URL: behind}))
        for url in (behind, door):
            _wait_for(url)
        async with httpx.AsyncClient(base_url=door, trust_env=False) as client:
            return statistics.median([await _one(client, sent) for _ in range(EXCHANGES)])


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            httpx.get(url, trust_env=False).raise_for_status()
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


async def _one(client: httpx.AsyncClient, sent: dict[str, object]) -> float:
    started = time.perf_counter()
    (await client.post("/", json=sent)).raise_for_status()
    (await client.get("/")).raise_for_status()
    return time.perf_counter() - started

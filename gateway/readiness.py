"""Whether everything behind the door is ready."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx

from chassis.web.app import readiness
from chassis.web.units import Resources
from gateway.settings import SERVICES

State = dict[str, Any]
WORDS: Final = {"status": ("ok", "degraded"), "database": ("ok", "late"), "bus": ("ok", "silent")}
"""What may be said in words."""


async def suite_readiness(resources: Resources, upstreams: Mapping[str, httpx.AsyncClient], timeout: float) -> State:  # noqa: ASYNC109  a bound for each of several calls, not for this one
    """Ask the own database and every service at once; ``ready`` only when all of them are."""
    own, *found = await asyncio.gather(
        _own(resources, timeout), *(_ask(client, timeout) for client in upstreams.values())
    )
    services = dict(zip(upstreams, found, strict=True))
    return {"ready": all(part["ready"] for part in (own, *found)), "gateway": own, "services": services}


async def _own(resources: Resources, wait: float) -> State:
    try:
        async with asyncio.timeout(wait):
            detail = await readiness(resources)
    except TimeoutError:
        return {"ready": False, "database": "late"}
    return {**_open(detail), "ready": detail["ready"]}


async def _ask(client: httpx.AsyncClient, wait: float) -> State:
    try:
        async with asyncio.timeout(wait):
            answer = await client.get("/health/ready")
        detail = answer.json()
    except (TimeoutError, httpx.TimeoutException):
        return {"ready": False, "reason": "late"}
    except (httpx.HTTPError, ValueError):
        return {"ready": False, "reason": "unreachable"}
    return _read(answer.status_code, detail)


def _read(status: int, detail: Any) -> State:
    """A service is ready when it says so with a 200; of what else it tells, only what anybody may know."""
    told = detail if isinstance(detail, dict) else {}
    return {**_open(told), "ready": status == httpx.codes.OK and told.get("ready") is True}


def _open(told: State) -> State:
    """Without a key: figures, and whether something is wrong; never the words of an error, which tell of the inside."""
    shown: State = {"service": told["service"]} if told.get("service") in SERVICES else {}
    shown |= {name: told[name] for name, words in WORDS.items() if told.get(name) in words}
    if isinstance(relay := told.get("relay"), dict):
        shown["relay"] = _figures(relay, "failing")
    if isinstance(consumers := told.get("consumers"), dict):
        shown["consumers"] = {
            name: _figures(one, "stopped") for name, one in consumers.items() if isinstance(one, dict)
        }
    return shown


def _figures(told: State, trouble: str) -> State:
    numbers = {name: value for name, value in told.items() if value is None or isinstance(value, int | float)}
    return {**numbers, trouble: bool(told.get(trouble))}

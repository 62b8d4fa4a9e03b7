"""Whether everything behind the door is ready."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx

from chassis.web.app import readiness
from chassis.web.units import Resources
from gateway.settings import SERVICES

State = dict[str, Any]
WORDS: Final = {"status": ("ok", "degraded", "refusing"), "database": ("ok", "late", "full"), "bus": ("ok", "silent")}
"""What may be stated in words."""


async def suite_readiness(resources: Resources, upstreams: Mapping[str, httpx.AsyncClient], timeout: float) -> State:  # noqa: ASYNC109  a bound for each of several calls, not for this one
    """Ask the own database and every service at once; ``ready`` only when all of them are."""
    own, *found = await asyncio.gather(
        _own(resources, timeout), *(_fetch(client, timeout) for client in upstreams.values())
    )
    services = dict(zip(upstreams, found, strict=True))
    return {"ready": all(part["ready"] for part in (own, *found)), "gateway": own, "services": services}


async def _own(resources: Resources, wait: float) -> State:
    try:
        async with asyncio.timeout(wait):
            detail = await readiness(resources)
    except TimeoutError:
        return {"ready": False, "database": "late"}
    return {**_public(detail), "ready": detail["ready"]}


async def _fetch(client: httpx.AsyncClient, wait: float) -> State:
    try:
        async with asyncio.timeout(wait):
            answer = await client.get("/health/ready")
        detail = answer.json()
    except (TimeoutError, httpx.TimeoutException):
        return {"ready": False, "reason": "late"}
    except (httpx.HTTPError, ValueError):
        return {"ready": False, "reason": "unreachable"}
    return _accepted(answer.status_code, detail)


def _accepted(status: int, detail: Any) -> State:
    """A service is ready when it says so with a 200; of what else it states, only what anybody may know."""
    stated = detail if isinstance(detail, dict) else {}
    return {**_public(stated), "ready": status == httpx.codes.OK and stated.get("ready") is True}


def _public(stated: State) -> State:
    """Without a key: figures, and whether something is wrong; never the words of an error, which show the inside."""
    shown: State = {"service": stated["service"]} if stated.get("service") in SERVICES else {}
    shown |= {name: stated[name] for name, words in WORDS.items() if stated.get(name) in words}
    if isinstance(relay := stated.get("relay"), dict):
        shown["relay"] = _figures(relay, "failing")
    if isinstance(consumers := stated.get("consumers"), dict):
        shown["consumers"] = {
            name: _figures(one, "stopped") for name, one in consumers.items() if isinstance(one, dict)
        }
    if isinstance(mailboxes := stated.get("mailboxes"), dict):
        shown["mailboxes"] = _numbers(mailboxes)
    return shown


def _figures(stated: State, trouble: str) -> State:
    return {**_numbers(stated), trouble: bool(stated.get(trouble))}


def _numbers(stated: State) -> State:
    return {name: value for name, value in stated.items() if value is None or isinstance(value, int | float)}

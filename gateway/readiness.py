"""Whether everything behind the door is ready."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from chassis.service import readiness
from chassis.web import Resources

State = dict[str, Any]


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
            return await readiness(resources)
    except TimeoutError:
        return {"ready": False, "database": "late"}


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
    """A service is ready when it says so with a 200; what else it tells is passed on."""
    told = detail if isinstance(detail, dict) else {}
    return {**told, "ready": status == httpx.codes.OK and told.get("ready") is True}

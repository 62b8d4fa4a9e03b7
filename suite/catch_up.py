"""Waiting until every event has had its effect, by what readiness says of relays and consumers."""

import asyncio
from typing import Any

import httpx

_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.05, 0.4
"""Seconds between two looks: longer and longer while something is behind, since a look costs what catching up needs."""


class NotCaughtUp(Exception):  # noqa: N818  named for what it is
    """Events are still on their way after the time allowed."""


async def wait_until_caught_up(client: httpx.AsyncClient, *, within: float = 60.0) -> None:
    """Return once nothing is unpublished and no consumer is behind, twice in a row.

    Raises:
        NotCaughtUp: with what is still waiting where.
    """
    loop = asyncio.get_running_loop()
    limit, quiet, pause = loop.time() + within, 0, _SHORTEST_PAUSE
    while quiet < 2:  # noqa: PLR2004  an event may be between outbox and bus at the first look
        detail = (await client.get("/health/ready")).json()
        behind = unapplied(detail)
        quiet = 0 if behind else quiet + 1
        if behind and loop.time() > limit:
            raise NotCaughtUp("; ".join(behind))
        if quiet < 2:  # noqa: PLR2004  as above
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE) if behind else _SHORTEST_PAUSE


def unapplied(detail: dict[str, Any]) -> list[str]:
    """What is still on its way, one sentence each; empty when all is applied."""
    services: dict[str, Any] = detail.get("services", {})
    found = [] if services else ["the gateway names no services"]
    for name, state in services.items():
        unpublished = state.get("relay", {}).get("unpublished")
        if unpublished != 0:
            found.append(f"{name}: {unpublished} events unpublished")
        for consumer, at in state.get("consumers", {}).items():
            if at["lag"] != 0:
                found.append(f"{consumer}: {at['lag']} events to apply")
    return found

"""Indicators that meet their target, and a risk that listens to each: what an update moves."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import httpx

from suite.catch_up import wait_until_caught_up

AREA = {"code": "E06000026", "name": "Plymouth", "type": "unitary_authority"}
AT_ONCE = 8
MET, MISSED = "96", "50"
"""A value above the target of 95, and one that is not."""

Add = Callable[[httpx.AsyncClient, int], Awaitable[None]]


async def add_linked_risks(client: httpx.AsyncClient, count: int, met_in: str = "2017-12", first: int = 0) -> None:
    """Add indicators ``update-0`` and so on, each with its target met in a month, and the risks ``U000`` and so on.

    ``first``: the number of the first of them. An owner assesses what the register has received: the risks come once
    the indicators' events were applied.
    """
    (await client.post("/indicators/v1/areas", json=AREA)).raise_for_status()
    for add in (partial(_add_indicator, met_in=met_in), _add_risk):
        await _add_all(client, range(first, first + count), add)
        await wait_until_caught_up(client)


async def _add_all(client: httpx.AsyncClient, numbers: range, add: Add) -> None:
    for start in range(0, len(numbers), AT_ONCE):
        await asyncio.gather(*(add(client, n) for n in numbers[start : start + AT_ONCE]))


async def _add_indicator(client: httpx.AsyncClient, n: int, *, met_in: str) -> None:
    definition = {"code": f"update-{n}", "name": f"Update {n}", "unit": "percentage", "decimals": 2}
    definition |= {"polarity": "high_is_good", "frequency": "month"}
    (await client.post("/indicators/v1/indicators", json=definition)).raise_for_status()
    target = {"area": AREA["code"], "kind": "reach", "value": "95"}
    (await client.post(f"/indicators/v1/indicators/update-{n}/targets", json=target)).raise_for_status()
    (await client.post(observations_path(n), json=observation(met_in, MET))).raise_for_status()


async def _add_risk(client: httpx.AsyncClient, n: int) -> None:
    link = {"indicator": f"update-{n}", "area": AREA["code"], "group": "one", "signal": "target"}
    rating = {"impact": 4, "likelihood": 3, "reason": "start"}
    body = {"ref": f"U{n:03}", "register": "bench", "title": f"Update {n}", "links": [link], "assessment": rating}
    (await client.post("/risks/v1/risks", json=body)).raise_for_status()


def observations_path(n: int) -> str:
    return f"/indicators/v1/indicators/update-{n}/observations"


def observation(period: str, value: str) -> dict[str, object]:
    return {"area": AREA["code"], "period": period, "value": value, "status": "final"}

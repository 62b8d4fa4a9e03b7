"""Signing a pledge off as its portfolio holder does."""

from typing import Any

import httpx

PROOF = {"title": "The plan as published", "url": "https://example.org/plan"}


async def sign(api: httpx.AsyncClient, number: str, status: int = 200, **fields: Any) -> dict[str, Any]:
    """Sign a pledge as delivered, with evidence, unless told otherwise."""
    path = f"/pledges/v1/pledges/{number}"
    holder = (await api.get(path)).json()["assignments"][0]["portfolio_holder"]
    body = {"delivery": "delivered", "portfolio_holder": holder, "evidence": [PROOF]} | fields
    answer = await api.post(f"{path}/sign-off", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found

"""Pledges made over HTTP, and read back as the rows of a file."""

import csv
from typing import Any

import httpx

ROOT = "/pledges/v1"


def officer(name: str, **days: str) -> dict[str, Any]:
    return {"portfolio_holder": name, "department": "B", "director": "C", "lead_officers": ["D", "E"]} | days


async def make(api: httpx.AsyncClient, number: str, *assignments: dict[str, Any], **more: Any) -> None:
    body = {"number": number, "theme": "Health", "title": f"Promise {number}", "assignments": list(assignments)} | more
    assert (await api.post(f"{ROOT}/pledges", json=body)).status_code == 201


async def rows(api: httpx.AsyncClient, **query: str) -> list[dict[str, str]]:
    answer = await api.get(f"{ROOT}/pledges.csv", params=query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(answer.text.splitlines()))

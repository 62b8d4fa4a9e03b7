"""What the timeline asks for."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from portal.api import Api
from portal.pages import timeline

ANSWERS = {
    "/operations/v1/business-date": {"date": "2018-02-28"},
    "/pledges/v1/priorities": {"items": [], "next": None},
    "/pledges/v1/critical-dates": {"items": [], "until": "2023-12-31"},
}


async def test_critical_dates_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None]] = []

    async def send(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, request.url.params.get("until")))
        return httpx.Response(200, json=ANSWERS[request.url.path])

    def shown(_request: object, _name: str, **values: Any) -> Any:
        return values

    monkeypatch.setattr(timeline, "page", shown)
    looker: Any = SimpleNamespace(api=Api(send))
    found: Any = await timeline.timeline_page(looker, looker)
    assert (found["today"], found["until"]) == ("2018-02-28", "2023-12-31")
    assert sorted(asked, key=str) == [
        ("/operations/v1/business-date", None),
        ("/pledges/v1/critical-dates", "2023-12-31"),
        ("/pledges/v1/priorities", None),
    ]

"""What a form leaves empty says nothing; what is too long is refused."""

import httpx
import pytest
from fastapi import FastAPI

from portal.parameters import Number, Series, Text

app = FastAPI()


@app.get("/")
async def said(text: Text = None, number: Number = None, series: Series = "") -> list[str | int | None]:
    return [text, number, series]


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [
        ("", 200, [None, None, ""]),
        ("text=&number=&series=", 200, [None, None, ""]),
        ("text=b&number=2&series=sex%3Dmale", 200, ["b", 2, "sex=male"]),
        (f"text={'b' * 200}", 200, ["b" * 200, None, ""]),
        (f"text={'b' * 201}", 422, None),
        ("number=b", 422, None),
        (f"series={'b' * 401}", 422, None),
    ],
)
async def test_what_is_empty_says_nothing(query: str, status: int, found: list[str | int | None] | None) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get(f"/?{query}")
    assert answer.status_code == status
    assert found is None or answer.json() == found

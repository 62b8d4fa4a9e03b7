"""Operations that make something, or find that it was there just so."""

from typing import Any

from fastapi import Response, status


def made(model: Any) -> dict[int | str, dict[str, Any]]:
    """A PUT or POST that makes something answers 201; the same again answers 200."""
    return {201: {"model": model, "description": "Made"}, 200: {"model": model, "description": "Was there"}}


def set_made(response: Response, *, created: bool) -> None:
    response.status_code = status.HTTP_201_CREATED if created else status.HTTP_200_OK

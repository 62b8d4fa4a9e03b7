"""Answers and parameters that several resources have in common."""

from typing import Annotated, Any

from fastapi import Path, Query, Response, status

from services.pledges.schemas.fields import CODE_FORM, WHOLE_TEXT

Word = Annotated[str | None, Query(max_length=200, pattern=WHOLE_TEXT)]
NewCode = Annotated[str, Path(max_length=80, pattern=CODE_FORM)]


def made(model: Any) -> dict[int | str, dict[str, Any]]:
    """A PUT or POST that makes something answers 201; the same again answers 200."""
    return {201: {"model": model, "description": "Made"}, 200: {"model": model, "description": "Was there"}}


def set_made(response: Response, *, created: bool) -> None:
    response.status_code = status.HTTP_201_CREATED if created else status.HTTP_200_OK

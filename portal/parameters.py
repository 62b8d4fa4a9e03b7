"""Parameters of pages, as forms send them: a field that was left empty says nothing."""

from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator, Field


def _said(value: object) -> object:
    return None if value == "" else value


Text = Annotated[Annotated[str, Field(max_length=200)] | None, BeforeValidator(_said), Query()]
"""Text that somebody wrote or chose; None where they did not."""
Number = Annotated[int | None, BeforeValidator(_said), Query()]
Series = Annotated[str, Query(max_length=400)]
"""A breakdown as its canonical text: empty says the total."""

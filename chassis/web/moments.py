"""Moments in queries: with a zone, in UTC, never a number."""

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)
_EARLIEST, _TOO_LATE = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def _written_out(value: object) -> object:
    """Refuse what would be read as seconds since 1970."""
    if not (isinstance(value, str) and _MOMENT.match(value)):
        raise PydanticCustomError("moment", "is no moment; write one with its zone, such as 2018-02-28T12:00:00Z")
    return value


def _in_reach(moment: datetime) -> datetime:
    """Refuse what falls off the calendar in another zone. In UTC."""
    if not _EARLIEST <= moment < _TOO_LATE:
        raise PydanticCustomError("moment", "is between the years 1900 and 9998")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_reach)]
ChangedSince = Annotated[
    Moment | None,
    Query(description="Only what changed at this moment or later", examples=["2018-02-28T12:00:00Z"]),
]
AsOf = Annotated[
    Moment | None,
    Query(description="Read what was known at this moment, with its zone", examples=["2018-02-28T12:00:00Z"]),
]

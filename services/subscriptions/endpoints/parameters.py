"""What readers say of the events they want."""

from typing import Annotated, Final

from fastapi import Depends, Query, Request

from chassis.web.identity import caller_of
from services.subscriptions.domain.filters import EventFilter, readable
from services.subscriptions.domain.mns import Profile

_MOST_NAMED: Final = 50
_WHOLE_TEXT: Final = r"^[^\x00]+$"
_Type = Annotated[str, Query(max_length=120, pattern=_WHOLE_TEXT)]
_Subject = Annotated[str, Query(max_length=200, pattern=_WHOLE_TEXT)]


def _filter(
    request: Request,
    types: Annotated[
        list[_Type] | None,
        Query(
            max_length=_MOST_NAMED,
            description="Only events of these types; what ends with `*` is a beginning",
            examples=[["commissioning.risk.rescored.v1"]],
        ),
    ] = None,
    subjects: Annotated[
        list[_Subject] | None,
        Query(
            max_length=_MOST_NAMED,
            description="Only events of these aggregates; what ends with `*` is a beginning",
            examples=[["ae-four-hour-wait/*"]],
        ),
    ] = None,
    area: Annotated[
        str | None,
        Query(max_length=80, pattern=_WHOLE_TEXT, description="Only events of this area", examples=["E06000026"]),
    ] = None,
) -> EventFilter:
    return readable(caller_of(request.scope), types or (), subjects or (), area)


Shaped = Annotated[
    Profile,
    Query(
        description="`mns`: in the shape of the NHS Multicast Notification Service, as its publishers give events to "
        "it, where an operator offers that"
    ),
]
"""The query parameter ``profile``."""

Wanted = Annotated[EventFilter, Depends(_filter)]
"""The events that are asked for, of those that the caller may see."""

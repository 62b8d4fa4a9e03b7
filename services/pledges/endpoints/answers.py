"""Answers and parameters that several resources have in common."""

from typing import Annotated

from fastapi import Depends, Path, Query

from chassis.errors import FieldError, Invalid
from chassis.web.moments import AsOf
from contracts.period import Period, PeriodKind, UnknownPeriodError
from services.pledges.domain.past import AsAt
from services.pledges.schemas.fields import CODE_FORM, WHOLE_TEXT

Word = Annotated[str | None, Query(max_length=200, pattern=WHOLE_TEXT)]
WantedSet = Annotated[str | None, Query(pattern=r"^[0-9]{4}$", description="Year of the set", examples=["2018"])]
NewCode = Annotated[str, Path(max_length=80, pattern=CODE_FORM)]


def parse_quarter(text: str) -> Period:
    """A financial quarter.

    Raises:
        Invalid
    """
    try:
        found = Period.parse(text)
    except UnknownPeriodError as error:
        raise Invalid("This is no period.", [FieldError("quarter", str(error))]) from None
    if found.kind is not PeriodKind.QUARTER:
        raise Invalid("Only a quarter fits.", [FieldError("quarter", f"{found} is no financial quarter")])
    return found


def _as_at(
    quarter: Annotated[
        str | None,
        Query(
            max_length=40,
            pattern=WHOLE_TEXT,
            description="Read the last state whose business date is not after this financial quarter",
            examples=["2017-18-Q3"],
        ),
    ] = None,
    as_of: AsOf = None,
) -> AsAt:
    """Which state is wanted, by default the present one."""
    return AsAt(None if quarter is None else parse_quarter(quarter), as_of)


WantedState = Annotated[AsAt, Depends(_as_at)]
"""``quarter=`` and ``as_of=``."""

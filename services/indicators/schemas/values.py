"""The value types of the bodies: codes, texts and figures, all bounded."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from contracts.breakdown import ALL, DIMENSION_PATTERN, MAX_DIMENSION, MAX_VALUE, VALUE_PATTERN
from contracts.money import DigitsText, strict_digits
from contracts.period import ACCEPTED_FORMS, Period, UnknownPeriodError
from services.indicators.domain.definitions import CODE, LONGEST_CODE
from services.indicators.domain.numbers import plain

_SORT_KEY = re.compile(r"\d{8}", re.ASCII)


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("text", "must not hold a NUL character")
    return text


_Digits = BeforeValidator(strict_digits, json_schema_input_type=DigitsText)
_Plain = PlainSerializer(lambda number: format(number, "f"), return_type=str, when_used="json")

Code = Annotated[
    str,
    Field(pattern=rf"^{CODE.pattern}$", max_length=LONGEST_CODE, description="Lower-case words joined by hyphens"),
]
FrameworkCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Name = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_no_nul)]
Text = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_no_nul)]
Word = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_no_nul)]

Figure = Annotated[
    Decimal,
    Field(decimal_places=8, ge=-1_000_000_000_000, le=1_000_000_000_000),
    _Digits,
    AfterValidator(plain),
    _Plain,
]
"""A value: exact, at most eight decimals, between plus and minus a million million."""

Tally = Annotated[Decimal, Field(decimal_places=8, ge=0, le=10_000_000_000), _Digits, AfterValidator(plain), _Plain]
"""A count of people or events, up to ten thousand million."""

Denominator = Annotated[
    Decimal, Field(decimal_places=8, gt=0, le=10_000_000_000), _Digits, AfterValidator(plain), _Plain
]

Percent = Annotated[Decimal, Field(decimal_places=8, ge=0, le=1000), _Digits, AfterValidator(plain), _Plain]
"""A tolerance or a relative change."""

Shown = Annotated[Decimal, _Plain]
"""A number on its way out, as plain digits."""


def _readable(text: str) -> str:
    """Refuse what no kind of indicator makes a period. Sort keys are read by the kind of the indicator."""
    if not _SORT_KEY.fullmatch(text):
        try:
            Period.parse(text)
        except UnknownPeriodError as error:
            raise PydanticCustomError("period", "{reason}", {"reason": str(error)}) from error
    return text


PeriodText = Annotated[
    str,
    Field(
        max_length=40,
        description=f"A period: {'; '.join(ACCEPTED_FORMS)}; or the sort key of a public-health profile",
        examples=["2017-12", "2017/18 Q3", "2017/18", "20170300"],
    ),
    AfterValidator(_readable),
]
"""A period as text, which is read by the kind of its indicator."""


def _not_all(value: str) -> str:
    if value == ALL:
        raise PydanticCustomError("dimension", "is what leaves the dimension out; it is not declared")
    return value


Dimension = Annotated[str, Field(pattern=rf"^{DIMENSION_PATTERN}$", max_length=MAX_DIMENSION)]
DimensionValue = Annotated[str, Field(pattern=rf"^{VALUE_PATTERN}$", max_length=MAX_VALUE), AfterValidator(_not_all)]
Dimensions = Annotated[dict[Dimension, Annotated[list[DimensionValue], Field(max_length=500)]], Field(max_length=20)]
"""The dimensions an indicator is broken down by, each with its values."""

"""The value types of the bodies: codes, texts and figures, all bounded."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from services.indicators.domain.definitions import CODE, LONGEST_CODE
from services.indicators.domain.numbers import plain

_NUMBER = re.compile(r"[+-]?\d{1,16}(?:\.\d{1,16})?", re.ASCII)


def _digits(value: Any) -> Any:
    """Refuse what Python would take for a number and a reader would not: true, 1_000, ٣, 1e9 as text."""
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value.strip())):
        raise PydanticCustomError("number", "is no number; write digits such as 81.6")
    return value


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("text", "must not hold a NUL character")
    return text


_Digits = BeforeValidator(_digits, json_schema_input_type=str | float)
_Plain = PlainSerializer(lambda number: format(number, "f"), return_type=str, when_used="json")

Code = Annotated[
    str,
    Field(pattern=rf"^{CODE.pattern}$", max_length=LONGEST_CODE, description="Lower-case words joined by hyphens"),
]
AreaCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,20}$", description="ONS or provider code, such as E06000026")]
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

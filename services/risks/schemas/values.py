"""Values that bodies are made of, with their bounds."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from contracts.notes import SourceNote
from contracts.period import Period, PeriodKind


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("text holds no NUL characters")
    return text


def _quarter(text: str) -> str:
    period = Period.parse(text)
    if period.kind is not PeriodKind.QUARTER:
        raise ValueError(f"{period} is no financial quarter")
    return period.label


QuarterLabel = Annotated[str, Field(max_length=40, examples=["2017/18 Q3"]), AfterValidator(_quarter)]
"""A financial quarter in a query, made canonical."""
Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
IndicatorCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_no_nul)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_no_nul)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400), AfterValidator(_no_nul)]
Passage = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_no_nul)]
Notes = Annotated[
    tuple[SourceNote, ...], Field(max_length=20, description="Where its sources contradict each other: every figure")
]
MatrixName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}@[1-9][0-9]{0,5}$")]
Step = Annotated[int, Field(ge=1, le=20, strict=True)]
"""A step on an axis of a matrix; whether that matrix reaches so far is checked against it."""

"""Fields that several bodies share."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from contracts.money import DigitsText, Money, pounds, strict_digits
from contracts.notes import SourceNote
from contracts.period import Period, PeriodKind
from services.finance.domain.savings import LEDGER_LIMIT

Code = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Title = Annotated[str, Field(min_length=1, max_length=200)]
IndicatorCode = Annotated[str, Field(min_length=1, max_length=80)]
_strict = BeforeValidator(strict_digits, json_schema_input_type=DigitsText)
Proportion = Annotated[Decimal, Field(ge=0, le=1, max_digits=9, decimal_places=8), _strict]
"""A part of one, from 0 to 1."""
Weight = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=8), _strict]
Volume = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=8), _strict]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=11, decimal_places=8), _strict]
Index = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=6), _strict]
"""A figure of an index of prices."""
Unit = Annotated[Decimal, Field(ge=Decimal("0.01"), le=1_000_000, max_digits=9, decimal_places=2), _strict]

Notes = Annotated[tuple[SourceNote, ...], Field(max_length=50)]
"""Where sources contradict each other."""

SPLITTING_KINDS: Final = (
    PeriodKind.MONTH,
    PeriodKind.QUARTER,
    PeriodKind.CALENDAR_QUARTER,
    PeriodKind.FINANCIAL_YEAR,
)
"""Kinds that divide a financial year without overlap, so that a year to date can be their sum."""


def refused(*wrong: tuple[tuple[str | int, ...], str]) -> ValidationError:
    """What a rule over several fields raises: each field by its path in the body, and what is wrong with it."""
    lines = [
        InitErrorDetails(type=PydanticCustomError("does_not_fit", "{why}", {"why": why}), loc=path, input=None)
        for path, why in wrong
    ]
    return ValidationError.from_exception_data("body", lines)


def _postable(money: Money) -> Money:
    """The same amount, written with its pence."""
    if abs(money.amount) > LEDGER_LIMIT:
        raise ValueError(f"at most £{LEDGER_LIMIT:,} either way")
    return pounds(money.amount)


def _not_negative(money: Money) -> Money:
    if money.amount < 0:
        raise ValueError("must not be negative")
    return money


def _a_financial_year(period: Period) -> Period:
    if period.kind is not PeriodKind.FINANCIAL_YEAR:
        raise ValueError(f"{period} is no financial year; write it as 2017/18")
    return period


def _a_quarter(period: Period) -> Period:
    if period.kind is not PeriodKind.QUARTER:
        raise ValueError(f"{period} is no financial quarter; write it as 2017/18 Q3")
    return period


def _splits_a_year(kind: PeriodKind) -> PeriodKind:
    if kind not in SPLITTING_KINDS:
        raise ValueError(f"one of {', '.join(SPLITTING_KINDS)}: other kinds overlap or leave the year")
    return kind


Pounds = Annotated[Money, AfterValidator(_postable)]
"""Money of either sign."""
Cost = Annotated[Money, AfterValidator(_postable), AfterValidator(_not_negative)]
"""Money that is not negative."""
FinancialYear = Annotated[Period, AfterValidator(_a_financial_year)]
Quarter = Annotated[Period, AfterValidator(_a_quarter)]
YearLabel = Annotated[
    str,
    Field(max_length=40, examples=["2017/18"]),
    AfterValidator(lambda text: _a_financial_year(Period.parse(text)).label),
]
"""A financial year in a path or query, made canonical."""
QuarterLabel = Annotated[
    str,
    Field(max_length=40, examples=["2017/18 Q3"]),
    AfterValidator(lambda text: _a_quarter(Period.parse(text)).label),
]
"""A financial quarter in a path or query, made canonical."""
YearPart = Annotated[PeriodKind, AfterValidator(_splits_a_year)]

"""Bodies of providers, contracts, quality reviews and ratings."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.web.bodies import OutBody
from contracts.areas import AreaCode
from contracts.money import Money, pounds
from services.pledges.domain import providers as domain
from services.pledges.domain.providers import Grade, ManagementLevel, RatedHomes
from services.pledges.domain.rating_feeds import FeedFrequency, RatingFeed
from services.pledges.schemas.fields import Code, Name, Names, Paragraph, Wording
from services.pledges.schemas.records import RecordIn, RecordOut


def _not_negative(value: Money) -> Money:
    if value.amount < 0:
        raise PydanticCustomError("negative", "is below nought")
    return value


def _shown(value: object) -> object:
    return pounds(value) if isinstance(value, Decimal) else value


def _since_1990(value: date) -> date:
    if value.year < _FIRST_YEAR:
        raise PydanticCustomError("too_early", "is before 1990")
    return value


_FIRST_YEAR = 1990
"""Nobody rated homes before: a day of then is mistyped, and would be counted from, period by period."""
RatedDay = Annotated[date, AfterValidator(_since_1990)]
Value = Annotated[Money, AfterValidator(_not_negative), Field(examples=[{"amount": "250000.00", "currency": "GBP"}])]
ShownValue = Annotated[Money | None, BeforeValidator(_shown)]


class ProviderIn(RecordIn):
    """An organisation that provides, commissions or watches, by the names that are printed."""

    makes = domain.Provider

    title: Wording = Field(examples=["Livewell Southwest"])
    kind: Name = Field(description="What kind of organisation it is", examples=["provider"])
    role: Wording | None = Field(None, description="What it does", examples=["Community health"])
    also_known_as: Names = Field(default_factory=list, examples=[["LWSW"]])
    note: Paragraph | None = Field(None, description="What is not printed, or not certain", examples=["Since 2015"])
    source: Name | None = Field(None, examples=["2018-20 intentions"])


class ProviderOut(RecordOut):
    """An organisation that provides, commissions or watches, by the names that are printed."""

    code: str = Field(examples=["LWSW"])
    title: str
    kind: str = Field(description="What kind of organisation it is")
    role: str | None = Field(description="What it does")
    also_known_as: list[str]
    note: str | None = Field(description="What is not printed, or not certain")
    source: str | None


class ContractIn(RecordIn):
    """A contract with a provider, and the indicators that it is judged by."""

    makes = domain.Contract

    title: Wording = Field(examples=["Community health and care"])
    provider: Code = Field(description="Code of the provider", examples=["LWSW"])
    value_from: Value | None = Field(None, description="Lower end of its value band, in pounds a year")
    value_to: Value | None = Field(None, description="Upper end of its value band, in pounds a year")
    management: ManagementLevel | None = Field(
        None, description="How closely it is managed, by its risk", examples=["close"]
    )
    risk: Wording | None = Field(None, description="Why it is managed so", examples=["Sole provider"])
    indicators: Annotated[list[Code], Field(max_length=50)] = Field(
        default_factory=list, description="Codes of its key performance indicators", examples=[["dtoc-all"]]
    )
    first_day: date | None = Field(None, examples=["2015-04-01"])
    last_day: date | None = Field(None, examples=["2019-03-31"])
    source: Name | None = Field(None, examples=["2018-19 business plan"])

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        if self.value_from is not None and self.value_to is not None and self.value_to.amount < self.value_from.amount:
            raise ValueError("value_to is below value_from")
        return self


class ContractOut(RecordOut):
    """A contract with a provider, and the indicators that it is judged by."""

    code: str = Field(examples=["community-health-and-care"])
    title: str
    provider: str = Field(description="Code of the provider")
    value_from: ShownValue = Field(description="Lower end of its value band, in pounds a year")
    value_to: ShownValue = Field(description="Upper end of its value band, in pounds a year")
    management: ManagementLevel | None = Field(description="How closely it is managed, by its risk")
    risk: str | None = Field(description="Why it is managed so")
    indicators: list[str] = Field(description="Codes of its key performance indicators")
    first_day: date | None
    last_day: date | None
    source: str | None


class QualityReviewIn(RecordIn):
    """What a visit found of a provider, and the actions that came of it."""

    makes = domain.QualityReview

    title: Wording = Field(examples=["Yearly visit"])
    provider: Code = Field(description="Code of the provider", examples=["LWSW"])
    reviewed_on: date = Field(description="Day of the visit", examples=["2018-02-01"])
    reviewed_by: Name = Field(description="Who visited", examples=["Quality Assurance and Improvement Team"])
    finding: Paragraph | None = Field(None, description="What was found", examples=["Records are up to date"])
    actions: Annotated[list[Code], Field(max_length=50)] = Field(
        default_factory=list, description="Codes of the actions that came of it", examples=[["care-homes"]]
    )
    source: Name | None = Field(None, examples=["2018-19 business plan"])


class QualityReviewOut(RecordOut):
    """What a visit found of a provider, and the actions that came of it."""

    code: str = Field(examples=["lwsw-2018-02"])
    title: str
    provider: str = Field(description="Code of the provider")
    reviewed_on: date = Field(description="Day of the visit")
    reviewed_by: str = Field(description="Who visited")
    finding: str | None = Field(description="What was found")
    actions: list[str] = Field(description="Codes of the actions that came of it")
    source: str | None


class RatingIn(RecordIn):
    """How the Care Quality Commission rated a home, from a day until it is rated again, or no more."""

    makes = domain.Rating

    home: Name = Field(description="The home, by its name or number", examples=["1-101668076"])
    grade: Grade = Field(description="Of the Care Quality Commission", examples=["good"])
    rated_on: RatedDay = Field(description="Day of the rating", examples=["2017-11-20"])
    last_day: date | None = Field(
        None,
        description="Last day on which it counts, as of a home that closed; null until then",
        examples=["2018-02-28"],
    )
    provider: Code | None = Field(None, description="Code of the provider that runs it", examples=["LWSW"])
    source: Name | None = Field(None, examples=["Care Quality Commission"])

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last_day and self.last_day < self.rated_on:
            raise ValueError("last_day is before rated_on")
        return self


class RatingOut(RecordOut):
    """How the Care Quality Commission rated a home, from a day until it is rated again, or no more."""

    code: str = Field(examples=["1-101668076.2017-11-20"])
    home: str = Field(description="The home, by its name or number")
    grade: Grade = Field(description="Of the Care Quality Commission")
    rated_on: date = Field(description="Day of the rating")
    last_day: date | None = Field(description="Last day on which it counts; null where the home is rated")
    provider: str | None = Field(description="Code of the provider that runs it")
    source: str | None


class RatingCountIn(RecordIn):
    """How many homes had a grade, as printed where no homes are named."""

    makes = domain.RatingCount

    grade: Grade = Field(description="Of the Care Quality Commission", examples=["good"])
    counted_on: date = Field(description="Day that the count is of", examples=["2017-12-31"])
    count: int | None = Field(ge=0, le=99999, description="How many homes; null where it is not printed", examples=[68])
    period: Name | None = Field(None, description="As printed", examples=["2017/18 Q3"])
    note: Paragraph | None = Field(None, description="How it is printed", examples=["unchanged"])
    source: Name | None = Field(None, examples=["2018-19 business plan"])


class RatingCountOut(RecordOut):
    """How many homes had a grade, as printed where no homes are named."""

    code: str = Field(examples=["good-2017-18-q3"])
    grade: Grade = Field(description="Of the Care Quality Commission")
    counted_on: date = Field(description="Day that the count is of")
    count: int | None = Field(description="How many homes; null where it is not printed")
    period: str | None = Field(description="As printed")
    note: str | None = Field(description="How it is printed")
    source: str | None


class RatingFeedIn(RecordIn):
    """Which indicator in which area takes the share of homes that are good or outstanding, as observations."""

    makes = RatingFeed

    title: Wording = Field(examples=["Care homes of Plymouth"])
    indicator: Code = Field(examples=["cqc-good-or-outstanding"])
    area: AreaCode
    frequency: FeedFrequency = Field(description="The frequency of the indicator", examples=["quarter"])
    starts_on: RatedDay = Field(
        description="No period that begins before is touched: it has what was printed", examples=["2018-01-01"]
    )
    ends_on: date | None = Field(None, description="No period that begins later is touched; null until it ends")
    source: Name | None = Field(None, examples=["Care Quality Commission"])

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends_on is before starts_on")
        return self


class RatingFeedOut(RecordOut):
    """Which indicator in which area takes the share of homes that are good or outstanding, as observations."""

    code: str = Field(examples=["care-homes"])
    title: str
    indicator: str
    area: str
    frequency: FeedFrequency = Field(description="The frequency of the indicator")
    starts_on: date = Field(description="No period that begins before is touched")
    ends_on: date | None = Field(description="No period that begins later is touched; null until it ends")
    source: str | None


class RatedHomesOut(OutBody):
    """How many homes have each grade on a day, and how many of a hundred are good or outstanding."""

    on: date = Field(description="Day that it is of", examples=["2018-02-28"])
    grades: dict[Grade, int] = Field(
        description="Homes by the last rating of each up to the day, unless it has ended",
        examples=[{"good": 3, "inadequate": 1}],
    )
    count: int = Field(description="Homes that are good or outstanding", examples=[3])
    denominator: int = Field(description="Homes that are rated", examples=[4])
    percentage: Decimal | None = Field(
        description="Count of denominator, two decimals; null where no home is rated", examples=["75.00"]
    )

    @classmethod
    def of(cls, found: RatedHomes) -> Self:
        return cls(
            on=found.on,
            grades=dict(found.counts),
            count=found.good_or_better,
            denominator=found.rated,
            percentage=found.percentage,
        )

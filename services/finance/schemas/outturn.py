"""Outturn as it is sent and answered, and the forecast."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Money, pounds
from contracts.period import Period
from contracts.reasons import Reason
from services.finance.domain.forecast import Forecast, LineForecast
from services.finance.domain.outturn import OutturnPosting, OutturnRecorded
from services.finance.schemas.fields import Code, Pounds
from services.finance.schemas.ledger import LedgerEntryOut

MOST_POSTINGS = 1000
Reference = Annotated[str, Field(min_length=1, max_length=100, examples=["gl-2017-11-commissioning"])]


class OutturnPostingBody(StrictBody):
    """What was spent on a line in a month or quarter; negative takes back."""

    reference: Annotated[Reference, Field(description="Reference of the posting, which makes it safe to send again")]
    line: Annotated[Code, Field(description="Code of the budget line")]
    period: Annotated[Period, Field(description="Month or financial quarter, such as `2017-11` or `2017/18 Q3`")]
    amount: Pounds
    reason: Reason = "Outturn by the general ledger"

    def to_domain(self) -> OutturnPosting:
        return OutturnPosting(self.reference, self.line, self.period, self.amount.amount, self.reason)


class OutturnBody(StrictBody):
    """What was spent, all of which is entered or nothing."""

    postings: Annotated[
        list[OutturnPostingBody], Field(min_length=1, max_length=MOST_POSTINGS, description="What is to be entered")
    ]
    post_in: Annotated[
        Literal["open"] | None,
        Field(description="`open` has what belongs to a closed quarter entered in the first open one after it"),
    ] = None
    dry_run: Annotated[bool, Field(description="Only say what would be entered")] = False

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "postings": [
                        {
                            "reference": "gl-2017-11-commissioning",
                            "line": "commissioning",
                            "period": "2017-11",
                            "amount": {"amount": "81250.00"},
                            "reason": "General ledger, period 8",
                        }
                    ]
                }
            ]
        }
    )

    def to_domain(self) -> list[OutturnPosting]:
        return [one.to_domain() for one in self.postings]


class OutturnOut(OutBody):
    """What became of the postings. Of a file, or a dry run, ``entries`` is empty."""

    fund: str
    recorded: Annotated[int, Field(description="How many were entered, or would be")]
    repeated: Annotated[int, Field(description="How many were there already, with the same content")]
    amount: Annotated[Money, Field(description="What was entered, or would be, in all")]
    dry_run: Annotated[bool, Field(description="Whether nothing was entered because only a dry run was asked for")]
    entries: Annotated[list[LedgerEntryOut], Field(description="The entries of the ledger that are new")]

    @classmethod
    def of(cls, found: OutturnRecorded, *, dry_run: bool, listed: bool = True) -> Self:
        return cls(
            fund=found.fund,
            recorded=found.count,
            repeated=found.repeated,
            amount=pounds(found.amount),
            dry_run=dry_run,
            entries=[LedgerEntryOut.of(one) for one in found.entries] if listed else [],
        )


class LineForecastOut(OutBody):
    """What a line's year is expected to come to."""

    line: Annotated[str, Field(description="Code of the budget line")]
    division: str
    budget: Annotated[Money, Field(description="Budget in force, with what was moved to the line")]
    banked: Money
    spent: Annotated[Money, Field(description="What was posted as outturn to date")]
    months: Annotated[int, Field(description="How many months of the year have a posting")]
    as_budgeted: Annotated[
        Money,
        Field(description="Spent, and a twelfth of the budget less what is banked for each month without posting"),
    ]
    run_rate: Annotated[Money | None, Field(description="Spent, spread over twelve months; null without a posting")]
    variance: Annotated[Money, Field(description="`as_budgeted` against the budget: an overspend is positive")]

    @classmethod
    def of(cls, found: LineForecast) -> Self:
        return cls(
            line=found.line,
            division=found.division,
            budget=pounds(found.budget),
            banked=pounds(found.banked),
            spent=pounds(found.spent),
            months=found.months,
            as_budgeted=pounds(found.as_budgeted),
            run_rate=None if found.run_rate is None else pounds(found.run_rate),
            variance=pounds(found.variance),
        )


class ForecastOut(OutBody):
    """The forecast outturn of a year."""

    fund: str
    financial_year: str
    budget: Annotated[Money, Field(description="Budgets in force of all lines")]
    spent: Annotated[Money, Field(description="What was posted as outturn to date on all lines")]
    as_budgeted: Annotated[Money, Field(description="The lines' forecasts by their budgets, added up")]
    run_rate: Annotated[Money | None, Field(description="The lines' run rates added up; null where a line has none")]
    variance: Annotated[Money, Field(description="`as_budgeted` against the budget: an overspend is positive")]
    lines: Annotated[list[LineForecastOut], Field(description="Forecasts of the budget lines")]

    @classmethod
    def of(cls, found: Forecast) -> Self:
        return cls(
            fund=found.fund,
            financial_year=found.financial_year.label,
            budget=pounds(found.budget),
            spent=pounds(found.spent),
            as_budgeted=pounds(found.as_budgeted),
            run_rate=None if found.run_rate is None else pounds(found.run_rate),
            variance=pounds(found.variance),
            lines=[LineForecastOut.of(one) for one in found.lines],
        )

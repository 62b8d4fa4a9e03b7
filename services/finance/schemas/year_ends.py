"""The end of a year as it is signed off and shown."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Money, pounds
from contracts.reasons import Reason
from services.finance.domain.fund_sharing import RiskShare
from services.finance.domain.year_end import Signing, YearEnd
from services.finance.schemas.fields import Code, FinancialYear
from services.finance.schemas.fund_positions import RiskShareOut


class YearEndBody(StrictBody):
    """The sign-off of a year, by a decision of the partners."""

    financial_year: FinancialYear
    decision: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="What decided it: a meeting and its minute",
            examples=["Integrated Commissioning Board, 24 May 2018, minute 12"],
        ),
    ]
    reason: Reason
    plan: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=4000,
            description="What partners resolved of what the variance obliges to, in words",
        ),
    ] = None
    action_plan: Annotated[
        Code | None,
        Field(
            description="Reference of the action plan of the year; where the agreement asks, this or `plan` is needed"
        ),
    ] = None
    dry_run: Annotated[bool, Field(description="Only say what would be signed off")] = False

    def to_signing(self) -> Signing:
        return Signing(self.decision, self.reason, self.plan, self.action_plan)

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "financial_year": "2017/18",
                    "decision": "Integrated Commissioning Board, 24 May 2018, minute 12",
                    "reason": "Accounts of the pooled fund agreed",
                }
            ]
        }
    )


class YearEndOut(OutBody):
    """The end of a year: it never changes. Of a dry run, what would be signed off now, and by whom."""

    fund: str
    financial_year: str
    budget: Annotated[Money, Field(description="Budget in force of all lines")]
    outturn: Annotated[Money, Field(description="The budget less what was banked")]
    spent: Annotated[Money, Field(description="What was posted as outturn")]
    variance: Annotated[Money, Field(description="Outturn less budget: an overspend is positive")]
    risk_share: Annotated[RiskShareOut, Field(description="Who bears the variance, or where it goes")]
    obliges: Annotated[str | None, Field(description="What the variance obliges partners to; null where there is none")]
    plan: Annotated[str | None, Field(description="What partners resolved of that; null where nothing is recorded")]
    action_plan: Annotated[
        str | None, Field(description="Reference of the action plan that has it; null where none was named")
    ]
    decision: Annotated[str, Field(description="What decided it: a meeting and its minute")]
    reason: str
    signed_by: Annotated[str, Field(description="Who signed it off: the name of the API key")]
    signed_at: Annotated[datetime, Field(description="When it was signed off (UTC)")]
    business_date: date
    dry_run: Annotated[bool, Field(description="Whether nothing was signed off because only a dry run was asked for")]

    @classmethod
    def of(cls, end: YearEnd, *, dry_run: bool = False) -> Self:
        result, signed = end.result, end.signed
        return cls(
            fund=end.fund,
            financial_year=end.financial_year.label,
            budget=pounds(result.budget),
            outturn=pounds(result.outturn),
            spent=pounds(result.spent),
            variance=pounds(result.variance),
            risk_share=RiskShareOut.of(
                RiskShare(result.agreement, result.rule, result.shared, result.parts, result.obliges)
            ),
            obliges=result.obliges,
            plan=result.plan,
            action_plan=result.action_plan,
            decision=signed.decision,
            reason=signed.reason,
            signed_by=signed.by,
            signed_at=signed.at,
            business_date=signed.business_date,
            dry_run=dry_run,
        )

"""Bodies of the risks and savings schemes that pledges are linked to."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from chassis.web.bodies import OutBody
from contracts.colours import Colour
from contracts.money import Money
from contracts.risks import Band
from services.pledges.domain.linked import LinkedRisk, LinkedScheme
from services.pledges.schemas.fields import CODE_FORM

RiskRef = Annotated[str, StringConstraints(max_length=40, pattern=CODE_FORM), Field(examples=["OCC4"])]
SchemeCode = Annotated[str, StringConstraints(max_length=80, pattern=CODE_FORM), Field(examples=["sooner-home"])]
RiskRefs = Annotated[list[RiskRef], Field(max_length=100, description="References of risks")]
SchemeCodes = Annotated[list[SchemeCode], Field(max_length=100, description="Codes of savings schemes")]


class RiskRatingOut(OutBody):
    """A risk as it is rated, by override, indicators or assessment. Legacy risks may have only a band."""

    title: str
    status: str = Field(description="draft, open, escalated, accepted or closed")
    impact: int | None
    likelihood: int | None
    score: int | None = Field(description="Impact times likelihood; null where only a band is known")
    band: Band | None
    as_of: datetime = Field(description="When the register last told of it (UTC)")


class LinkedRiskOut(OutBody):
    """A risk that is linked, with its rating; null, and ``pending``, until an event told of it."""

    risk: str
    pending: bool
    rating: RiskRatingOut | None

    @classmethod
    def of(cls, linked: LinkedRisk) -> Self:
        found = linked.rating
        if found is None:
            return cls(risk=linked.code, pending=True, rating=None)
        return cls(risk=linked.code, pending=False, rating=RiskRatingOut(**found.said, as_of=found.as_of))


class SavingsPositionOut(OutBody):
    """A scheme's savings, year to date. Only what is banked has reduced a budget."""

    title: str
    fund: str = Field(description="Code of the fund that it is of")
    financial_year: str = Field(description="Year that the amounts are of")
    plan_low: Money
    plan_high: Money
    indicated: Money = Field(description="What the indicators suggest; never delivered money")
    validated: Money = Field(description="What finance has confirmed")
    banked: Money = Field(description="What has been taken off a budget")
    forecast_low: Money
    forecast_high: Money
    colour: Colour
    flags: list[str] = Field(description="What to know of it, such as that it was withdrawn")
    as_of: datetime = Field(description="When finance last told of it (UTC)")


class LinkedSchemeOut(OutBody):
    """A savings scheme that is linked, with its position; null, and ``pending``, until an event told of it."""

    scheme: str
    pending: bool
    position: SavingsPositionOut | None

    @classmethod
    def of(cls, linked: LinkedScheme) -> Self:
        found = linked.position
        if found is None:
            return cls(scheme=linked.code, pending=True, position=None)
        return cls(scheme=linked.code, pending=False, position=SavingsPositionOut(**found.said, as_of=found.as_of))

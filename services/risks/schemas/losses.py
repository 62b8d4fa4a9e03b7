"""Bodies of what a risk would cost."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.web.bodies import StrictBody
from contracts.money import Amount, Number
from services.risks.domain.losses import LossBand
from services.risks.schemas.values import Step

Pounds = Annotated[Amount, Field(gt=0, description="Pounds", examples=["50000"])]
Chance = Annotated[Number, Field(gt=0, le=1, description="Chance that it strikes within a year", examples=["0.25"])]


class LossBandIn(StrictBody):
    """What a risk would cost at a likelihood: nine of ten chances lie between low and high."""

    likelihood: Step
    chance: Chance
    low: Pounds
    high: Pounds

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError("low is not above high")
        return self

    def to_domain(self) -> LossBand:
        return LossBand(self.likelihood, self.chance, self.low, self.high)

    @classmethod
    def of(cls, band: LossBand) -> Self:
        return cls(likelihood=band.likelihood, chance=band.chance, low=band.low, high=band.high)

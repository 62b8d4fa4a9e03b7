"""Bodies of what a risk would cost."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Amount, Number
from services.risks.domain.losses import HIGHEST, WIDEST, LossBand
from services.risks.schemas.values import Step

Pounds = Annotated[Amount, Field(gt=0, le=HIGHEST, description="Pounds", examples=["50000"])]
Chance = Annotated[Number, Field(gt=0, le=1, description="Chance that it strikes within a year", examples=["0.25"])]


class LossBandIn(StrictBody):
    """What a risk would cost at a likelihood: nine of ten chances lie between low and high."""

    likelihood: Step
    chance: Chance
    low: Pounds
    high: Pounds

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        if self.low > self.high:
            raise ValueError("low is not above high")
        if self.high > WIDEST * self.low:
            raise ValueError(f"high is at most {WIDEST:,} times low")
        return self

    def to_domain(self) -> LossBand:
        return LossBand(self.likelihood, self.chance, self.low, self.high)


class LossBandOut(OutBody):
    """What a risk would cost at a likelihood, as it was given."""

    likelihood: int
    chance: Annotated[str, Field(description="Chance that it strikes within a year", examples=["0.25"])]
    low: Annotated[str, Field(description="Pounds, with the high one nine of ten chances apart", examples=["50000"])]
    high: Annotated[str, Field(description="Pounds", examples=["400000"])]

    @classmethod
    def of(cls, band: LossBand) -> Self:
        return cls(likelihood=band.likelihood, chance=f"{band.chance:f}", low=f"{band.low:f}", high=f"{band.high:f}")

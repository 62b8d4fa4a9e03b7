"""Bodies of what risks would cost."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Amount, Number
from contracts.reasons import Reason
from services.risks.domain.exposure import MODEL, CurvePoint, Exposure, RiskExposure
from services.risks.domain.losses import LossBand
from services.risks.schemas.losses import LossBandIn, LossBandOut


class LossesIn(StrictBody):
    """The whole set, one for each likelihood that its owner can put a price on; none takes all away."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "losses": [{"likelihood": 4, "chance": "0.5", "low": "50000", "high": "400000"}],
                    "reason": "Estimated with finance",
                }
            ]
        }
    )

    losses: list[LossBandIn] = Field(max_length=20, description="By likelihood")
    reason: Reason

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({band.likelihood for band in self.losses}) < len(self.losses):
            raise ValueError("each likelihood stands once")
        return self

    def to_domain(self) -> list[LossBand]:
        return [band.to_domain() for band in self.losses]


class LossesOut(OutBody):
    """What a risk would cost, as it can be sent again in the place of the whole set."""

    losses: list[LossBandOut] = Field(description="By likelihood; none where nobody gave that")

    @classmethod
    def of(cls, bands: Sequence[LossBand]) -> Self:
        return cls(losses=[LossBandOut.of(band) for band in bands])


class CurvePointOut(OutBody):
    """A point of the loss exceedance curve."""

    chance: Number = Field(description="Chance that a year costs more", examples=["0.05"])
    loss: Amount = Field(description="Pounds that are passed with this chance", examples=["420000"])

    @classmethod
    def of(cls, point: CurvePoint) -> Self:
        return cls(chance=point.chance, loss=point.loss)


class RiskExposureOut(LossBandOut):
    """A threat with what is given for the likelihood it is rated at."""

    ref: str
    title: str
    expected: Amount = Field(description="Pounds that it costs in a year on average", examples=["75000"])

    @classmethod
    def of_risk(cls, found: RiskExposure) -> Self:
        band = dict(LossBandOut.of(found.risk.band))
        return cls(ref=found.risk.ref, title=found.risk.title, expected=found.expected, **band)


class ExposureOut(OutBody):
    """What the register could cost in a year: an estimate, not a forecast and not in any account."""

    label: str = Field(description="What this is", examples=["Estimate by simulation"])
    model: int = Field(description="Version of the model")
    seed: int = Field(description="The same seed gives the same curve")
    years: int = Field(description="How many years were simulated")
    business_date: date = Field(description="Day that the threats, their ratings and ranges are of")
    expected: Amount = Field(description="Pounds that a year costs on average", examples=["150000"])
    curve: list[CurvePointOut] = Field(description="Losses by the chance that they are passed, the likeliest first")
    risks: list[RiskExposureOut] = Field(description="Threats in force with a range for their likelihood, by reference")
    unpriced: list[str] = Field(description="Threats in force without one, which count nothing", examples=[["OCC4"]])

    @classmethod
    def of(cls, found: Exposure) -> Self:
        return cls(
            label=LABEL,
            model=MODEL,
            seed=found.seed,
            years=found.years,
            business_date=found.on,
            expected=found.expected,
            curve=[CurvePointOut.of(point) for point in found.curve],
            risks=[RiskExposureOut.of_risk(risk) for risk in found.risks],
            unpriced=list(found.unpriced),
        )


LABEL = "Estimate by simulation from owners' ranges: not a forecast, and in no account"

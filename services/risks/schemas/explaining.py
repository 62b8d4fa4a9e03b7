"""Bodies of explanations, of what is and of what would be."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.risks import RatingState
from services.risks.domain.rating import Basis
from services.risks.schemas.linking import LinkOut
from services.risks.schemas.values import AreaCode, IndicatorCode


class SupposedSignal(StrictBody):
    """An indicator in an area as it might be: a severity (0 green, 1 amber, 2 red) or a colour."""

    indicator: IndicatorCode
    area: AreaCode
    severity: Annotated[int, Field(ge=0, le=2, strict=True)] | None = None
    colour: Literal["dark_green", "green", "amber", "red", "dark_red"] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.severity is None) == (self.colour is None):
            raise ValueError("give either a severity or a colour")
        return self


class SimulationIn(StrictBody):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"signals": [{"indicator": "ae-four-hour-wait", "area": "RK9", "colour": "red"}]}]
        }
    )

    signals: list[SupposedSignal] = Field(min_length=1, max_length=100)


class GroupOut(OutBody):
    group: str
    severity_at: int
    severity_now: int


class RuleOut(OutBody):
    number: int
    sentence: str


class ExplanationOut(OutBody):
    """Why a risk stands where it does, in parts and in words.

    ``change`` is the change of the worst group's severity, ``steps`` what it did to the likelihood after ``rules``.
    """

    ref: str
    business_date: date
    matrix: str
    rule_version: int
    assessed: RatingState
    indicated: RatingState
    effective: RatingState
    basis: Basis | None
    groups: list[GroupOut]
    links: list[LinkOut]
    change: int
    steps: int
    rules: list[RuleOut]
    event_ids: list[str]
    text: str


class SimulationOut(OutBody):
    """What would be: nothing is stored and nobody is told."""

    present: RatingState
    supposed: ExplanationOut

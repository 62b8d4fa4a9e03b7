"""Outcomes and objectives."""

from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from services.indicators.domain.objectives import Objective
from services.indicators.schemas.values import Code, Name

LINKED_EXAMPLE: dict[str, Any] = {"title": "Improved A&E four hour performance", "indicators": ["ae-four-hour-wait"]}


class LinkedIn(StrictBody):
    """An outcome or an objective, with the indicators that show how it goes, in order."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [LINKED_EXAMPLE]}}

    title: Name
    indicators: Annotated[list[Code], Field(max_length=200, default_factory=list)]

    def to_domain(self, code: str) -> Objective:
        return Objective(code, self.title, tuple(self.indicators))


class LinkedOut(OutBody):
    code: str
    title: str
    indicators: list[str]

    @classmethod
    def of(cls, objective: Objective) -> Self:
        return cls(code=objective.code, title=objective.title, indicators=list(objective.indicators))

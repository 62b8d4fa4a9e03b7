"""Bodies of whether events carry what process control says of a series."""

from typing import Annotated, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.reasons import Reason
from services.indicators.domain.observations import SeriesKey

_CARRIED = "Whether its events carry, of each period, what process control says of it"


class ControlSignalIn(StrictBody):
    """That events of a series carry what process control says of it, or no longer do."""

    model_config = StrictBody.model_config | {
        "json_schema_extra": {
            "examples": [{"area": "RK9", "carried": True, "reason": "A risk hangs on special causes of it"}]
        }
    }

    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    carried: Annotated[bool, Field(description=_CARRIED, strict=True)]
    reason: Annotated[Reason, Field(description="Why: who follows it by that, or does no more")]


class ControlSignalOut(OutBody):
    indicator: str
    area: str
    breakdown: Breakdown
    carried: Annotated[bool, Field(description=_CARRIED)]

    @classmethod
    def of(cls, key: SeriesKey, *, carried: bool) -> Self:
        return cls(indicator=key.indicator, area=key.area, breakdown=key.breakdown, carried=carried)

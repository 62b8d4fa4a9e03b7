"""Bodies of links between risks and indicators."""

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from services.risks.domain.severity import Signal
from services.risks.schemas.values import AreaCode, IndicatorCode, Word


class LinkIn(StrictBody):
    """A tie to an indicator in an area. Links of one causal group count as one cause."""

    indicator: IndicatorCode
    area: AreaCode
    group: Word
    signal: Signal = Signal.BEST


class LinksIn(StrictBody):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "links": [
                        {"indicator": "ae-four-hour-wait", "area": "RK9", "group": "patient-flow", "signal": "target"}
                    ]
                }
            ]
        }
    )

    links: list[LinkIn] = Field(max_length=100)


class LinkOut(OutBody):
    """A link and where it stands: confirmed severity 0 to 2 now and at its snapshot, null where unknown."""

    indicator: str
    area: str
    group: str
    signal: Signal
    severity_now: int | None
    severity_at: int | None
    takes_part: bool
    stale: bool
    latest_period: str | None
    version: int | None = Field(description="Newest version heard of this indicator in this area")

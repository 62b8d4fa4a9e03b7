"""Bodies of links between risks and indicators."""

from typing import Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from services.risks.domain.links import IndicatorLink, LinkKey, NewLink
from services.risks.domain.severity import Signal
from services.risks.schemas.values import AreaCode, IndicatorCode, Word


class LinkIn(StrictBody):
    """A tie to an indicator in an area. Links of one causal group count as one cause."""

    indicator: IndicatorCode
    area: AreaCode
    group: Word
    signal: Signal = Signal.BEST

    def to_domain(self) -> NewLink:
        return NewLink(LinkKey(self.indicator, self.area, self.signal), self.group)


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
    version: int | None = Field(description="Newest version of this indicator in this area that an event told of")

    @classmethod
    def of(cls, link: IndicatorLink, *, stale: bool) -> Self:
        return cls(
            indicator=link.indicator,
            area=link.area,
            group=link.group,
            signal=link.signal,
            severity_now=link.now,
            severity_at=link.at,
            takes_part=link.takes_part,
            stale=stale,
            latest_period=link.latest.label if link.latest else None,
            version=link.version or None,
        )

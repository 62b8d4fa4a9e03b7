"""Bodies of links between risks and indicators."""

from collections.abc import Sequence
from typing import Any, Literal, Self, cast

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.envelope import Timestamp
from contracts.indicators import ObservationStatus
from contracts.reasons import Reason
from services.risks.domain.links import IndicatorLink, LinkKey, NewLink, SeriesKey
from services.risks.domain.points import JudgedPeriod, judged_periods, read_points
from services.risks.domain.severity import Provisional, Signal
from services.risks.schemas.fund_links import FundLinkIn, as_sent
from services.risks.schemas.values import IndicatorCode, Word

IndicatorSignal = Literal["target", "benchmark", "trend", "best", "process-control"]
"""What a link to an indicator may read."""


class LinkIn(StrictBody):
    """A tie to a series: an indicator in an area, in total or of one breakdown. It may be unknown so far.

    Links of one causal group count as one cause. Provisional colours have no severity unless the link counts them.
    """

    indicator: IndicatorCode
    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    group: Word
    signal: IndicatorSignal = "best"
    provisional: Provisional = Provisional.IGNORE

    def to_domain(self) -> NewLink:
        series = SeriesKey(self.indicator, self.area, self.breakdown)
        return NewLink(LinkKey(series, Signal(self.signal), self.provisional), self.group)


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
    fund_links: list[FundLinkIn] | None = Field(
        default=None, max_length=100, description="Ties to funds; left out, those there are stay"
    )
    reason: Reason | None = Field(default=None, description="Why; needed where the risk is rated otherwise by them")


class LinksOut(OutBody):
    """The links as they can be sent again, in the place of the whole set."""

    links: list[LinkIn]
    fund_links: list[FundLinkIn]

    @classmethod
    def of(cls, links: Sequence[IndicatorLink]) -> Self:
        return cls(links=[_as_sent(link) for link in links if not link.series.is_fund], fund_links=as_sent(links))


def _as_sent(link: IndicatorLink) -> LinkIn:
    series, key = link.series, link.key
    return LinkIn(
        indicator=series.indicator,
        area=series.area,
        breakdown=series.breakdown,
        group=link.group,
        signal=_of_indicators(key.signal),
        provisional=key.provisional,
    )


def _of_indicators(signal: Signal) -> IndicatorSignal:
    return cast("IndicatorSignal", signal.value)  # of a fund there is another body


class LinkOut(OutBody):
    """A link and where it stands: confirmed severity 0 to 2 now and at its snapshot, null where unknown.

    ``pending``: no event told of its series yet. ``unconfirmed``: the severity now rests on one period alone.
    ``stale``: no value for more than two of its periods, or none at all; that changes no number.
    """

    indicator: str
    area: str
    breakdown: Breakdown
    group: str
    signal: Signal
    provisional: Provisional
    severity_now: int | None
    severity_at: int | None
    unconfirmed: bool
    takes_part: bool
    pending: bool
    stale: bool
    latest_period: str | None
    version: int | None = Field(description="Version of the newest event of its series")

    @classmethod
    def of(cls, link: IndicatorLink, *, stale: bool) -> Self:
        return cls(**_link_fields(link), stale=stale)


class PeriodOut(OutBody):
    """A period of a linked series as the link reads it."""

    period: str = Field(description="Label of the period", examples=["2018-01"])
    value: str | None = Field(description="Its value; null where there is none", examples=["76.6"])
    status: ObservationStatus = Field(description="Whether the value is final")
    target: Colour = Field(description="Colour against the target")
    benchmark: Colour = Field(description="Colour against the comparator")
    trend: Colour = Field(description="Colour against its own past")
    process_control: Colour = Field(description="Colour by process control; none where its event does not carry it")
    severity: int | None = Field(description="Severity by the signal of the link; null where no colour counts")
    decides: bool = Field(description="Whether it is one of the latest two with a severity, which decide")

    @classmethod
    def of(cls, judged: JudgedPeriod) -> Self:
        point, names = judged.point, ("period", "value", "status", "target", "benchmark", "trend", "process_control")
        return cls(**{n: getattr(point, n) for n in names}, severity=judged.severity, decides=judged.decides)


class ExplainedLinkOut(LinkOut):
    """A link with the values and colours that it was read from, and the event that they came with."""

    event_id: str | None = Field(description="Id of the newest event of its series; null before any")
    snapshot_at: Timestamp | None = Field(description="When it was snapshotted (UTC); null where not on record")
    periods: list[PeriodOut] = Field(
        description="The periods of the series, oldest first; none where they were not on record yet"
    )

    @classmethod
    def of(cls, link: IndicatorLink, *, stale: bool) -> Self:
        judged = judged_periods(read_points(link.points), link.signal, link.key.provisional)
        return cls(
            **_link_fields(link),
            stale=stale,
            event_id=link.event_id,
            snapshot_at=link.snapshot_at,
            periods=[PeriodOut.of(each) for each in judged],
        )


def _link_fields(link: IndicatorLink) -> dict[str, Any]:
    return {
        "indicator": link.series.indicator,
        "area": link.series.area,
        "breakdown": link.series.breakdown,
        "group": link.group,
        "signal": link.signal,
        "provisional": link.key.provisional,
        "severity_now": link.now,
        "severity_at": link.at,
        "unconfirmed": link.unconfirmed,
        "takes_part": link.takes_part,
        "pending": link.pending,
        "latest_period": link.latest.label if link.latest else None,
        "version": link.version or None,
    }

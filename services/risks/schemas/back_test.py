"""Bodies of back-tests."""

from datetime import date
from typing import Literal, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.breakdown import Breakdown
from services.risks.domain.back_test import BackTest, LinkBackTest, Reassessment, Verdict
from services.risks.domain.severity import Signal

ABOUT = "Of the periods that are kept with the newest event of a series, six at most, by the day each ended on."


class ReassessmentOut(OutBody):
    """A judgement of another likelihood, and what the indicator did about it."""

    since: date = Field(description="Business date of the judgement before")
    on: date = Field(description="Business date of this one")
    direction: Literal["worse", "better"] = Field(description="Which way the owner judged")
    verdict: Verdict = Field(description="Whether the indicator moved that way before it, after it, or the other way")

    @classmethod
    def of(cls, found: Reassessment, verdict: Verdict) -> Self:
        direction: Literal["worse", "better"] = "worse" if found.is_worse else "better"
        return cls(since=found.since, on=found.on, direction=direction, verdict=verdict)


class LinkBackTestOut(OutBody):
    """A link over the periods that are kept."""

    indicator: str
    area: str
    breakdown: Breakdown
    group: str
    signal: Signal
    first_period: str | None = Field(description="First period with a severity", examples=["2017-08"])
    last_period: str | None = Field(description="Last period with a severity", examples=["2018-01"])
    periods: int = Field(description="How many periods have a severity")
    flips: int = Field(description="How often a period, from the third on, had another severity than the one before")
    confirmed_flips: int = Field(description="The same of what was confirmed")
    before: int = Field(description="Re-assessments before which it moved the same way")
    after: int = Field(description="Re-assessments after which it moved the same way")
    wrongly: int = Field(description="Re-assessments before which it moved the other way")
    silent: int = Field(description="Re-assessments about which it did nothing")
    not_kept: int = Field(description="Re-assessments of which its periods are not kept any more")
    no_severity: int = Field(description="Re-assessments of a link whose periods have no severity")
    reassessments: list[ReassessmentOut] = Field(description="Each of them, oldest first")

    @classmethod
    def of(cls, found: LinkBackTest) -> Self:
        link, readings = found.link, found.readings
        return cls(
            indicator=link.series.indicator,
            area=link.series.area,
            breakdown=link.series.breakdown,
            group=link.group,
            signal=link.signal,
            first_period=readings[0].period.label if readings else None,
            last_period=readings[-1].period.label if readings else None,
            periods=len(readings),
            flips=found.flips,
            confirmed_flips=found.confirmed_flips,
            **{verdict.value: found.count(verdict) for verdict in Verdict},
            reassessments=[ReassessmentOut.of(*each) for each in found.verdicts],
        )


class BackTestOut(OutBody):
    """Whether a risk's indicators told of what its owner judged."""

    ref: str
    business_date: date
    about: str = Field(description="What it can tell", examples=[ABOUT])
    links: list[LinkBackTestOut] = Field(description="In the order they were added")

    @classmethod
    def of(cls, found: BackTest) -> Self:
        links = [LinkBackTestOut.of(each) for each in found.links]
        return cls(ref=found.risk.ref, business_date=found.today, about=ABOUT, links=links)

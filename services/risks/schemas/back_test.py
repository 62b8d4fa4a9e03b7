"""Bodies of back-tests, and of what they suggest."""

from datetime import date
from typing import Literal, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.breakdown import Breakdown
from services.risks.domain.back_test import (
    BackTest,
    LinkBackTest,
    Reassessment,
    Suggestion,
    Suggestions,
    Told,
    Verdict,
)
from services.risks.domain.severity import Signal

ABOUT = "Of every period that events of a series showed since that is kept, by the day each ended on."


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


class CountsOut(OutBody):
    """How often a signal flipped over the periods that are kept, and what it did about re-assessments."""

    first_period: str | None = Field(description="First period with a severity", examples=["2015-04"])
    last_period: str | None = Field(description="Last period with a severity", examples=["2018-01"])
    periods: int = Field(description="How many periods have a severity")
    flips: int = Field(description="How often a period, from the third on, had another severity than the one before")
    confirmed_flips: int = Field(description="The same of what was confirmed")
    before: int = Field(description="Re-assessments before which it moved the same way")
    after: int = Field(description="Re-assessments after which it moved the same way")
    wrongly: int = Field(description="Re-assessments before which it moved the other way")
    silent: int = Field(description="Re-assessments about which it did nothing")
    not_kept: int = Field(description="Re-assessments of which its periods are not on record")
    no_severity: int = Field(description="Re-assessments of a series whose periods have no severity")


class ToldOut(CountsOut):
    """A signal of a series over the periods that are kept."""

    indicator: str
    area: str
    breakdown: Breakdown
    signal: Signal
    reassessments: list[ReassessmentOut] = Field(description="Each of them, oldest first")


def counts_of(told: Told) -> dict[str, object]:
    """The fields of :class:`CountsOut`."""
    periods = [each.period.label for each in told.readings]
    return {
        "first_period": periods[0] if periods else None,
        "last_period": periods[-1] if periods else None,
        "periods": len(periods),
        "flips": told.flips,
        "confirmed_flips": told.confirmed_flips,
        **{verdict.value: told.count(verdict) for verdict in Verdict},
    }


def _told(told: Told) -> dict[str, object]:
    return counts_of(told) | {"reassessments": [ReassessmentOut.of(*each) for each in told.verdicts]}


class LinkBackTestOut(ToldOut):
    """A link over the periods that are kept."""

    group: str

    @classmethod
    def of(cls, found: LinkBackTest) -> Self:
        link, series = found.link, found.link.series
        named = {"indicator": series.indicator, "area": series.area, "breakdown": series.breakdown}
        return cls.model_validate({**named, "group": link.group, "signal": link.signal, **_told(found.told)})


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


class SuggestionOut(ToldOut):
    """A series that the risk is not linked to by this signal, and what it would have told."""

    lead: int = Field(description="Re-assessments that it moved before, less those before which it moved the other way")

    @classmethod
    def of(cls, found: Suggestion, signal: Signal) -> Self:
        series = found.series
        named = {"indicator": series.indicator, "area": series.area, "breakdown": series.breakdown}
        return cls.model_validate({**named, "signal": signal, "lead": found.told.lead, **_told(found.told)})


class SuggestionsOut(OutBody):
    """Indicators whose past would have told of what the owner judged; it is for the owner to say whether they do."""

    ref: str
    business_date: date
    about: str = Field(description="What it can tell, and what not")
    areas: list[str] = Field(description="Areas that were looked into", examples=[["RK9"]])
    signal: Signal
    reassessments: int = Field(description="How often the owner judged another likelihood than before")
    looked_at: int = Field(description="How many series were looked at")
    is_cut: bool = Field(description="Whether there are more series than are looked at in one go")
    suggestions: list[SuggestionOut] = Field(description="Those that told most often first, at most 20")

    @classmethod
    def of(cls, found: Suggestions) -> Self:
        return cls(
            ref=found.risk.ref,
            business_date=found.today,
            about=about_suggestions(found),
            areas=list(found.areas),
            signal=found.signal,
            reassessments=found.reassessments,
            looked_at=found.looked_at,
            is_cut=found.is_cut,
            suggestions=[SuggestionOut.of(each, found.signal) for each in found.found],
        )


def about_suggestions(found: Suggestions) -> str:
    """What the counts can tell: the more series are looked at, the more of them agree by chance."""
    judged = "1 re-assessment" if found.reassessments == 1 else f"{found.reassessments} re-assessments"
    return (
        f"{ABOUT} {found.looked_at} series were held against {judged}. They are counts of the past, no more: of many "
        "series some agree with few judgements by chance, and none is a cause by that."
    )

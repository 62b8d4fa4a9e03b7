"""Process control of a series, and the matrix of an area."""

from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.envelope import Timestamp
from contracts.indicators import BenchmarkState, Mark, Missing, ObservationStatus, TrendState
from contracts.period import Period
from services.indicators.domain.control.judgement import (
    Assurance,
    PointType,
    Variation,
    assurance_icon,
    variation_icon,
)
from services.indicators.domain.control.limits import ControlLimits
from services.indicators.domain.control.process import (
    AreaProcessControl,
    Cause,
    ControlPoint,
    ControlSegment,
    ProcessControl,
    Proposal,
    SeriesProcessControl,
)
from services.indicators.domain.control.rules import ControlRule, Fired
from services.indicators.domain.control.settings import ChartSettings, Variant
from services.indicators.domain.numbers import in_eight_places
from services.indicators.schemas.areas import AreaOut
from services.indicators.schemas.control_words import ASSURANCES, VARIATIONS, about, rule_words
from services.indicators.schemas.remarks import RecalculationOut
from services.indicators.schemas.status import TargetStateOut, three_colours
from services.indicators.schemas.values import Shown


def _limit(number: Fraction | None) -> Any:
    return None if number is None else in_eight_places(number)


class ControlLimitsOut(OutBody):
    """The mean and the limits, with eight decimals; null where nothing makes them. They are never cut at 0 or 100."""

    mean: Annotated[Shown | None, Field(description="Mean of the values that make the limits")]
    mean_moving_range: Annotated[
        Shown | None, Field(description="Mean distance of neighbours, after screening where the variant screens")
    ]
    lower: Annotated[Shown | None, Field(description="Lower control limit: mean less 2.66 mean moving ranges")]
    upper: Annotated[Shown | None, Field(description="Upper control limit: mean plus 2.66 mean moving ranges")]

    @classmethod
    def of_limits(cls, limits: ControlLimits | None) -> Self:
        return cls(**_limits(limits))


def _limits(limits: ControlLimits | None) -> dict[str, Any]:
    names = ("mean", "mean_moving_range", "lower", "upper")
    return {name: _limit(getattr(limits, name, None)) for name in names}


class ControlSegmentOut(ControlLimitsOut):
    """Periods with limits of their own."""

    first: Annotated[Period, Field(description="First period of the segment")]
    last: Annotated[Period, Field(description="Last period of the segment")]
    baseline_to: Annotated[
        Period | None, Field(description="Last period whose value makes the limits; null for all of the segment")
    ]

    @classmethod
    def of(cls, segment: ControlSegment) -> Self:
        return cls(first=segment.first, last=segment.last, baseline_to=segment.baseline_to, **_limits(segment.limits))


class FiredRuleOut(OutBody):
    rule: Annotated[ControlRule, Field(description="Name of the rule that fired")]
    words: Annotated[str, Field(description="What it saw, in words", examples=["7 points above the mean"])]


def _fired(fired: Fired, settings: ChartSettings) -> list[FiredRuleOut]:
    return [FiredRuleOut(rule=rule, words=rule_words(rule, settings)) for rule in fired]


class ControlPointOut(OutBody):
    """An observed period on the chart. Periods that were not observed are gaps, and so are symbols."""

    period: Annotated[Period, Field(description="Period of the value")]
    value: Shown | None
    missing: Missing | None
    marks: list[Mark]
    status: ObservationStatus
    revision: int
    segment: Annotated[int, Field(description="Number of the segment that it lies in, from 1")]
    after_gap: Annotated[bool, Field(description="Whether the period before it was not observed")]
    type: Annotated[PointType, Field(description="Common cause, or the sense in which it is a special cause")]
    rules: Annotated[list[FiredRuleOut], Field(description="The rules that fired; empty for a common cause")]
    annotation: Annotated[str | None, Field(description="What somebody put on the chart here; null for nothing")]

    @classmethod
    def of(cls, point: ControlPoint, settings: ChartSettings) -> Self:
        seen = point.revision.observation
        return cls(
            period=seen.period,
            value=seen.value,
            missing=seen.missing,
            marks=list(seen.marks),
            status=seen.status,
            revision=point.revision.number,
            segment=point.segment,
            after_gap=point.after_gap,
            type=point.type,
            rules=_fired(point.fired, settings),
            annotation=point.annotation,
        )


class SpecialCauseOut(OutBody):
    period: Annotated[Period, Field(description="Period of the special cause")]
    value: Annotated[Shown, Field(description="The value in that period")]
    type: Annotated[PointType, Field(description="Improvement, concern, or high or low of a neutral indicator")]
    rules: Annotated[list[FiredRuleOut], Field(description="The rules that fired, in order of precedence")]


class VariationOut(OutBody):
    """What the latest value says of the process."""

    name: Annotated[Variation, Field(description="Kind of variation; `none` where there is too little to judge by")]
    icon: Annotated[
        str, Field(description="Name of the icon in the variant's set", examples=["VariationIconCommonCause"])
    ]
    words: Annotated[str, Field(description="The same in words")]
    period: Annotated[Period | None, Field(description="Period of the latest value; null where there is none")]

    @classmethod
    def of(cls, control: ProcessControl) -> Self:
        latest, variation = control.latest, control.variation
        return cls(
            name=variation,
            icon=variation_icon(variation, control.settings.variant),
            words=VARIATIONS[variation],
            period=latest.revision.period if latest else None,
        )


class AssuranceOut(OutBody):
    """Whether the target is met, or missed, however the process varies within its last limits."""

    name: Annotated[Assurance, Field(description="Kind of assurance; `none` without a target, limits or a good side")]
    icon: Annotated[str, Field(description="Name of the icon in the variant's set", examples=["AssuranceIconPass"])]
    words: Annotated[str, Field(description="The same in words")]
    target: Annotated[Shown | None, Field(description="What the target in force expects in the latest period")]

    @classmethod
    def of(cls, control: ProcessControl) -> Self:
        assurance = control.assurance
        icon = assurance_icon(assurance, control.settings.variant)
        return cls(name=assurance, icon=icon, words=ASSURANCES[assurance], target=control.target)


class ProposalOut(OutBody):
    """That a person decide whether limits begin anew. Nothing follows from it by itself."""

    period: Annotated[Period, Field(description="Period that limits might begin anew at")]
    cause: Annotated[Cause, Field(description="What makes the question arise")]
    words: Annotated[str, Field(description="The same in words")]

    @classmethod
    def of(cls, proposal: Proposal) -> Self:
        return cls(period=proposal.period, cause=proposal.cause, words=proposal.words)


class ChartColoursOut(OutBody):
    """The council's colours of the latest period, as the status of the series has them."""

    benchmark: BenchmarkState
    trend: TrendState
    target: TargetStateOut | None


class ControlOut(OutBody):
    """What a chart comes to, beside the council's colours."""

    indicator: str
    name: Annotated[str, Field(description="Name of the indicator")]
    unit: str
    polarity: Polarity
    breakdown: Breakdown
    limits: Annotated[ControlLimitsOut, Field(description="Those of the last segment, which the latest value has")]
    variation: Annotated[VariationOut, Field(description="What the latest value says of the process")]
    assurance: Annotated[AssuranceOut, Field(description="Whether the target is met however the process varies")]
    warnings: Annotated[list[str], Field(description="What is to be known before the chart is relied on")]
    proposals: Annotated[list[ProposalOut], Field(description="Recalculations that wait for a person's decision")]
    colours: Annotated[ChartColoursOut, Field(description="The council's colours, which do not follow from this")]


def _control_fields(control: ProcessControl) -> dict[str, Any]:
    indicator, last = control.indicator, control.segments[-1] if control.segments else None
    return {
        "indicator": indicator.code,
        "name": indicator.name,
        "unit": indicator.unit.value,
        "polarity": indicator.polarity,
        "breakdown": control.key.breakdown,
        "limits": ControlLimitsOut.of_limits(last.limits if last else None),
        "variation": VariationOut.of(control),
        "assurance": AssuranceOut.of(control),
        "warnings": list(control.warnings),
        "proposals": [ProposalOut.of(each) for each in control.proposals],
        "colours": ChartColoursOut(**three_colours(control.colours)),
    }


class ProcessControlOut(ControlOut):
    """The chart of a series."""

    about: Annotated[str, Field(description="What this is, and that it stands beside the council's colours")]
    variant: Annotated[Variant, Field(description="By which tool's rules it is drawn")]
    run: Annotated[int, Field(description="How many points make a shift or a trend")]
    area: Annotated[AreaOut, Field(description="The area that the series is of")]
    segments: Annotated[list[ControlSegmentOut], Field(description="Periods with limits of their own, oldest first")]
    points: Annotated[list[ControlPointOut], Field(description="Every observed period, oldest first")]
    special_causes: Annotated[list[SpecialCauseOut], Field(description="Points that a rule fired at, oldest first")]
    recalculations: Annotated[list[RecalculationOut], Field(description="What people decided on the limits, by period")]
    as_of: Timestamp | None = None

    @classmethod
    def of(cls, state: SeriesProcessControl) -> Self:
        control, settings = state.control, state.control.settings
        return cls(
            about=about(settings),
            variant=settings.variant,
            run=settings.run,
            area=AreaOut.of(state.area),
            segments=[ControlSegmentOut.of(each) for each in control.segments],
            points=[ControlPointOut.of(each, settings) for each in control.points],
            special_causes=_special_causes(control),
            recalculations=[RecalculationOut.of(each) for each in control.recalculations],
            as_of=state.as_of,
            **_control_fields(control),
        )


def _special_causes(control: ProcessControl) -> list[SpecialCauseOut]:
    return [
        SpecialCauseOut(
            period=point.revision.period,
            value=point.revision.observation.value,
            type=point.type,
            rules=_fired(point.fired, control.settings),
        )
        for point in control.points
        if point.fired
    ]


class MatrixRowOut(ControlOut):
    """An indicator of the matrix, with its latest value."""

    latest: Annotated[ControlPointOut | None, Field(description="The latest value on its chart; null for none")]

    @classmethod
    def of(cls, control: ProcessControl) -> Self:
        latest = control.latest
        shown = ControlPointOut.of(latest, control.settings) if latest else None
        return cls(latest=shown, **_control_fields(control))


class ProcessControlMatrixOut(OutBody):
    """All indicators that are recorded of an area."""

    about: Annotated[str, Field(description="What this is, and that it stands beside the council's colours")]
    variant: Annotated[Variant, Field(description="By which tool's rules the charts are drawn")]
    run: Annotated[int, Field(description="How many points make a shift or a trend")]
    area: Annotated[AreaOut, Field(description="The area that the indicators are recorded of")]
    rows: Annotated[list[MatrixRowOut], Field(description="The indicators, by code")]
    as_of: Timestamp | None = None

    @classmethod
    def of(cls, state: AreaProcessControl) -> Self:
        settings = state.settings
        return cls(
            about=about(settings),
            variant=settings.variant,
            run=settings.run,
            area=AreaOut.of(state.area),
            rows=[MatrixRowOut.of(each) for each in state.rows],
            as_of=state.as_of,
        )

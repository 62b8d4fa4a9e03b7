"""Recent trends and forecasts."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.indicators import TrendState
from contracts.period import Period
from services.indicators.domain.forecast import Forecast
from services.indicators.domain.limits import limits_of
from services.indicators.domain.observations import Revision
from services.indicators.domain.recent_trend import CRITICAL, RecentTrend, RecentTrendResult, TrendMethod
from services.indicators.domain.series import SeriesPast
from services.indicators.schemas.areas import AreaOut
from services.indicators.schemas.control_words import BESIDE
from services.indicators.schemas.status import TargetStateOut, three_colours
from services.indicators.schemas.values import Shown

_RESULTS = {
    RecentTrendResult.CANNOT_BE_CALCULATED: "Cannot be calculated",
    RecentTrendResult.NO_SIGNIFICANT_CHANGE: "No significant change",
    RecentTrendResult.INCREASING_BETTER: "Increasing and getting better",
    RecentTrendResult.INCREASING_WORSE: "Increasing and getting worse",
    RecentTrendResult.DECREASING_BETTER: "Decreasing and getting better",
    RecentTrendResult.DECREASING_WORSE: "Decreasing and getting worse",
    RecentTrendResult.INCREASING: "Increasing",
    RecentTrendResult.DECREASING: "Decreasing",
}
_TREND = f"The recent trend of public health over five annual values, tested at 99.8 per cent. {BESIDE}"
_FORECAST = "A straight line through the latest values, with a 95 per cent prediction interval: a calculation, nobody's"
_FORECAST += f" plan. {BESIDE}"


class YearOut(OutBody):
    """One of the values that were tested."""

    period: Annotated[Period, Field(description="The year")]
    value: Shown
    count: Shown | None
    denominator: Shown | None
    lower: Shown | None
    upper: Shown | None

    @classmethod
    def of(cls, revision: Revision, past: SeriesPast) -> Self:
        seen, limits = revision.observation, limits_of(revision.observation, past.indicator)
        figures = {"count": seen.count, "denominator": seen.denominator, "lower": limits.lower, "upper": limits.upper}
        return cls(period=seen.period, value=seen.value or Decimal(0), **figures)


class RecentTrendOut(OutBody):
    """The recent trend, beside the trend colour."""

    about: Annotated[str, Field(description="What this is, and that it stands beside the council's colours")]
    indicator: str
    area: Annotated[AreaOut, Field(description="The area that the series is of")]
    breakdown: Breakdown
    result: Annotated[RecentTrendResult, Field(description="What the test comes to")]
    words: Annotated[str, Field(description="The same in the words of public health profiles")]
    reason: Annotated[str | None, Field(description="Why it cannot be calculated; null where it can")]
    method: Annotated[TrendMethod | None, Field(description="Whether counts were tested, or values by their limits")]
    chi_squared: Annotated[Shown | None, Field(description="Chi-squared for trend, of one degree of freedom")]
    critical: Annotated[Shown, Field(description="What it has to be above: p = 0.002")]
    slope: Annotated[Shown | None, Field(description="Change a year: of the log odds of counts, else of the value")]
    slopes: Annotated[list[Shown], Field(description="The slope with each of the five points left out, oldest first")]
    slopes_agree: Annotated[bool | None, Field(description="Whether all six slopes have one sign; zero rises")]
    points: Annotated[list[YearOut], Field(description="The values that it is of, oldest first, at most five")]
    provisional: bool
    trend: TrendState
    as_of: Timestamp | None = None

    @classmethod
    def of(cls, past: SeriesPast, found: RecentTrend) -> Self:
        return cls(
            about=_TREND,
            result=found.result,
            words=_RESULTS[found.result],
            reason=found.reason,
            critical=CRITICAL,
            **_statistics(found),
            points=[YearOut.of(each, past) for each in found.revisions],
            provisional=found.provisional,
            trend=three_colours(past.colours)["trend"],
            **_past(past),
        )


def _statistics(found: RecentTrend) -> dict[str, Any]:
    names = ("method", "chi_squared", "slope", "slopes_agree")
    slopes = list(found.statistics.slopes) if found.statistics else []
    return {name: getattr(found.statistics, name, None) for name in names} | {"slopes": slopes}


def _past(past: SeriesPast) -> dict[str, Any]:
    return {
        "indicator": past.key.indicator,
        "area": AreaOut.of(past.area),
        "breakdown": past.key.breakdown,
        "as_of": past.as_of,
    }


class ForecastOut(OutBody):
    """The forecast, beside the target colour."""

    about: Annotated[str, Field(description="What this is, and that it stands beside the council's colours")]
    indicator: str
    area: Annotated[AreaOut, Field(description="The area that the series is of")]
    breakdown: Breakdown
    due: Annotated[Period | None, Field(description="Period in which the target is due; null where none says so")]
    period: Annotated[Period | None, Field(description="Period of the series in which the target's period ends")]
    value: Annotated[Shown | None, Field(description="What the line comes to; null where there is no forecast")]
    lower: Annotated[Shown | None, Field(description="Lower end of the 95% prediction interval")]
    upper: Annotated[Shown | None, Field(description="Upper end of the 95% prediction interval")]
    slope: Annotated[Shown | None, Field(description="Change from one period to the next")]
    expected: Annotated[Shown | None, Field(description="What the target expects in that period")]
    on_course: Annotated[
        bool | None, Field(description="Whether the line meets the target by then; null where that cannot be said")
    ]
    certain: Annotated[
        bool | None, Field(description="Whether the whole interval is on the same side of the target as the line")
    ]
    reason: Annotated[str, Field(description="How it was judged, or why there is no forecast or no judgement")]
    made_from: Annotated[list[Period], Field(description="Periods that the line is drawn through, oldest first")]
    provisional: bool
    target: TargetStateOut | None
    as_of: Timestamp | None = None

    @classmethod
    def of(cls, past: SeriesPast, found: Forecast) -> Self:
        same = ("due", "period", "expected", "on_course", "certain", "reason", "provisional")
        return cls(
            about=_FORECAST,
            **{name: getattr(found, name) for name in same},
            **{name: getattr(found.line, name, None) for name in ("value", "lower", "upper", "slope")},
            made_from=[each.period for each in found.revisions],
            target=three_colours(past.colours)["target"],
            **_past(past),
        )

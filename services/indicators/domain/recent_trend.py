"""The recent trend of public health: five annual values, tested, beside the trend colour and never instead of it.

After the trend markers of the Office for Health Improvement and Disparities: ``TrendMarkerCalculator`` of
PublicHealthEngland/fingertips-open (January 2020) and its technical guidance *Trend markers*. A chi-squared test for
trend at 99.8 per cent, and a slope that keeps its sign whichever of the five points is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from contracts.colours import Polarity
from contracts.indicators import Mark
from contracts.period import PeriodKind
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.limits import limits_of
from services.indicators.domain.numbers import trimmed
from services.indicators.domain.observations import Revision

POINTS = 5
CRITICAL = Decimal("9.54953570608324")
"""Chi-squared of one degree of freedom at p = 0.002."""
_WIDTH = Decimal("3.92")  # a 95 per cent interval in standard errors, as the calculator has it
_DIGITS, _SAME = 50, Decimal("1e-30")
_ANNUAL = {PeriodKind.FINANCIAL_YEAR, PeriodKind.CALENDAR_YEAR, PeriodKind.ACADEMIC_YEAR}


class TrendMethod(StrEnum):
    PROPORTION = "proportion"
    VALUE = "value"


class RecentTrendResult(StrEnum):
    CANNOT_BE_CALCULATED = "cannot_be_calculated"
    NO_SIGNIFICANT_CHANGE = "no_significant_change"
    INCREASING_BETTER = "increasing_better"
    INCREASING_WORSE = "increasing_worse"
    DECREASING_BETTER = "decreasing_better"
    DECREASING_WORSE = "decreasing_worse"
    INCREASING = "increasing"
    DECREASING = "decreasing"


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A year's figures: a count out of a denominator, or a value between its limits."""

    value: Decimal
    count: Decimal | None = None
    denominator: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TrendStatistics:
    """``slopes`` are those with each point left out, oldest first; ``slope`` is of all five.

    Of proportions the slope is of the log odds, else of the value, a year. All rounded to eight places.
    """

    method: TrendMethod
    chi_squared: Decimal
    slope: Decimal
    slopes: tuple[Decimal, ...]
    slopes_agree: bool
    rises: bool

    @property
    def is_significant(self) -> bool:
        return self.chi_squared > CRITICAL and self.slopes_agree


@dataclass(frozen=True, slots=True)
class RecentTrend:
    """``reason`` says why it cannot be calculated, else nothing. Provisional where one of its values is."""

    result: RecentTrendResult
    revisions: tuple[Revision, ...]
    statistics: TrendStatistics | None = None
    reason: str | None = None
    provisional: bool = False


def recent_trend(indicator: Indicator, revisions: Iterable[Revision]) -> RecentTrend:
    """The recent trend of a series, whatever the order of its current revisions.

    Reasons: ``not_annual``, ``fewer_than_five_values`` with what ended the run, ``whole_or_none`` (a count of zero or
    equal to its denominator has no odds), ``no_limits``.
    """
    if indicator.frequency not in _ANNUAL:
        return _none("not_annual: it is tested on five annual values that do not overlap")
    run, end = _run(revisions)
    if len(run) < POINTS:
        return _none(f"fewer_than_five_values: {len(run)} follow one another up to the latest{end}", run)
    points = [_point(each, indicator) for each in run]
    method = _method(points, indicator)
    fault = _fault(points, method)
    if fault:
        return _none(fault, run)
    found = trend_statistics(points, method)
    provisional = any(each.observation.is_provisional for each in run)
    return RecentTrend(_result(found, indicator.polarity), tuple(run), found, provisional=provisional)


def _none(reason: str, run: Sequence[Revision] = ()) -> RecentTrend:
    return RecentTrend(RecentTrendResult.CANNOT_BE_CALCULATED, tuple(run), reason=reason)


def _run(revisions: Iterable[Revision]) -> tuple[list[Revision], str]:
    """At most the five latest, oldest first, that follow one another with values; and what ended them before that."""
    present = [each for each in revisions if not each.observation.is_withdrawn]
    run: list[Revision] = []
    for each in sorted(present, key=lambda revision: revision.period.sort_key, reverse=True):
        if len(run) == POINTS:
            break
        if each.observation.value is None:
            return run[::-1], f"; {each.period} has no value"
        if run and not each.period.followed_by(run[-1].period):
            return run[::-1], f"; nothing was observed before {run[-1].period}"
        run.append(each)
        if Mark.BREAK in each.observation.marks and len(run) < POINTS:
            return run[::-1], f"; the series breaks at {each.period}"
    return run[::-1], ""


def _point(revision: Revision, indicator: Indicator) -> TrendPoint:
    seen, limits = revision.observation, limits_of(revision.observation, indicator)
    return TrendPoint(seen.value or Decimal(0), seen.count, seen.denominator, limits.lower, limits.upper)


def _method(points: Sequence[TrendPoint], indicator: Indicator) -> TrendMethod:
    counted = all(each.count is not None and each.denominator for each in points)
    crude = indicator.unit is Unit.PERCENTAGE and indicator.is_crude
    return TrendMethod.PROPORTION if crude and counted else TrendMethod.VALUE


def _fault(points: Sequence[TrendPoint], method: TrendMethod) -> str | None:
    if method is TrendMethod.PROPORTION:
        odd = any(not each.count or each.count == each.denominator for each in points)
        return "whole_or_none: a count is zero, or all of its denominator" if odd else None
    narrow = any(each.lower is None or each.upper is None or each.lower >= each.upper for each in points)
    return "no_limits: a value has no 95% limits, or they are one" if narrow else None


def _result(found: TrendStatistics, polarity: Polarity) -> RecentTrendResult:
    if not found.is_significant:
        return RecentTrendResult.NO_SIGNIFICANT_CHANGE
    way = "increasing" if found.rises else "decreasing"
    if polarity is Polarity.NEUTRAL:
        return RecentTrendResult(way)
    better = found.rises == (polarity is Polarity.HIGH_IS_GOOD)
    return RecentTrendResult(f"{way}_{'better' if better else 'worse'}")


def trend_statistics(points: Sequence[TrendPoint], method: TrendMethod) -> TrendStatistics:
    """The test of five points, oldest first, that are good for ``method``."""
    with localcontext(prec=_DIGITS):
        numbered = list(enumerate(points, 1))
        proportion = method is TrendMethod.PROPORTION
        slope_of = _slope_of_log_odds if proportion else _weighted_slope
        slope = slope_of(numbered)
        slopes = [slope_of([each for each in numbered if each[0] != left]) for left, _ in numbered]
        chi_squared = _chi_squared_of_counts(numbered) if proportion else _chi_squared_of_values(numbered)
        signs = {each > -_SAME for each in (slope, *slopes)}  # a slope of zero counts as one that rises
    return TrendStatistics(
        method, trimmed(chi_squared), trimmed(slope), tuple(map(trimmed, slopes)), len(signs) == 1, slope > -_SAME
    )


_Numbered = Sequence[tuple[int, TrendPoint]]


def _chi_squared_of_counts(points: _Numbered) -> Decimal:
    """Chi-squared for trend in proportions: N (N sum(xt) - R sum(nt))^2 / (R (N - R) (N sum(nt^2) - sum(nt)^2))."""
    rows = [(t, each.count or Decimal(0), each.denominator or Decimal(0)) for t, each in points]
    whole, counted = sum(n for _, _, n in rows), sum(x for _, x, _ in rows)
    by_time = sum(n * t for t, _, n in rows)
    spread = whole * sum(n * t * t for t, _, n in rows) - by_time**2
    apart = whole * sum(x * t for t, x, _ in rows) - counted * by_time
    return Decimal(whole * apart**2 / (counted * (whole - counted) * spread))


def _slope_of_log_odds(points: _Numbered) -> Decimal:
    """Ordinary least squares of ln(x / (n - x)) on time."""
    rows = [(t, _log_odds(each)) for t, each in points]
    count = len(rows)
    times = sum(t for t, _ in rows)
    above = sum((count * t - times) * y for t, y in rows)
    return Decimal(above / (count * sum(t * t for t, _ in rows) - times**2))


def _log_odds(point: TrendPoint) -> Decimal:
    count, denominator = point.count or Decimal(0), point.denominator or Decimal(0)
    return (count / (denominator - count)).ln()


def _chi_squared_of_values(points: _Numbered) -> Decimal:
    """The square of the weighted slope over its variance."""
    rows = _weighted(points)
    weight, times = sum(w for _, _, w in rows), sum(w * t for t, _, w in rows)
    return Decimal(_weighted_slope(points) ** 2 * (weight * sum(w * t * t for t, _, w in rows) - times**2) / weight)


def _weighted_slope(points: _Numbered) -> Decimal:
    """Least squares of the value on time, each weighted by one over its variance."""
    rows = _weighted(points)
    weight, times = sum(w for _, _, w in rows), sum(w * t for t, _, w in rows)
    above = weight * sum(w * t * y for t, y, w in rows) - times * sum(w * y for _, y, w in rows)
    return Decimal(above / (weight * sum(w * t * t for t, _, w in rows) - times**2))


def _weighted(points: _Numbered) -> list[tuple[int, Decimal, Decimal]]:
    """Time, value, and the weight that its 95 per cent interval gives it."""
    return [(t, each.value, (_WIDTH / ((each.upper or 0) - (each.lower or 0))) ** 2) for t, each in points]

"""The mean and the limits of a segment, exactly.

Mean plus and minus 2.66 mean moving ranges (Wheeler 1993; 2.66 is 3 / 1.128, rounded as both variants have it). They
are never cut at 0 or 100. ``plotthedots`` leaves out, once, the moving ranges of at least 3.267 times their mean
(NHSRplotthedots 0.2.2, vignette *deviations*).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from services.indicators.domain.control.settings import LIMIT, SCREEN, TWO_SIGMA, Variant

Values = Sequence[Fraction | None]
"""The values of a segment in order; None is a gap, across which nothing is compared."""


@dataclass(frozen=True, slots=True)
class ControlLimits:
    """Without a mean moving range there are no limits, only the mean."""

    mean: Fraction
    mean_moving_range: Fraction | None = None

    @property
    def lower(self) -> Fraction | None:
        return None if self.mean_moving_range is None else self.mean - LIMIT * self.mean_moving_range

    @property
    def upper(self) -> Fraction | None:
        return None if self.mean_moving_range is None else self.mean + LIMIT * self.mean_moving_range

    def zones(self, values: Values) -> list[int]:
        """Where each value lies: 0 on the mean or in a gap, 1 up to two sigma, 2 up to the limit, 3 beyond it.

        Negative below the mean. A value on a line is inside it; without limits nothing is further than 1.
        """
        spread = self.mean_moving_range
        lines = () if spread is None else (TWO_SIGMA * spread, LIMIT * spread)
        above, below = [self.mean + each for each in lines], [self.mean - each for each in lines]
        return [self._zone(value, above, below) for value in values]

    def _zone(self, value: Fraction | None, above: Sequence[Fraction], below: Sequence[Fraction]) -> int:
        if value is None or value == self.mean:
            return 0
        if value > self.mean:
            return 1 + sum(value > line for line in above)
        return -1 - sum(value < line for line in below)


def control_limits(values: Values, variant: Variant) -> ControlLimits | None:
    """The limits that ``values`` make; None where there is no value.

    A moving range is the distance of two neighbours. Where none is left, as in ``plotthedots`` of a constant series,
    there is a mean alone.
    """
    present = [value for value in values if value is not None]
    if not present:
        return None
    ranges = [abs(later - earlier) for earlier, later in pairwise(values) if earlier is not None and later is not None]
    if variant is Variant.PLOTTHEDOTS and ranges:
        most = SCREEN * _mean(ranges)
        ranges = [each for each in ranges if each < most]
    return ControlLimits(_mean(present), _mean(ranges) if ranges else None)


def _mean(numbers: Sequence[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0)) / len(numbers)

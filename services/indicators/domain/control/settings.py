"""How a chart is drawn: by which tool's rules, and how long a run has to be."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

LIMIT = Fraction("2.66")
"""Mean moving ranges between the mean and a limit: three sigma."""
TWO_SIGMA = LIMIT * 2 / 3
SCREEN = Fraction("3.267")
"""Moving ranges of this many times their mean, or more, are left out where a variant screens them."""
LEAST_POINTS = 13
"""Values of a whole chart that limits are trusted from."""
RUN, SHORT_RUN = 7, 6


class Variant(StrEnum):
    MDC = "mdc"
    PLOTTHEDOTS = "plotthedots"


@dataclass(frozen=True, slots=True)
class ChartSettings:
    """``run`` is how many points make a shift or a trend: 7, or 6 by choice, which only ``mdc`` offers."""

    variant: Variant = Variant.MDC
    run: int = RUN

    @property
    def is_offered(self) -> bool:
        return self.run == RUN or self.variant is Variant.MDC

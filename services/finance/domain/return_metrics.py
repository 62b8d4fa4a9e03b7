"""What indicators tell of the metrics of a return's quarter."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.colours import Polarity
from contracts.period import Period
from services.finance.domain.savings import Observation

_MONTHS_OF_A_QUARTER: Final = 3


@dataclass(frozen=True, slots=True)
class MetricFact:
    """What is known of a metric in a quarter. ``value`` is null where only months of the quarter have one.

    ``known`` is the last period with a value that ends in the quarter; ``polarity`` is null while it was not told.
    """

    known: Period
    value: Decimal | None
    polarity: Polarity | None

    def as_values(self, metric: str) -> dict[str, str]:
        """As a return keeps it beside its cells, what is not known left out."""
        named = {"known": self.known.label, "polarity": None if self.polarity is None else self.polarity.value}
        named["actual"] = None if self.value is None else f"{self.value:f}"
        return {f"metrics.{metric}.{name}": text for name, text in named.items() if text is not None}


def metric_fact(observations: Iterable[Observation], polarity: Polarity | None, quarter: Period) -> MetricFact | None:
    """What observations of a series tell of a quarter; null where none with a value ends in it.

    The value is that of the quarter itself, or else of the shortest longer period that ends with it; a month is no
    quarter, and months are not added up.
    """
    told = [one for one in observations if one.value is not None and quarter.start <= one.period.end <= quarter.end]
    if not told:
        return None
    whole = [one for one in told if one.period.end == quarter.end and one.period.months >= _MONTHS_OF_A_QUARTER]
    value = min(whole, key=lambda one: one.period.months).value if whole else None
    last = max((one.period for one in told), key=lambda period: (period.end, period.months))
    return MetricFact(last, value, polarity)

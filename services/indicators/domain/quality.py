"""What is checked of an indicator's figures by rules that somebody declared, and by their own history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from contracts.indicators import Mark
from contracts.period import Period
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.numbers import trimmed
from services.indicators.domain.observations import Observation, SeriesKey

HISTORY: Final = 24
"""Periods that an outlier is looked for among."""
LEAST_HISTORY: Final = 6
"""Values without which nothing is an outlier."""

_OF_MEDIAN, _OF_MEAN, _LIMIT = Decimal("0.6745"), Decimal("1.253314"), Decimal("3.5")


class QualityKind(StrEnum):
    NO_OWNER = "no_owner"
    LATE = "late"
    OUTLIER = "outlier"
    CONTRADICTION = "contradiction"
    SMALL_NUMBER = "small_number"


class Relation(StrEnum):
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class DeclaredRelation:
    """What the value is to another indicator's of the same area, breakdown and period, give or take ``tolerance``."""

    indicator: str
    relation: Relation
    tolerance: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class QualityRules:
    """What is declared of one indicator.

    ``due_days`` after a period has ended its value is due; None leaves it late once the one before is stale. Counts
    below ``suppress_below`` are not published; None publishes all.
    """

    indicator: str
    due_days: int | None = None
    suppress_below: int | None = None
    relations: tuple[DeclaredRelation, ...] = ()


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """What is to be looked at: of the whole indicator where it names no series."""

    kind: QualityKind
    reason: str
    series: SeriesKey | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class IndicatorQuality:
    indicator: Indicator
    findings: tuple[QualityFinding, ...]


def modified_z(value: Decimal, values: Sequence[Decimal]) -> Decimal | None:
    """The modified z-score of a value among ``values``, itself one of them; None where all are alike.

    0.6745 (x - median) / MAD, where MAD is the median of the distances from the median; an outlier is beyond 3.5
    (Iglewicz and Hoaglin 1993, How to detect and handle outliers; NIST/SEMATECH e-Handbook of Statistical Methods,
    1.3.5.17). Where more than half are alike MAD is zero, and the mean distance times 1.253314 takes its place.
    """
    middle = _median(values)
    distances = [abs(each - middle) for each in values]
    spread = _median(distances)
    if spread:
        return _OF_MEDIAN * (value - middle) / spread
    average = sum(distances, Decimal(0)) / len(distances)
    return (value - middle) / (_OF_MEAN * average) if average else None


def _median(values: Sequence[Decimal]) -> Decimal:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def outliers(series: Sequence[Observation]) -> Iterator[tuple[Observation, Decimal]]:
    """Values of a series, oldest first, that are far from its others since the last break, each with its score."""
    valued = [each for each in _since_break(series) if each.value is not None]
    values = [each.value for each in valued if each.value is not None]
    if len(values) < LEAST_HISTORY:
        return
    for seen, value in zip(valued, values, strict=True):
        score = modified_z(value, values)
        if score is not None and abs(score) > _LIMIT:
            yield seen, score


def _since_break(series: Sequence[Observation]) -> Sequence[Observation]:
    breaks = [n for n, each in enumerate(series) if Mark.BREAK in each.marks]
    return series[breaks[-1] :] if breaks else series


def outlier_reason(seen: Observation, score: Decimal) -> str:
    return f"{seen.value:f} has a modified z-score of {score:.2f} among its own history, beyond 3.5"


def contradiction(value: Decimal, other: Decimal, declared: DeclaredRelation) -> str | None:
    """How a value contradicts another indicator's; None where it agrees."""
    above, below = value - other > declared.tolerance, other - value > declared.tolerance
    wrong = {
        Relation.AT_MOST: above,
        Relation.AT_LEAST: below,
        Relation.EQUAL: above or below,
    }[declared.relation]
    if not wrong:
        return None
    allowed = f", give or take {trimmed(declared.tolerance):f}" if declared.tolerance else ""
    words = "equal to" if declared.relation is Relation.EQUAL else declared.relation.replace("_", " ")
    return f"{value:f} contradicts {other:f} of {declared.indicator}: it should be {words} that{allowed}"


def contradictions(
    series: Sequence[Observation], others: Mapping[Period, Observation], declared: DeclaredRelation
) -> Iterator[tuple[Observation, str]]:
    """The values of a series that contradict another's of the same periods."""
    for seen in series:
        other = others.get(seen.period)
        if seen.value is not None and other is not None and other.value is not None:
            reason = contradiction(seen.value, other.value, declared)
            if reason:
                yield seen, reason

"""Whom an area is compared with: another area, or a group of areas by their mean and its rank among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from contracts.colours import Polarity
from contracts.indicators import ObservationStatus
from services.indicators.domain.numbers import computed
from services.indicators.domain.observations import Observation

PARENT, ENGLAND_BY_NAME = "parent", "england"
RESERVED = frozenset({PARENT, ENGLAND_BY_NAME})
"""What a reader may name as comparator besides codes; no group has such a code."""

_QUARTERS = 4


class GroupKind(StrEnum):
    """Whether areas were put together, or found alike: the nearest neighbours of one of them by some model."""

    GROUP = "group"
    NEAREST_NEIGHBOURS = "nearest_neighbours"


@dataclass(frozen=True, slots=True)
class AreaGroup:
    """Areas that one is compared with, by a name; ``source`` says who put them together."""

    code: str
    name: str
    kind: GroupKind
    areas: tuple[str, ...]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whom rows are compared with; ``group`` are the areas whose mean is read, none where it is one area."""

    code: str
    name: str
    group: tuple[str, ...] = ()

    @classmethod
    def with_group(cls, group: AreaGroup) -> "Comparison":
        return cls(group.code, group.name, group.areas)


@dataclass(frozen=True, slots=True)
class Rank:
    """1 is the best, equals share a rank; ``of`` counts the area itself. Quartile 1 is the best quarter of them."""

    rank: int
    of: int
    quartile: int


def mean(observed: Sequence[Observation], decimals: int) -> Observation | None:
    """The unweighted mean of those of one period that have a value, provisional if one of them is; None of none."""
    values = [each.value for each in observed if each.value is not None]
    if not values:
        return None
    provisional = any(each.is_provisional for each in observed if each.value is not None)
    status = ObservationStatus.PROVISIONAL if provisional else ObservationStatus.FINAL
    return Observation(observed[0].period, computed(sum(values, Decimal(0)) / len(values), decimals), status)


def rank(value: Decimal | None, others: Sequence[Decimal], polarity: Polarity) -> Rank | None:
    """Where a value stands among those of other areas; None without a value, without others, or of neutral polarity."""
    if value is None or not others or polarity is Polarity.NEUTRAL:
        return None
    better = sum((other - value) * polarity.sign > 0 for other in others)
    of = len(others) + 1
    return Rank(better + 1, of, better * _QUARTERS // of + 1)

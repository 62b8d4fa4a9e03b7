"""Outcomes, system performance objectives, gaps of the system and priorities, with the indicators that show them.

An objective serves an outcome, and a priority is to close one of the gaps: what they are part of is shown by their
indicators too.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from contracts.colours import Colour
from contracts.period import Period
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.series import SeriesState


class ObjectiveKind(StrEnum):
    OUTCOME = "outcome"
    OBJECTIVE = "objective"
    """A system performance objective."""
    SYSTEM_GAP = "system_gap"
    """In health and wellbeing, care and quality, funding and efficiency. Not an inequality gap."""
    PRIORITY = "priority"


PART_OF = {
    ObjectiveKind.OBJECTIVE: ObjectiveKind.OUTCOME,
    ObjectiveKind.PRIORITY: ObjectiveKind.SYSTEM_GAP,
}
"""What each kind is part of."""
PARTS = {whole: part for part, whole in PART_OF.items()}


class ObjectiveOrder(StrEnum):
    """What they can be ordered by: as they are printed, or by code."""

    PRINTED = "printed"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Objective:
    """One of them. ``position`` is its place in print; ``part_of`` the code of what it is part of."""

    code: str
    title: str
    indicators: tuple[str, ...]
    position: int | None = None
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class RollUpQuery:
    """The area whose figures are rolled up, at the end of ``period`` or now, as known at ``as_of``."""

    area: str
    period: Period | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class ObjectivesQuery:
    """As they are, or as they were known at ``as_of``; rolled up where that is wanted."""

    as_of: datetime | None = None
    roll_up: RollUpQuery | None = None


AS_THEY_ARE = ObjectivesQuery()


@dataclass(frozen=True, slots=True)
class RolledUp:
    indicator: Indicator
    state: SeriesState


@dataclass(frozen=True, slots=True)
class RollUp:
    """How indicators stand: each once, in order, and by kind of colour how many have which."""

    wanted: RollUpQuery
    rows: tuple[RolledUp, ...]
    counts: Mapping[str, Mapping[Colour, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObjectiveView:
    """One of them, with its ``parts`` in order, and how its indicators and theirs stand where that was asked for."""

    objective: Objective
    parts: tuple[Objective, ...] = ()
    roll_up: RollUp | None = None

    @property
    def indicators(self) -> list[str]:
        """Its own and those of its parts, each once."""
        found = (code for each in (self.objective, *self.parts) for code in each.indicators)
        return list(dict.fromkeys(found))


def roll_up(wanted: RollUpQuery, rows: Iterable[RolledUp]) -> RollUp:
    """Rows with their colours counted; one without a target counts as white there."""
    found = tuple(rows)
    return RollUp(
        wanted,
        found,
        {
            "benchmark": _counts([row.state.benchmark.colour for row in found]),
            "trend": _counts([row.state.trend.colour for row in found]),
            "target": _counts([row.state.target.colour if row.state.target else Colour.WHITE for row in found]),
        },
    )


def _counts(colours: Sequence[Colour]) -> Mapping[Colour, int]:
    """In the order of the colours, those there are none of left out."""
    counted = Counter(colours)
    return {colour: counted[colour] for colour in Colour if counted[colour]}

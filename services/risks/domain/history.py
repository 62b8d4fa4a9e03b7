"""The register as a list of lines, as it is or as it was: what was said of each risk, and how it was rated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.period import Period
from contracts.risks import Band
from services.risks.domain.appetites import AppetiteStatus, Limits
from services.risks.domain.as_at import AsAt
from services.risks.domain.losses import LossBand
from services.risks.domain.matrix import BandedRating, Matrix, Rating
from services.risks.domain.rating import IN_FORCE, Kind, Mode, Movement, Status, movement
from services.risks.domain.register import Description, RiskFilter


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """A risk on a day. ``current``: the rating in effect then; ``previous``: at the end of the quarter before."""

    ref: str
    register: str
    kind: Kind
    mode: Mode
    status: Status
    matrix: Matrix
    description: Description
    legacy_band: Band | None
    assessed: Rating | None = None
    previous: BandedRating | None = None
    current: BandedRating | None = None
    limits: Limits | None = None
    losses: Sequence[LossBand] = ()

    @property
    def band(self) -> Band | None:
        """A legacy risk has the colour it came with until it is assessed."""
        return self.current.band if self.current else self.legacy_band

    @property
    def appetite_status(self) -> AppetiteStatus | None:
        """Where it is against what was wanted and tolerated then; ``None`` where nothing was, or it does not count."""
        if self.limits is None or self.current is None or self.status not in IN_FORCE:
            return None
        return self.limits.status_of(self.current.rating.score)

    @property
    def movement(self) -> Movement | None:
        if self.current is None:
            return None
        return movement(self.previous.rating if self.previous else None, self.current.rating)


@dataclass(frozen=True, slots=True)
class RegisterState:
    """The lines by reference. ``day``: the last business date that counts; ``compared_with``: where movement begins.

    ``limits``: what was wanted and tolerated then, by category and name of the matrix.
    """

    lines: Sequence[RegisterLine]
    at: AsAt
    day: date
    compared_with: Period
    limits: Mapping[tuple[str | None, str], Limits]


_COMPARED = ("category", "department", "outcome", "owner")


def is_wanted(line: RegisterLine, wanted: RiskFilter) -> bool:
    """Whether a filter lets a line through, by what was said of it then. Links are not part of a line."""
    described = ((getattr(wanted, name), getattr(line.description, name)) for name in _COMPARED)
    pairs = (
        (wanted.register, line.register),
        (wanted.kind, line.kind),
        (wanted.status, line.status),
        (wanted.band, line.band),
        *described,
    )
    return all(asked is None or asked == found for asked, found in pairs)

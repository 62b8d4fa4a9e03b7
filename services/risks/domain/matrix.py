"""Risk matrices: axes with labels and a grid that gives each cell its band."""

from dataclasses import dataclass

from contracts.risks import Band


@dataclass(frozen=True, slots=True)
class Rating:
    """A cell: impact and likelihood, each counted from 1."""

    impact: int
    likelihood: int

    @property
    def score(self) -> int:
        """For display and order; never clamped."""
        return self.impact * self.likelihood


@dataclass(frozen=True, slots=True)
class BandedRating:
    """A rating with the band that its matrix gave it."""

    rating: Rating
    band: Band


@dataclass(frozen=True, slots=True)
class Matrix:
    """One version of a matrix. ``grid[impact - 1][likelihood - 1]`` is the band of a cell."""

    code: str
    version: int
    title: str
    impacts: tuple[str, ...]
    likelihoods: tuple[str, ...]
    grid: tuple[tuple[Band, ...], ...]

    @property
    def name(self) -> str:
        """How risks and events name it: ``five-by-five@1``."""
        return f"{self.code}@{self.version}"

    @property
    def top(self) -> int:
        """The highest likelihood."""
        return len(self.likelihoods)

    def has_impact(self, impact: int) -> bool:
        return 1 <= impact <= len(self.impacts)

    def has_likelihood(self, likelihood: int) -> bool:
        return 1 <= likelihood <= len(self.likelihoods)

    def band(self, rating: Rating) -> Band:
        """The band of a cell.

        Raises:
            ValueError: the cell is not on this matrix; nothing is clamped to fit.
        """
        if not (self.has_impact(rating.impact) and self.has_likelihood(rating.likelihood)):
            raise ValueError(f"{rating} is not a cell of {self.name}")
        return self.grid[rating.impact - 1][rating.likelihood - 1]

    def banded(self, rating: Rating) -> BandedRating:
        """A cell with its band.

        Raises:
            ValueError: the cell is not on this matrix.
        """
        return BandedRating(rating, self.band(rating))


_LAST_GREEN, _LAST_AMBER = 5, 16


def _band_of_score(score: int) -> Band:
    """Green 1 to 5, amber 6 to 16, red 20 and 25: the register prints 12 and 16 as amber."""
    if score <= _LAST_GREEN:
        return Band.GREEN
    return Band.AMBER if score <= _LAST_AMBER else Band.RED


_MIRRORED = {Band.GREEN: Band.RED, Band.AMBER: Band.AMBER, Band.RED: Band.GREEN}
_LIKELIHOODS = ("Rare", "Unlikely", "Possible", "Likely", "Almost certain")
_BANDS = tuple(tuple(_band_of_score(impact * likelihood) for likelihood in range(1, 6)) for impact in range(1, 6))

DEFAULT_MATRIX = Matrix(
    code="five-by-five",
    version=1,
    title="Five by five",
    impacts=("Insignificant", "Minor", "Moderate", "Major", "Catastrophic"),
    likelihoods=_LIKELIHOODS,
    grid=_BANDS,
)
OPPORTUNITY_MATRIX = Matrix(
    code="five-by-five-opportunity",
    version=1,
    title="Five by five, for opportunities",
    impacts=("Insignificant", "Minor", "Moderate", "Major", "Outstanding"),
    likelihoods=_LIKELIHOODS,
    grid=tuple(tuple(_MIRRORED[band] for band in line) for line in _BANDS),
)
"""Mirrored: what is likely and worth much is green."""

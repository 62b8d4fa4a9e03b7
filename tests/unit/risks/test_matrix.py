"""Matrices: the default one, and that nothing is clamped to fit."""

import pytest

from contracts.risks import Band
from services.risks.domain.matrix import DEFAULT_MATRIX, Rating


@pytest.mark.parametrize("impact", range(1, 6))
@pytest.mark.parametrize("likelihood", range(1, 6))
def test_bands_of_the_default_matrix(impact: int, likelihood: int):
    score = impact * likelihood
    wanted = Band.GREEN if score <= 5 else Band.AMBER if score <= 16 else Band.RED
    assert DEFAULT_MATRIX.band(Rating(impact, likelihood)) is wanted


@pytest.mark.parametrize(
    ("impact", "likelihood", "band"), [(4, 4, "amber"), (4, 3, "amber"), (5, 4, "red"), (1, 5, "green")]
)
def test_the_registers_printed_colours(impact: int, likelihood: int, band: str):
    assert DEFAULT_MATRIX.band(Rating(impact, likelihood)) == band


@pytest.mark.parametrize(("impact", "likelihood"), [(0, 1), (1, 0), (6, 1), (1, 6), (-1, 3)])
def test_a_rating_off_the_matrix_has_no_band(impact: int, likelihood: int):
    with pytest.raises(ValueError, match="not a cell of five-by-five@1"):
        DEFAULT_MATRIX.band(Rating(impact, likelihood))

"""Which cell of another matrix has the same words."""

import pytest

from contracts.risks import Band
from services.risks.domain.matrix import DEFAULT_MATRIX, Matrix, Rating
from services.risks.domain.migrating import same_words


def matrix(impacts: tuple[str, ...], likelihoods: tuple[str, ...]) -> Matrix:
    return Matrix("other", 1, "Other", impacts, likelihoods, ((Band.GREEN,) * len(likelihoods),) * len(impacts))


THREE = matrix(("Minor", "MODERATE", "Major"), ("Unlikely", "Likely"))


@pytest.mark.parametrize(
    ("rating", "suggested"),
    [
        (Rating(4, 4), Rating(3, 2)),
        (Rating(3, 2), Rating(2, 1)),
        (Rating(5, 4), None),
        (Rating(4, 3), None),
    ],
)
def test_a_cell_is_suggested_where_both_words_are_the_same(rating: Rating, suggested: Rating | None) -> None:
    assert same_words(DEFAULT_MATRIX, THREE, rating) == suggested


def test_a_word_that_stands_twice_says_nothing() -> None:
    assert same_words(DEFAULT_MATRIX, matrix(("Major", "Major"), ("Likely", "Sure")), Rating(4, 4)) is None

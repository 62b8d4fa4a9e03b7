"""Where a score lies against what is wanted and tolerated."""

from datetime import date

import pytest

from contracts.period import Period
from services.risks.domain.appetites import AppetiteStatus, Limits, status_counts

LIMITS = Limits(8, 12)
DAY = date(2018, 3, 31)
QUARTER = Period.parse("2017/18 Q4")


@pytest.mark.parametrize(
    ("score", "status"),
    [(1, "within_appetite"), (8, "within_appetite"), (9, "within_tolerance"), (12, "within_tolerance"), (15, "beyond")],
)
def test_each_limit_is_still_within(score: int, status: str) -> None:
    assert LIMITS.status_of(score).value.startswith(status)


@pytest.mark.parametrize(
    ("scores", "limits", "counts", "furthest"),
    [
        ([], LIMITS, (0, 0, 0), 0),
        ([4, 8, 12], LIMITS, (2, 1, 0), 0),
        ([16, 25, 9], LIMITS, (0, 1, 2), 13),
        ([16], None, (0, 0, 0), 0),
        ([8], Limits(8, 8), (1, 0, 0), 0),
    ],
)
def test_scores_are_counted_by_where_they_lie(
    scores: list[int], limits: Limits | None, counts: tuple[int, ...], furthest: int
) -> None:
    found = status_counts(scores, limits, DAY, QUARTER)
    assert (found.quarter, found.day, found.limits) == (QUARTER, DAY, limits)
    assert tuple(found.counts[status] for status in AppetiteStatus) == counts
    assert found.furthest_beyond == furthest

"""Observations as recorded, for tests that need no more of a revision than its figures."""

from collections.abc import Iterable
from datetime import UTC, datetime

from services.indicators.domain.observations import Observation, Revision, SeriesKey

SERIES = SeriesKey("a", "E06000026")
RECORDED_AT = datetime(2018, 2, 28, tzinfo=UTC)


def recorded(observations: Iterable[Observation], series: SeriesKey = SERIES) -> list[Revision]:
    """The first revision of each."""
    return [Revision(series, observation, 1, "tester", RECORDED_AT) for observation in observations]

import pytest

from portal.calendar import end_of_day


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        ("2018-01-31", "2018-01-31T23:59:59+00:00"),
        ("2018-07-31", "2018-07-31T22:59:59+00:00"),
        ("2018-02-20T17:00:00Z", "2018-02-20T17:00:00Z"),
        ("yesterday", "yesterday"),
        (None, None),
    ],
)
def test_a_day_ends_when_it_does_in_england(day: str | None, moment: str | None) -> None:
    assert end_of_day(day) == moment

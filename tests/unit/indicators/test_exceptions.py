"""Why a series is an exception: every kind by a table."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from contracts.colours import Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.exceptions import findings
from services.indicators.domain.observations import Observation
from services.indicators.domain.punctuality import is_stale, late_value, stale_after
from services.indicators.domain.series import SeriesState, series_state
from services.indicators.domain.targets import Target, TargetKind
from tests.unit.indicators.revisions import recorded

INDICATOR = Indicator("a", "A", Unit.COUNT, 0, Polarity.HIGH_IS_GOOD, PeriodKind.MONTH)
TODAY = date(2018, 2, 28)
FINAL, PROVISIONAL = ObservationStatus.FINAL, ObservationStatus.PROVISIONAL


def seen(values: list[str | Missing], first: str = "2017-10", status: ObservationStatus = FINAL) -> list[Observation]:
    period, found = Period.parse(first), []
    for value in values:
        missing = value if isinstance(value, Missing) else None
        found.append(Observation(period, None if missing else Decimal(value), status, missing=missing))
        period = period.next()
    return found


def state(local: Sequence[Observation], england: Sequence[Observation] = (), target: str | None = None) -> SeriesState:
    targets = [Target(TargetKind.REACH, Decimal(target), version=1)] if target else []
    return series_state(INDICATOR, recorded(local), {each.period: each for each in england}, targets)


def kinds(found: SeriesState, period: str | None = None, today: date = TODAY) -> list[str]:
    return [each.kind.value for each in findings(found, Period.parse(period) if period else None, today)]


@pytest.mark.parametrize(
    ("local", "england", "target", "expected"),
    [
        (["100", "100", "100"], ["100"] * 3, "90", []),
        (["100", "100", "80"], ["100"] * 3, None, ["red", "red", "newly_red", "newly_red", "red_and_worsening"]),
        (["80", "80", "80"], ["100"] * 3, None, ["red"]),  # red all along, and no worse
        (["100", "90"], [], None, ["red", "newly_red"]),  # there was no trend before
        (["100", "99", "90"], [], None, ["red", "newly_red"]),
        (["100", "90", "80", "70"], [], None, ["dark_red"]),  # dark after red is not newly red
        (["100", "100"], [], "120", ["red_target"]),
        (["120", "120", "100"], [], "120", ["red", "red_target", "newly_red", "newly_red", "red_and_worsening"]),
        (["100", "110"], [], "120", ["red_target"]),  # red, and getting better
    ],
)
def test_colours_that_make_an_exception(
    local: list[str | Missing], england: list[str | Missing], target: str | None, expected: list[str]
):
    assert kinds(state(seen(local), seen(england), target), today=date(2017, 12, 31)) == expected


@pytest.mark.parametrize(
    ("values", "period", "today", "expected"),
    [
        (["1", "1", "1"], None, date(2018, 2, 28), []),  # of December: two months may pass
        (["1", "1", "1"], None, date(2018, 3, 1), ["stale"]),
        (["1", "1", "1"], "2018-01", date(2018, 1, 31), ["missing"]),
        (["1", "1", "1"], "2017/18 Q3", date(2017, 12, 31), []),  # another kind of period
        (["1", "1", Missing.SUPPRESSED], None, date(2018, 1, 31), ["missing"]),
        (["1", "1", Missing.SUPPRESSED], None, date(2018, 2, 28), ["stale", "missing"]),
        ([Missing.NOT_AVAILABLE] * 6, None, date(2018, 3, 31), ["stale", "missing"]),
        (["1", *[Missing.SUPPRESSED] * 5], None, date(2018, 3, 31), ["stale", "missing"]),
        (["1", *[Missing.SUPPRESSED] * 6], None, date(2018, 4, 30), ["stale", "missing"]),
        ([Missing.SUPPRESSED] * 3, None, date(2017, 12, 31), ["missing"]),  # a value of September were fresh
        ([Missing.SUPPRESSED] * 3, None, date(2018, 1, 1), ["stale", "missing"]),
        ([], None, date(2018, 2, 28), ["missing"]),
    ],
)
def test_values_that_are_stale_or_missing(
    values: list[str | Missing], period: str | None, today: date, expected: list[str]
):
    assert kinds(state(seen(values)), period, today) == expected


def test_reasons_are_in_words():
    found = findings(state(seen(["100", "100", "80"], status=PROVISIONAL), seen(["100"] * 3)), None, TODAY)
    assert [each.reason for each in found] == [
        "benchmark: 80 is 20.00 per cent worse than the comparator's 100 (provisional)",
        "trend: deteriorated: -20.00 per cent, from 100 to 80, 1 change in a row (provisional)",
        "benchmark was amber in 2017-11",
        "trend was amber in 2017-11",
        "benchmark red, and trend: deteriorated: -20.00 per cent, from 100 to 80, 1 change in a row (provisional)",
    ]
    [nothing] = findings(state([]), None, TODAY)
    assert nothing.reason == "nothing was recorded"
    awaited = findings(state(seen(["1"], "2017-12")), Period.parse("2018-01"), date(2018, 1, 31))
    assert [each.reason for each in awaited] == ["no value for 2018-01; the latest is of 2017-12"]
    suppressed = findings(state(seen([Missing.SUPPRESSED], "2017-12")), None, TODAY)
    assert [each.reason for each in suppressed] == ["missing: [c] suppressed in 2017-12"]


@pytest.mark.parametrize(
    ("latest", "last_fresh_day"),
    [
        ("2017-12", date(2018, 2, 28)),
        ("2017/18 Q3", date(2018, 6, 30)),
        ("2016/17", date(2019, 3, 31)),
        ("2015 - 17", date(2023, 12, 31)),
    ],
)
def test_a_value_is_stale_after_two_periods_of_its_own(latest: str, last_fresh_day: date):
    assert stale_after(Period.parse(latest)) == last_fresh_day
    assert not is_stale(Period.parse(latest), last_fresh_day)
    assert is_stale(Period.parse(latest), date.fromordinal(last_fresh_day.toordinal() + 1))


@pytest.mark.parametrize(
    ("latest", "due_days", "today", "expected"),
    [
        (None, 10, TODAY, None),
        ("2017-12", None, date(2018, 2, 28), None),
        ("2017-12", None, date(2018, 3, 1), "late: nothing for 2018-01, due by 2018-02-28; the latest is 2017-12"),
        ("2017-12", 10, date(2018, 2, 10), None),  # January and ten days
        ("2017-12", 10, date(2018, 2, 11), "late: nothing for 2018-01, due by 2018-02-10; the latest is 2017-12"),
        ("2017-12", 0, date(2018, 2, 1), "late: nothing for 2018-01, due by 2018-01-31; the latest is 2017-12"),
        ("2015 - 17", 10, date(2023, 12, 31), None),  # no period comes next of those that overlap
        (
            "2015 - 17",
            10,
            date(2024, 1, 1),
            "late: nothing since 2015 - 17, due by 2023-12-31; the latest is 2015 - 17",
        ),
    ],
)
def test_a_value_is_late_once_it_is_due(latest: str | None, due_days: int | None, today: date, expected: str | None):
    found = late_value(Period.parse(latest) if latest else None, due_days, today)
    assert (found and found.reason) == expected

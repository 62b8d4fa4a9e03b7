from decimal import Decimal

import pytest

from contracts.period import Period
from services.indicators.domain.expectations import AHEAD, trajectory
from services.indicators.domain.targets import Baseline, Target, TargetKind


def months(first: str, last: str) -> list[Period]:
    found = [Period.parse(first)]
    while found[-1] < Period.parse(last):
        found.append(found[-1].next())
    return found


REACH = Target(
    TargetKind.REACH,
    Decimal(90),
    baseline=Baseline(Period.parse("2017-12"), Decimal(80)),
    due=Period.parse("2018-04"),
    milestones={Period.parse("2018-02"): Decimal(82)},
)


def test_the_way_to_a_target_goes_through_its_milestones_to_the_due_period() -> None:
    found = trajectory([REACH], months("2017-11", "2018-01"), {})
    assert [(one.period.label, str(one.expected)) for one in found] == [
        ("2017-11", "80"),
        ("2017-12", "80"),
        ("2018-01", "81"),
        ("2018-02", "82"),
        ("2018-03", "86"),
        ("2018-04", "90"),
    ]


def test_periods_that_were_not_observed_have_their_place() -> None:
    observed = [Period.parse("2017-11"), Period.parse("2018-01")]
    assert [one.period.label for one in trajectory([REACH], observed, {})][:3] == ["2017-11", "2017-12", "2018-01"]


def test_what_is_not_in_force_is_left_out() -> None:
    later = Target(TargetKind.REACH, Decimal(5), applies_from=Period.parse("2018-01"))
    end = Target(TargetKind.NONE, applies_from=Period.parse("2018-03"), version=2)
    found = trajectory([later, end], months("2017-11", "2018-04"), {})
    assert [one.period.label for one in found] == ["2018-01", "2018-02"]
    assert trajectory([], months("2017-11", "2018-04"), {}) == trajectory([later], [], {}) == []


def test_a_range_has_no_value_and_a_comparator_that_has_none_gives_none() -> None:
    span = Target(TargetKind.RANGE, low=Decimal(1), high=Decimal(2))
    [one] = trajectory([span], months("2018-01", "2018-01"), {})
    assert (one.expected, one.target.low, one.target.high) == (None, Decimal(1), Decimal(2))
    level = Target(TargetKind.REACH_BENCHMARK)
    found = trajectory([level], months("2018-01", "2018-02"), {Period.parse("2018-01"): Decimal(7)})
    assert [one.expected for one in found] == [Decimal(7), None]


@pytest.mark.parametrize("due", ["2017-06", "2018-01", "2050-01"])
def test_it_goes_so_far_ahead_and_no_farther(due: str) -> None:
    target = Target(TargetKind.REACH, Decimal(1), due=Period.parse(due))
    found = trajectory([target], months("2017-11", "2018-01"), {})
    assert len(found) == (3 + AHEAD if due == "2050-01" else 3)


def test_periods_that_overlap_have_none_between_them() -> None:
    pooled = [Period.parse("2012 - 14"), Period.parse("2014 - 16")]
    target = Target(TargetKind.REACH, Decimal(1), due=Period.parse("2018 - 20"))
    assert [one.period.label for one in trajectory([target], pooled, {})] == ["2012 - 14", "2014 - 16"]

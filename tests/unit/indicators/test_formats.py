"""What is stored as JSON is read back as it was, and what the first release stored is still read."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts.colours import Polarity
from contracts.period import Period, PeriodKind
from services.indicators.domain.definitions import BenchmarkMethod, Indicator, Unit
from services.indicators.domain.formats import (
    UnknownFormatError,
    codes_from_json,
    codes_to_json,
    indicator_from_json,
    indicator_to_json,
    limits_from_json,
    limits_to_json,
    target_from_json,
    target_to_json,
)
from services.indicators.domain.standards import StandardLimit, StandardUnit, WorkingCalendar
from services.indicators.domain.targets import Baseline, Target, TargetKind

MONTH = Period.parse("2017-12")
INDICATOR = Indicator(
    "a",
    "A",
    Unit.PERCENTAGE,
    2,
    Polarity.HIGH_IS_GOOD,
    PeriodKind.MONTH,
    "PHOF",
    BenchmarkMethod.SIGNIFICANCE,
    "owner",
    "definition",
    "source",
)
TARGET = Target(
    TargetKind.REACH,
    Decimal("90.50"),
    baseline=Baseline(MONTH, Decimal(84)),
    due=Period.parse("2018/19 Q4"),
    milestones={Period.parse("2018-01"): Decimal(86), MONTH: Decimal(85)},
    tolerance=Decimal(0),
    applies_from=MONTH,
    illustrative=True,
    source="s",
    note="n",
    version=3,
)
LIMITS = (
    StandardLimit(20, StandardUnit.WORKING_DAYS, WorkingCalendar.UNITED_KINGDOM, None, date(2018, 5, 24)),
    StandardLimit(1, StandardUnit.MONTHS, None, date(2018, 5, 25), None),
)


def _stored(content: object) -> object:
    return json.loads(json.dumps(content))


def test_what_is_stored_is_read_back():
    assert indicator_from_json(_stored(indicator_to_json(INDICATOR))) == INDICATOR
    assert target_from_json(_stored(target_to_json(TARGET)), 3) == TARGET
    smallest = Target(TargetKind.REACH_BENCHMARK)
    assert target_from_json(_stored(target_to_json(smallest)), 1) == smallest
    assert list(target_from_json(target_to_json(TARGET), 3).milestones) == list(TARGET.milestones)
    assert codes_from_json(_stored(codes_to_json(("b", "a")))) == ("b", "a")
    assert limits_from_json(_stored(limits_to_json(LIMITS))) == LIMITS


def test_what_the_first_release_stored_is_read():
    indicator = {
        "code": "a",
        "name": "A",
        "unit": "percentage",
        "decimals": 2,
        "polarity": "high_is_good",
        "frequency": "month",
        "framework": "PHOF",
        "benchmark_method": "significance",
        "owner": "owner",
        "definition": "definition",
        "source": "source",
    }
    assert indicator_from_json(indicator) == INDICATOR
    target = {
        "area": "E06000026",
        "kind": "reach",
        "value": "90.50",
        "low": None,
        "high": None,
        "baseline": {"period": "2017-12", "value": "84"},
        "due": "2018/19 Q4",
        "milestones": [{"period": "2018-01", "value": "86"}, {"period": "2017-12", "value": "85"}],
        "tolerance_percent": "0",
        "applies_from": "2017-12",
        "illustrative": True,
        "source": "s",
        "note": "n",
    }
    assert target_from_json(target, 3) == TARGET
    bare = {"kind": "maintain", "value": "5"}
    assert target_from_json(bare, 1) == Target(TargetKind.MAINTAIN, Decimal(5))
    assert codes_from_json(["b", "a"]) == ("b", "a")
    first, second = limits_to_json(LIMITS)["limits"]
    assert limits_from_json([first, {"limit": 1, "unit": "months", "valid_from": "2018-05-25"}]) == LIMITS
    assert limits_from_json([first]) == LIMITS[:1] != limits_from_json([second])


@pytest.mark.parametrize("unknown", [{"format": 99}, {"format": "1"}, {"format": None}])
def test_a_format_of_a_later_release_is_refused(unknown: dict[str, object]):
    with pytest.raises(UnknownFormatError):
        indicator_from_json(indicator_to_json(INDICATOR) | unknown)
    with pytest.raises(UnknownFormatError):
        target_from_json(target_to_json(TARGET) | unknown, 1)
    with pytest.raises(UnknownFormatError):
        codes_from_json(codes_to_json(["a"]) | unknown)
    with pytest.raises(UnknownFormatError):
        limits_from_json(limits_to_json(LIMITS) | unknown)


def test_the_version_of_a_target_is_not_part_of_what_is_stored():
    assert target_to_json(TARGET) == target_to_json(replace(TARGET, version=1))

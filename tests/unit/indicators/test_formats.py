"""What is stored as JSON is read back as it was, and what the first release stored is still read."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.notes import SourcedFigure, SourceNote
from contracts.period import Period, PeriodKind
from services.indicators.domain.areas import Area
from services.indicators.domain.bank_holidays import WorkingCalendar
from services.indicators.domain.definitions import BenchmarkMethod, Calculation, Gap, GapKind, Indicator, Unit
from services.indicators.domain.formats import (
    UnknownFormatError,
    area_from_json,
    area_to_json,
    codes_from_json,
    codes_to_json,
    indicator_from_json,
    indicator_to_json,
    limits_from_json,
    limits_to_json,
    provenance_from_json,
    provenance_to_json,
    scorecard_from_json,
    scorecard_to_json,
    target_from_json,
    target_to_json,
)
from services.indicators.domain.provenance import Provenance
from services.indicators.domain.scorecards import Aim, Scorecard, ScorecardHead, ScorecardLine, Section
from services.indicators.domain.standards import StandardLimit, StandardUnit
from services.indicators.domain.targets import Baseline, Target, TargetKind

MONTH = Period.parse("2017-12")
INDICATOR = Indicator(
    "a",
    "A",
    Unit.PERCENTAGE,
    2,
    Polarity.HIGH_IS_GOOD,
    PeriodKind.MONTH,
    ("PHOF",),
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
NOTED = Provenance(
    ("frameworks",),
    (SourceNote("value", (SourcedFigure("11.9", "table"), SourcedFigure("10.50", "text")), "10.50", "later"),),
)
WHOLE = replace(
    INDICATOR,
    frameworks=("PHOF", "ASCOF"),
    own_method=BenchmarkMethod.FIFTEEN_PERCENT,
    calculation=Calculation.MODELLED,
    rounded_to=5,
    dimensions={"sex": ("male", "female"), "age": ("65+",)},
    gap=Gap("b", "deprivation", "most", "least", GapKind.RELATIVE),
    retired_on=date(2018, 3, 31),
    provenance=NOTED,
)
WHOLE_TARGET = replace(TARGET, absolute_tolerance=Decimal("0.5"), applies_to=Period.parse("2018/19"), provenance=NOTED)
AREA = Area("E06000026", "Plymouth", "council", date(1998, 4, 1), None, ("E92000001",), ("E06000059",))
SCORECARD = Scorecard(
    ScorecardHead("s", "S", "E06000026"),
    (
        Section(
            "one", "One", (Aim("Aim", (ScorecardLine("a", Breakdown({"sex": "male"}), NOTED), ScorecardLine("b"))),)
        ),
    ),
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
    assert indicator_from_json(_stored(indicator_to_json(WHOLE))) == WHOLE
    assert list(indicator_from_json(_stored(indicator_to_json(WHOLE))).dimensions) == ["sex", "age"]
    assert target_from_json(_stored(target_to_json(WHOLE_TARGET)), 3) == WHOLE_TARGET
    assert area_from_json(_stored(area_to_json(AREA))) == AREA
    assert scorecard_from_json(_stored(scorecard_to_json(SCORECARD))) == SCORECARD
    assert provenance_from_json(_stored(provenance_to_json(NOTED))) == NOTED
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
    assert indicator_from_json(indicator) == indicator_from_json(indicator | {"format": 1}) == INDICATOR
    assert indicator_from_json(indicator | {"framework": None, "unit": "score"}).calculation is Calculation.OTHER
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
    assert target_from_json(target, 3) == target_from_json(target | {"format": 1}, 3) == TARGET
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
        area_from_json(area_to_json(AREA) | unknown)
    with pytest.raises(UnknownFormatError):
        scorecard_from_json(scorecard_to_json(SCORECARD) | unknown)
    with pytest.raises(UnknownFormatError):
        limits_from_json(limits_to_json(LIMITS) | unknown)


def test_the_version_of_a_target_is_not_part_of_what_is_stored():
    assert target_to_json(TARGET) == target_to_json(replace(TARGET, version=1))

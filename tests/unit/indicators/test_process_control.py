"""Process control: 36 published and decided cases in two variants, as many made by hand, and what must hold of all."""

import csv
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.colours import Polarity
from services.indicators.domain.control.chart import Chart, Reading, control_chart
from services.indicators.domain.control.judgement import assurance_icon, variation_icon
from services.indicators.domain.control.limits import control_limits
from services.indicators.domain.control.settings import ChartSettings, Variant
from services.indicators.domain.numbers import in_eight_places

GOLDENS = Path(__file__).parents[2] / "fixtures/standards/process_control.csv"
POLARITY = {"increase": Polarity.HIGH_IS_GOOD, "decrease": Polarity.LOW_IS_GOOD, "neutral": Polarity.NEUTRAL}
LIMITS = ("mean", "mean_moving_range", "lower", "upper")
MDC, PLOTTHEDOTS = Variant.MDC, Variant.PLOTTHEDOTS


def goldens() -> list[dict[str, str]]:
    with GOLDENS.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read(case: dict[str, str]) -> Chart:
    breaks = {int(each) for each in case["breaks_before"].split(";") if each}
    readings = [
        Reading(
            Decimal(text) if text else None,
            starts=n in breaks,
            baseline=int(case["baseline"]) if n == 1 and case["baseline"] else None,
        )
        for n, text in enumerate(case["values"].split(";"), 1)
    ]
    target = Decimal(case["target"]) if case["target"] else None
    chosen = ChartSettings(Variant(case["variant"]), int(case["points"]))
    return control_chart(readings, POLARITY[case["improvement"]], target, chosen)


def flags(chart: Chart) -> str:
    return ";".join(f"{n}:{'+'.join(fired)}" for n, fired in enumerate(chart.fired, 1) if fired)


def types(chart: Chart) -> str:
    return ";".join(f"{n}:{each}" for n, each in enumerate(chart.types, 1) if each != "common_cause")


def printed(number: Fraction | None) -> str:
    return "" if number is None else format(in_eight_places(number), "f")


@pytest.mark.parametrize("case", goldens(), ids=lambda case: f"{case['case']}-{case['variant']}")
def test_each_variant_decides_every_golden_case(case: dict[str, str]) -> None:
    chart, variant = read(case), Variant(case["variant"])
    for name in LIMITS:
        assert "|".join(printed(getattr(each.limits, name)) for each in chart.segments) == case[name]
    assert (flags(chart), types(chart)) == (case["flags"], case["point_types"])
    assert (chart.variation, variation_icon(chart.variation, variant)) == (case["variation"], case["variation_icon"])
    assert (chart.assurance, assurance_icon(chart.assurance, variant)) == (case["assurance"], case["assurance_icon"])


# By hand: limits are those of 51 and 49 six times over. Mean 50, mean moving range 2, limits 44.68 and 55.32, two
# sigma 46.4533 and 53.5467; the last of the twelve is below the mean. What is tested follows from the 13th on.

BASE = "51 49 51 49 51 49 51 49 51 49 51 49"
UP, DOWN = "48 48.5 49 49.5 50.5 51 51.5", "52 51.5 51 50.5 49.5 49 48.5"


def at(numbers: str, rule: str) -> str:
    """``14-16`` as flags of one rule."""
    first, last = numbers.split("-")
    return ";".join(f"{n}:{rule}" for n in range(int(first), int(last) + 1))


BY_HAND = {
    "on the upper limit": ("50 55.32", "", ""),
    "above the upper limit": ("50 55.33", "14:beyond_high", None),
    "on the lower limit": ("50 44.68", "", ""),
    "below the lower limit": ("50 44.67", "14:beyond_low", None),
    "just within two sigma": ("50 53.54 53.54 51", "", ""),
    "two neighbours and one on the mean before": ("50 53.55 53.55", "", ""),
    "the third after": ("50 53.55 53.55 51", "14:two_of_three_high;15:two_of_three_high", None),
    "the third before": ("50 51 53.55 53.55", "15:two_of_three_high;16:two_of_three_high", None),
    "the third between": ("50 53.55 51 53.55", "14:two_of_three_high;16:two_of_three_high", None),
    "the third on the mean": ("50 53.55 53.55 50", "", ""),
    "the third on the other side": ("50 53.55 53.55 49", "", ""),
    "all three": ("50 53.55 53.55 53.55", at("14-16", "two_of_three_high"), None),
    "one beyond the limit": (
        "50 56 53.6 51",
        "14:beyond_high+two_of_three_high;15:two_of_three_high",
        "14:beyond_high",
    ),
    "both beyond the limit": (
        "50 56 56 51",
        at("14-15", "beyond_high+two_of_three_high"),
        at("14-15", "beyond_high"),
    ),
    "one beyond and two between": (
        "50 56 53.6 53.6",
        "14:beyond_high+two_of_three_high;15:two_of_three_high;16:two_of_three_high",
        "14:beyond_high;15:two_of_three_high;16:two_of_three_high",
    ),
    "low two of three": ("50 46.4 46.4 49", "14:two_of_three_low;15:two_of_three_low", None),
    "low within two sigma": ("50 46.46 46.46 49", "", ""),
    "two far apart": ("50 53.55 51 51 53.55", "", ""),
    "six above": ("50 51 51 51 51 51 51", "", ""),
    "seven above": ("50 51 51 51 51 51 51 51", at("14-20", "shift_high"), None),
    "eight above": ("50 51 51 51 51 51 51 51 51", at("14-21", "shift_high"), None),
    "one on the mean among seven": ("50 51 51 51 50 51 51 51", "", ""),
    "seven below": ("50 49 49 49 49 49 49 49", at("14-20", "shift_low"), None),
    "seven above at once": ("51 51 51 51 51 51 51", at("13-19", "shift_high"), None),
    "six below after one": ("49 49 49 49 49 49", at("12-18", "shift_low"), None),
    "seven rising": (UP, at("13-19", "trend_up"), None),
    "six rising": ("48 48.5 49 49.5 50.5 51", "", ""),
    "seven rising but for equals": ("48 48.5 49 49 50.5 51 51.5", "", ""),
    "seven falling": (DOWN, at("13-19", "trend_down"), None),
    "eight falling": (f"{DOWN} 48", at("13-20", "trend_down"), None),
    "a rise and a fall that share the peak": (
        f"{UP} 51 50.5 49.5 49 48.5 48",
        f"{at('13-18', 'trend_up')};19:trend_up+trend_down;{at('20-25', 'trend_down')}",
        f"{at('13-18', 'trend_up')};{at('19-25', 'trend_down')}",
    ),
    "a fall and a rise that share the trough": (
        f"{DOWN} 49 49.5 50.5 51 51.5 52",
        f"{at('13-18', 'trend_down')};19:trend_up+trend_down;{at('20-25', 'trend_up')}",
        f"{at('13-18', 'trend_down')};{at('19-25', 'trend_up')}",
    ),
    "a gap in a shift": ("50 51 51 51 - 51 51 51 51", "", ""),
    "a gap in a trend": ("48 48.5 49 - 49.5 50.5 51 51.5", "", ""),
    "a gap among three": ("50 53.55 - 53.55 51", "", ""),
    "a fall above the mean": (
        "50 53.5 53 52.5 52 51.5 51 50.5",
        at("14-20", "trend_down+shift_high"),
        at("14-20", "trend_down"),
    ),
    "a rise below the mean": (
        "50 46.5 47 47.5 48 48.5 49 49.5",
        at("14-20", "trend_up+shift_low"),
        at("14-20", "trend_up"),
    ),
}


def by_hand(tail: str, chosen: ChartSettings, polarity: Polarity = Polarity.HIGH_IS_GOOD, target: str = "") -> Chart:
    values = [None if text == "-" else Decimal(text) for text in f"{BASE} {tail}".split()]
    readings = [Reading(value, baseline=12 if n == 0 else None) for n, value in enumerate(values)]
    return control_chart(readings, polarity, Decimal(target) if target else None, chosen)


@pytest.mark.parametrize("name", BY_HAND)
def test_rules_by_hand(name: str) -> None:
    tail, mdc, plotthedots = BY_HAND[name]
    chart = by_hand(tail, ChartSettings(MDC))
    [segment] = chart.segments
    assert [printed(getattr(segment.limits, each)) for each in LIMITS] == [
        "50.00000000",
        "2.00000000",
        "44.68000000",
        "55.32000000",
    ]
    assert flags(chart) == mdc
    assert flags(by_hand(tail, ChartSettings(PLOTTHEDOTS))) == (mdc if plotthedots is None else plotthedots)


@pytest.mark.parametrize(
    ("tail", "polarity", "mdc", "plotthedots"),
    [
        ("50 55.33", Polarity.HIGH_IS_GOOD, "improvement_high", "improvement_high"),
        ("50 55.33", Polarity.LOW_IS_GOOD, "concern_high", "concern_high"),
        ("50 55.33", Polarity.NEUTRAL, "neutral_high", "neutral_high"),
        ("50 44.67", Polarity.HIGH_IS_GOOD, "concern_low", "concern_low"),
        ("50 44.67", Polarity.LOW_IS_GOOD, "improvement_low", "improvement_low"),
        ("50 44.67", Polarity.NEUTRAL, "neutral_low", "neutral_low"),
        ("50 55.33 51", Polarity.HIGH_IS_GOOD, "common_cause", "common_cause"),
        ("50 55.33 -", Polarity.HIGH_IS_GOOD, "improvement_high", "improvement_high"),
        ("50 53.5 53 52.5 52 51.5 51 50.5", Polarity.HIGH_IS_GOOD, "improvement_high", "concern_low"),
        ("50 53.5 53 52.5 52 51.5 51 50.5", Polarity.LOW_IS_GOOD, "improvement_low", "improvement_low"),
        ("50 53.5 53 52.5 52 51.5 51 50.5", Polarity.NEUTRAL, "neutral_low", "neutral_low"),
    ],
)
def test_variation_is_of_the_latest_value(tail: str, polarity: Polarity, mdc: str, plotthedots: str) -> None:
    assert by_hand(tail, ChartSettings(MDC), polarity).variation == mdc
    assert by_hand(tail, ChartSettings(PLOTTHEDOTS), polarity).variation == plotthedots


@pytest.mark.parametrize(
    ("target", "polarity", "mdc", "plotthedots"),
    [
        ("55.33", Polarity.HIGH_IS_GOOD, "fail", "fail"),
        ("55.32", Polarity.HIGH_IS_GOOD, "fail", "hit_or_miss"),
        ("55.31", Polarity.HIGH_IS_GOOD, "hit_or_miss", "hit_or_miss"),
        ("44.69", Polarity.HIGH_IS_GOOD, "hit_or_miss", "hit_or_miss"),
        ("44.68", Polarity.HIGH_IS_GOOD, "pass", "hit_or_miss"),
        ("44.67", Polarity.HIGH_IS_GOOD, "pass", "pass"),
        ("55.33", Polarity.LOW_IS_GOOD, "pass", "pass"),
        ("55.32", Polarity.LOW_IS_GOOD, "pass", "hit_or_miss"),
        ("44.68", Polarity.LOW_IS_GOOD, "fail", "hit_or_miss"),
        ("44.67", Polarity.LOW_IS_GOOD, "fail", "fail"),
        ("60", Polarity.NEUTRAL, "none", "none"),
        ("", Polarity.HIGH_IS_GOOD, "none", "none"),
    ],
)
def test_assurance_is_by_the_limits(target: str, polarity: Polarity, mdc: str, plotthedots: str) -> None:
    assert by_hand("50", ChartSettings(MDC), polarity, target).assurance == mdc
    assert by_hand("50", ChartSettings(PLOTTHEDOTS), polarity, target).assurance == plotthedots


@pytest.mark.parametrize(
    ("tail", "expected"),
    [("50 51 51 51 51 51 51", at("14-19", "shift_high")), ("48 48.5 49 49.5 50.5 51", at("13-18", "trend_up"))],
)
def test_six_make_a_run_by_choice(tail: str, expected: str) -> None:
    assert flags(by_hand(tail, ChartSettings(MDC, 6))) == expected


def test_only_one_variant_offers_six() -> None:
    assert [ChartSettings(each, 6).is_offered for each in Variant] == [True, False]


def test_a_moving_range_on_the_screen_is_dropped_and_one_below_it_is_not() -> None:
    """Eleven of 1 and one of 3.267 x 13/10.733: on the screen exactly where the mean makes it so."""
    quiet: list[Fraction | None] = [Fraction(n % 2) for n in range(12)]
    spike = Fraction("3.267") * 11 / (12 - Fraction("3.267"))
    assert quiet[-1] is not None
    on, below = [*quiet, quiet[-1] + spike], [*quiet, quiet[-1] + spike - Fraction(1, 10**6)]
    dropped, kept = control_limits(on, PLOTTHEDOTS), control_limits(below, PLOTTHEDOTS)
    assert dropped is not None
    assert kept is not None
    assert dropped.mean_moving_range == 1
    assert kept.mean_moving_range is not None
    assert kept.mean_moving_range > 1


def test_a_segment_of_one_value_has_a_mean_and_nothing_else() -> None:
    readings = [*(Reading(Decimal(50 + n % 2)) for n in range(13)), Reading(Decimal(60), starts=True)]
    chart = control_chart(readings, Polarity.HIGH_IS_GOOD, Decimal(40), ChartSettings(MDC))
    last = chart.segments[-1].limits
    assert last is not None
    assert (last.mean, last.mean_moving_range, last.upper) == (60, None, None)
    assert (chart.variation, chart.assurance) == ("none", "none")


def test_no_readings_make_an_empty_chart() -> None:
    chart = control_chart([], Polarity.HIGH_IS_GOOD, Decimal(40), ChartSettings(PLOTTHEDOTS))
    assert (chart.segments, chart.variation, chart.assurance) == ((), "none", "none")


def test_a_long_shift_is_one_that_could_have_limits_of_its_own() -> None:
    def chart(after: int) -> Chart:
        readings = [Reading(Decimal(50 + n % 2)) for n in range(20)] + [Reading(Decimal(60))] * after
        return control_chart(readings, Polarity.HIGH_IS_GOOD, None, ChartSettings(MDC))

    assert chart(11).segments[0].long_shifts == ()
    [run] = chart(12).segments[0].long_shifts
    assert (run.first, run.last, run.direction) == (20, 31, 1)


numbers = st.lists(st.one_of(st.none(), st.integers(-8, 8)), max_size=30)


def readings_of(values: list[int | None], times: int = 1, plus: int = 0) -> Iterator[Reading]:
    return (Reading(None if value is None else Decimal(value * times + plus)) for value in values)


@settings(max_examples=60)
@given(numbers, st.integers(1, 900), st.integers(-999, 999), st.sampled_from(Variant))
def test_neither_scale_nor_level_changes_what_is_flagged(
    values: list[int | None], times: int, plus: int, variant: Variant
) -> None:
    first, second = (
        control_chart(list(each), Polarity.HIGH_IS_GOOD, None, ChartSettings(variant))
        for each in (readings_of(values), readings_of(values, times, plus))
    )
    assert (first.fired, first.variation) == (second.fired, second.variation)


MIRROR = {"high": "low", "low": "high", "up": "down", "down": "up"}


@settings(max_examples=60)
@given(numbers)
def test_upside_down_everything_is_the_other_way(values: list[int | None]) -> None:
    up = control_chart(list(readings_of(values)), Polarity.HIGH_IS_GOOD, None, ChartSettings(MDC))
    down = control_chart(list(readings_of(values, -1)), Polarity.LOW_IS_GOOD, None, ChartSettings(MDC))
    assert up.types == down.types
    turned = [{_turned(rule) for rule in fired} for fired in up.fired]
    assert turned == [set(fired) for fired in down.fired]


def _turned(rule: str) -> str:
    words, way = rule.rsplit("_", 1)
    return f"{words}_{MIRROR[way]}"


@pytest.mark.parametrize("number", ["0.000000005", "-0.000000005", "1.234567894999", "-3.06261437908", "7"])
def test_eight_places_are_rounded_half_up(number: str) -> None:
    expected = Decimal(number).quantize(Decimal("0.00000001"), rounding=ROUND_HALF_UP)
    assert format(in_eight_places(Fraction(number)), "f") == format(expected, "f")

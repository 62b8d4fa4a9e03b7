"""Process control of a series: gaps, breaks, decisions of people, warnings and proposals, colours, and remarks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from contracts.colours import Colour, Polarity
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.control.colours import process_control_colours
from services.indicators.domain.control.judgement import Assurance, PointType
from services.indicators.domain.control.process import Cause, ProcessControl, process_control
from services.indicators.domain.control.remarks import (
    Annotation,
    Decision,
    Recalculation,
    RecordedRemark,
    Remark,
    RemarkKind,
    kind_of,
    remark_faults,
)
from services.indicators.domain.control.settings import ChartSettings, Variant
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.formats.remarks import remark_from_json, remark_to_json
from services.indicators.domain.observations import Observation, Revision
from services.indicators.domain.series import series_state
from services.indicators.domain.targets import Target, TargetKind
from tests.unit.indicators.revisions import SERIES, recorded

TODAY: Final = date(2018, 2, 28)
AT: Final = datetime(2018, 2, 28, tzinfo=UTC)
INDICATOR: Final = Indicator("a", "Waits", Unit.DAYS, 1, Polarity.LOW_IS_GOOD, PeriodKind.MONTH)
FIRST: Final = Period.parse("2016-01")
STEADY: Final = [10, 12] * 8
HIGH: Final = [20, 22] * 6


def month(number: int) -> Period:
    return Period.month(2016 + number // 12, number % 12 + 1)


def observed(values: Sequence[Any], breaks: Sequence[int] = ()) -> list[Revision]:
    """A value a month from January 2016 on; None is a symbol, the empty text no observation at all."""
    return recorded(
        Observation(
            month(n),
            None if value is None else Decimal(value),
            missing=Missing.NOT_AVAILABLE if value is None else None,
            marks=(Mark.BREAK,) if n in breaks else (),
        )
        for n, value in enumerate(values)
        if value != ""
    )


def remark(said: Remark) -> RecordedRemark:
    return RecordedRemark(SERIES, said, 1, "officer", AT)


def anew(number: int, until: int | None = None, decision: Decision = Decision.RECALCULATE) -> RecordedRemark:
    baseline = None if until is None else month(until)
    return remark(Recalculation(month(number), decision, "new ward", TODAY, baseline))


def chart(
    revisions: list[Revision], *remarks: RecordedRemark, target: Target | None = None, variant: Variant = Variant.MDC
) -> ProcessControl:
    targets = [target] if target else []
    colours = series_state(INDICATOR, revisions, {}, targets)
    return process_control(SERIES, INDICATOR, revisions, remarks, targets, colours, ChartSettings(variant))


def ends(found: ProcessControl) -> list[tuple[str, str, str | None]]:
    return [(one.first.label, one.last.label, one.baseline_to and one.baseline_to.label) for one in found.segments]


def test_points_are_in_order_of_time_with_a_gap_where_a_period_is_missing() -> None:
    revisions = observed([10, "", 11, None, 12])
    gone = Observation(month(1), None, ObservationStatus.WITHDRAWN)
    found = chart([*reversed(revisions), *recorded([gone])], remark(Annotation(month(2), "moved")))
    points = [(one.revision.period.label, one.segment, one.after_gap, one.annotation) for one in found.points]
    assert points == [
        ("2016-01", 1, False, None),
        ("2016-03", 1, True, "moved"),
        ("2016-04", 1, False, None),
        ("2016-05", 1, False, None),
    ]
    assert found.latest is found.points[-1]
    assert chart(observed([10, None])).latest is not None
    assert chart([]).latest is None


def test_the_latest_is_the_last_with_a_value() -> None:
    latest = chart(observed([10, None])).latest
    assert latest is not None
    assert latest.revision.period == FIRST


def test_limits_begin_anew_at_a_break_which_a_person_is_to_decide_on() -> None:
    found = chart(observed([*STEADY, *HIGH], breaks=[0, 16]))
    assert ends(found) == [("2016-01", "2017-04", None), ("2017-05", "2018-04", None)]
    [proposal] = found.proposals
    assert (proposal.period, proposal.cause) == (month(16), Cause.BREAK)
    assert (
        proposal.words
        == "limits began anew at a break in the series: say what makes them, or that they stay as they are"
    )
    assert [one.segment for one in found.points] == [1] * 16 + [2] * 12


def test_a_decision_settles_what_is_proposed_and_sets_the_baseline() -> None:
    revisions = observed([*STEADY, *HIGH], breaks=[16])
    decided = anew(16, 27)
    found = chart(revisions, decided)
    assert ends(found) == [("2016-01", "2017-04", None), ("2017-05", "2018-04", "2018-04")]
    assert (found.proposals, found.recalculations) == ((), (decided,))
    assert ends(chart(revisions, anew(16, 19)))[1] == ("2017-05", "2018-04", "2017-08")
    kept = chart(observed([*STEADY, *HIGH]), anew(16, decision=Decision.KEEP))
    assert ends(kept) == [("2016-01", "2018-04", None)]
    assert [one.period for one in kept.proposals if one.period == month(16)] == []


def test_a_decision_at_a_period_that_is_gone_holds_from_the_next_or_not_at_all() -> None:
    revisions = observed([*STEADY, "", *HIGH])
    assert ends(chart(revisions, anew(16)))[1][:2] == ("2017-06", "2018-05")
    assert ends(chart(revisions, anew(40))) == ends(chart(revisions))
    assert ends(chart(revisions, anew(18, 3)))[1] == ("2017-07", "2018-05", "2017-07")


def test_a_long_shift_is_proposed_with_how_long_it_is() -> None:
    for values, side in ((([10] * 15 + [30] * 12), "above"), (([30] * 15 + [10] * 12), "below")):
        found = chart(observed(values))
        shifts = [one for one in found.proposals if one.cause is Cause.LONG_SHIFT]
        assert f"12 values in a row are {side} the mean, and 12 could have limits of their own" in {
            one.words for one in shifts
        }
        assert list(found.proposals) == sorted(found.proposals, key=lambda one: one.period.sort_key)


def test_few_values_make_no_limits() -> None:
    found = chart(observed([10, 12, 11]))
    assert found.warnings == ("few_points: fewer than 13 values, so limits are not drawn",)
    other = chart(observed([10, 12, 11]), variant=Variant.PLOTTHEDOTS)
    assert other.warnings == ("few_points: fewer than 13 values, so limits are not to be relied on",)
    assert chart(observed([10, 12] * 7)).warnings == ()
    assert chart([]).warnings == ("few_points: fewer than 13 values, so limits are not drawn",)


def test_a_last_segment_of_one_value_has_no_moving_range() -> None:
    found = chart(observed([*STEADY, 40], breaks=[16]))
    assert found.warnings == ("no_moving_range: no two neighbours of the last segment can be compared",)


def test_periods_that_overlap_make_no_limits() -> None:
    pooled = [Period.parse(f"{year} - {year % 100 + 2:02}") for year in range(2000, 2015)]
    found = chart(recorded(Observation(each, Decimal(n)) for n, each in enumerate(pooled)))
    assert found.warnings == (
        "overlapping_periods: each value shares months with its neighbours, so there are no limits",
    )
    assert [one.limits and one.limits.lower for one in found.segments] == [None]


@pytest.mark.parametrize(
    ("target", "assured", "aim"),
    [
        (Target(TargetKind.REACH, Decimal(11)), Assurance.HIT_OR_MISS, Decimal(11)),
        (Target(TargetKind.REACH, Decimal(90)), Assurance.PASS, Decimal(90)),
        (Target(TargetKind.RANGE, low=Decimal(1), high=Decimal(2)), Assurance.NONE, None),
        (None, Assurance.NONE, None),
    ],
)
def test_assurance_is_against_what_the_target_expects(target: Any, assured: Assurance, aim: Decimal | None) -> None:
    found = chart(observed(STEADY), target=target)
    assert (found.assurance, found.target) == (assured, aim)


def test_colours_by_process_control() -> None:
    def colours(values: Sequence[Any], polarity: Polarity = Polarity.LOW_IS_GOOD) -> list[Colour]:
        indicator = replace(INDICATOR, polarity=polarity)
        return list(process_control_colours(SERIES, indicator, observed(values), []).values())

    assert colours([*STEADY, 40])[-1] is Colour.RED
    assert colours([*STEADY, 40], Polarity.HIGH_IS_GOOD)[-1] is Colour.GREEN
    assert colours([*STEADY, -20], Polarity.HIGH_IS_GOOD)[-1] is Colour.RED
    assert set(colours([*STEADY, 40], Polarity.NEUTRAL)) == {Colour.WHITE}
    assert set(colours([10, 12, 11])) == {Colour.WHITE}
    assert colours([*STEADY, None])[-2:] == [Colour.GREEN, Colour.WHITE]
    shifted = colours([10, 12] * 12 + [13] * 7)
    assert shifted[-1] is Colour.AMBER
    assert PointType.CONCERN in {one.type for one in chart(observed([10, 12] * 12 + [13] * 7)).points}


SENT: Final = Recalculation(month(0), Decision.RECALCULATE, "new ward", TODAY)


@pytest.mark.parametrize(
    ("sent", "faults"),
    [
        (SENT, []),
        (Annotation(month(0), None), []),
        (Annotation(Period.parse("2016/17"), "x"), [("period", "the indicator is recorded by month")]),
        (Annotation(month(30), "x"), [("period", "nothing was observed in 2018-07")]),
        (Annotation(month(15), "x"), [("period", "nothing was observed in 2017-04")]),
        (replace(SENT, decided_on=date(2018, 3, 1)), [("decided_on", "is after 2018-02-28")]),
        (replace(SENT, baseline_to=month(11)), []),
        (
            replace(SENT, baseline_to=month(10)),
            [("baseline_to", "from 2016-01 to it are 11 values, not 12 or more")],
        ),
        (replace(SENT, period=month(2), baseline_to=month(14)), []),
        (replace(SENT, baseline_to=Period.parse("2016/17")), [("baseline_to", "is no month")]),
        (
            replace(SENT, decision=Decision.KEEP, baseline_to=month(11)),
            [("baseline_to", "limits that go on have the baseline that they have")],
        ),
    ],
)
def test_faults_of_remarks(sent: Remark, faults: list[tuple[str, str]]) -> None:
    gone = recorded([Observation(month(15), None, ObservationStatus.WITHDRAWN)])
    present = [*observed([10] * 14 + [None, ""]), *gone]
    values = [*present[:14], *recorded([Observation(month(14), Decimal(3))]), *gone]
    assert remark_faults(sent, PeriodKind.MONTH, values if sent.period == month(2) else present, TODAY) == faults


@pytest.mark.parametrize(
    "said", [SENT, replace(SENT, baseline_to=month(3), decision=Decision.KEEP), Annotation(month(0), "x")]
)
def test_remarks_are_kept(said: Remark) -> None:
    kind = kind_of(said)
    assert remark_from_json(remark_to_json(said), kind, month(0)) == said
    assert kind is (RemarkKind.ANNOTATION if isinstance(said, Annotation) else RemarkKind.RECALCULATION)
    with pytest.raises(ValueError, match="format"):
        remark_from_json(remark_to_json(said) | {"format": 2}, kind, month(0))

"""Late values as they are told, objectives rolled up, projections, series by their inputs, and homes counted."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from contracts.breakdown import Breakdown
from contracts.colours import Colour, Polarity
from contracts.indicators import Missing, ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.areas import Area, area_faults
from services.indicators.domain.commentaries import Commentary, CommentaryHead, CommentaryState
from services.indicators.domain.comparisons import AreaGroup, Comparison, GroupKind
from services.indicators.domain.counted_homes import (
    BASIS,
    NOT_TAKEN,
    CountedHomes,
    CountedPeriod,
    TakenHomes,
    withdrawn,
)
from services.indicators.domain.definitions import (
    BenchmarkMethod,
    Calculation,
    Framework,
    Gap,
    Indicator,
    Unit,
)
from services.indicators.domain.formats.area_groups import area_group_from_json, area_group_to_json
from services.indicators.domain.formats.counted_homes import taken_from_json, taken_to_json
from services.indicators.domain.formats.lists import codes_from_json, codes_to_json
from services.indicators.domain.formats.quality import quality_rules_from_json, quality_rules_to_json
from services.indicators.domain.gaps import series_beside, withdrawn_observation
from services.indicators.domain.late_values import Reminder, reminder
from services.indicators.domain.objectives import Objective, ObjectiveView, RolledUp, RollUpQuery, roll_up
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.domain.projections import Projection, projection_faults
from services.indicators.domain.punctuality import LateValue, late_of
from services.indicators.domain.quality import DeclaredRelation, QualityRules, Relation
from services.indicators.domain.scorecards import Aim, Scorecard, ScorecardHead, ScorecardLine, Section
from services.indicators.domain.series import series_state
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.domain.targets import Target, TargetKind, target_faults

NOV, DEC, JAN = (Period.parse(each) for each in ("2017-11", "2017-12", "2018-01"))
DUE: Final = date(2018, 2, 14)
TODAY: Final = date(2018, 2, 28)
AT: Final = datetime(2018, 2, 28, tzinfo=UTC)
INDICATOR: Final = Indicator("a", "Waits", Unit.DAYS, 1, Polarity.LOW_IS_GOOD, PeriodKind.MONTH)
SERIES: Final = SeriesKey("a", "E1")
LATE: Final = LateValue(DEC, JAN, DUE)
TOLD: Final = Reminder(SERIES, DEC, DUE, True, 3)  # noqa: FBT003  late


@pytest.mark.parametrize(
    ("before", "late", "told"),
    [
        (None, None, None),
        (None, LATE, replace(TOLD, version=1)),
        (TOLD, LATE, None),
        (TOLD, None, replace(TOLD, is_late=False, version=4)),
        (replace(TOLD, is_late=False), None, None),
        (replace(TOLD, is_late=False), LATE, replace(TOLD, version=4)),
        (TOLD, replace(LATE, latest=JAN), replace(TOLD, latest=JAN, version=4)),
    ],
)
def test_a_late_value_is_told_once_and_so_is_that_it_came(before: Any, late: Any, told: Any) -> None:
    assert reminder(before, SERIES, late) == told


def test_what_a_reminder_awaits() -> None:
    assert (TOLD.awaited, TOLD.next(), TOLD.subject) == (JAN, replace(TOLD, version=4), "a/late/E1")
    assert replace(TOLD, latest=Period.parse("2015 - 17")).awaited is None


def test_nothing_is_late_of_what_is_retired_or_derived() -> None:
    rules = QualityRules("a", due_days=14)
    assert late_of(INDICATOR, rules, DEC, TODAY) == LATE
    assert late_of(INDICATOR, rules, DEC, DUE) is None
    assert late_of(INDICATOR, None, DEC, TODAY) is None
    assert late_of(replace(INDICATOR, retired_on=TODAY), rules, DEC, TODAY) is None
    assert late_of(replace(INDICATOR, gap=Gap("b", "sex", "male", "female")), rules, DEC, TODAY) is None


def revision(series: SeriesKey, period: Period, value: int | None, status: Any = ObservationStatus.FINAL) -> Revision:
    return Revision(series, Observation(period, None if value is None else Decimal(value), status), 1, "tester", AT)


def inputs(**more: Any) -> SeriesInputs:
    found = SeriesInputs(indicators={"a": INDICATOR}, **more)
    for area, values in (("E1", (10, 12)), ("E92000001", (9, 9)), ("E2", (20, 4)), ("E3", (2, None))):
        for period, value in zip((NOV, DEC), values, strict=True):
            if value is not None:
                found.put_revision(revision(SeriesKey("a", area), period, value))
    return found


def test_a_series_is_compared_with_one_area_or_the_mean_of_a_group() -> None:
    alone, grouped = inputs(), inputs(group=("E1", "E2", "E3"))
    assert [one.value for one in (alone.compared(SERIES, DEC), grouped.compared(SERIES, NOV)) if one] == [9, 11]
    assert alone.compared(SERIES, JAN) is None
    assert [one.value for one in grouped.of_group(SERIES, NOV)] == [20, 2]
    grouped.put_revision(revision(SeriesKey("a", "E2"), DEC, None, ObservationStatus.WITHDRAWN))
    assert (grouped.of_group(SERIES, DEC), grouped.compared(SERIES, DEC)) == ([], None)
    assert inputs(comparator="E2").compared(SERIES, NOV) == Observation(NOV, Decimal(20))


def test_the_state_of_a_series_follows_from_its_inputs() -> None:
    found, compared = inputs(), {period: Observation(period, Decimal(9)) for period in (NOV, DEC)}
    old, new = Target(TargetKind.REACH, Decimal(5)), Target(TargetKind.REACH, Decimal(6), applies_from=DEC, version=2)
    for each in (new, old):
        found.put_target(SERIES, each)
    assert (found.newest_target(SERIES), found.newest_target(SeriesKey("a", "E9"))) == (new, None)
    revisions = list(found.revisions[SERIES].values())
    assert found.state(SERIES) == series_state(INDICATOR, revisions, compared, [new, old])
    assert found.current(SERIES, DEC) == revisions[1]
    assert found.current(SERIES, JAN) is None
    england = SeriesKey("a", "E92000001")
    own = series_state(INDICATOR, found.revisions[england].values(), compared, is_comparator=True)
    assert found.state(england) == own
    grouped = inputs(group=("E2",))
    means = {period: one for period in (NOV, DEC) if (one := grouped.compared(england, period))}
    assert grouped.state(england) == series_state(INDICATOR, found.revisions[england].values(), means)
    assert grouped.state(england) != own


def test_objectives_are_rolled_up_by_colour() -> None:
    state = inputs().state(SERIES)
    aimed = series_state(INDICATOR, inputs().revisions[SERIES].values(), {}, [Target(TargetKind.REACH, Decimal(99))])
    rows = [RolledUp(INDICATOR, state), RolledUp(INDICATOR, aimed), RolledUp(INDICATOR, state)]
    found = roll_up(RollUpQuery("E1"), iter(rows))
    assert (found.wanted, found.rows) == (RollUpQuery("E1"), tuple(rows))
    assert aimed.target is not None
    assert found.counts == {
        "benchmark": {state.benchmark.colour: 2, aimed.benchmark.colour: 1},
        "trend": {state.trend.colour: 3},
        "target": {aimed.target.colour: 1, Colour.WHITE: 2},
    }
    assert list(found.counts["target"]) == [each for each in Colour if each in found.counts["target"]]


def test_indicators_of_an_objective_and_of_a_scorecard_are_each_once_in_order() -> None:
    parts = (Objective("o2", "Two", ("b", "c")), Objective("o3", "Three", ("a", "d")))
    assert ObjectiveView(Objective("o1", "One", ("b", "a")), parts).indicators == ["b", "a", "c", "d"]
    lines = [ScorecardLine("b"), ScorecardLine("a", Breakdown.parse("sex=male")), ScorecardLine("b")]
    sections = (
        Section("s", "S", (Aim("x", (lines[0],)), Aim("y", (lines[1],)))),
        Section("t", "T", (Aim("z", (lines[2],)),)),
    )
    card = Scorecard(ScorecardHead("c", "Card"), sections)
    assert (card.lines, card.indicators) == (lines, ["b", "a"])


def test_a_range_encloses_the_value_of_a_projection() -> None:
    one, enclose = Projection("scenario", DEC, Decimal(5), Decimal(5), Decimal(5)), "lower and upper enclose the value"
    assert projection_faults(one) == projection_faults(Projection("scenario", DEC, Decimal(5))) == []
    wrong = replace(one, lower=Decimal(6), upper=Decimal(4))
    assert projection_faults(wrong) == [("lower", enclose), ("upper", enclose)]


HOMES: Final = CountedHomes(
    *("f1", 1, 2, "e1", SERIES, "by ratings"),
    periods=[CountedPeriod(DEC, 8, 6, True), CountedPeriod(JAN, 0, 0, False)],  # noqa: FBT003  whether it is final
)


def test_homes_that_are_counted_make_observations() -> None:
    assert HOMES.observations() == [
        Observation(DEC, None, ObservationStatus.FINAL, Decimal(6), Decimal(8), note="by ratings", basis=BASIS),
        Observation(
            JAN, None, ObservationStatus.PROVISIONAL, note="by ratings", basis=BASIS, missing=Missing.NOT_AVAILABLE
        ),
    ]
    assert withdrawn(DEC) == Observation(DEC, None, ObservationStatus.WITHDRAWN, basis=BASIS, reason=NOT_TAKEN)


def test_what_was_taken_stays_taken_until_the_feed_leaves_it_or_somebody_records_otherwise() -> None:
    taken = HOMES.taken
    assert taken == TakenHomes(SERIES, "by ratings", [DEC, JAN])
    before = TakenHomes(SERIES, "old", [NOV, DEC])
    assert HOMES.no_longer(before) == replace(before, periods=[NOV])
    elsewhere = replace(before, key=SeriesKey("b", "E1"))
    assert HOMES.no_longer(elsewhere) == elsewhere
    current = HOMES.observations()[0]
    changed = [
        replace(current, **one) for one in ({"note": "x"}, {"basis": None}, {"status": ObservationStatus.WITHDRAWN})
    ]
    assert [taken.holds(one) for one in (current, *changed)] == [True, False, False, False]
    kept = taken_to_json(replace(taken, key=replace_breakdown(SERIES)))
    assert taken_from_json(kept) == replace(taken, key=replace_breakdown(SERIES))


def replace_breakdown(key: SeriesKey) -> SeriesKey:
    return key._replace(breakdown=Breakdown.parse("sex=male"))


def test_what_is_kept_comes_back_and_later_formats_are_refused() -> None:
    group = AreaGroup("near", "Neighbours", GroupKind.NEAREST_NEIGHBOURS, ("E1", "E2"), "CIPFA")
    assert area_group_from_json(area_group_to_json(group)) == group
    assert Comparison.with_group(group) == Comparison("near", "Neighbours", ("E1", "E2"))
    relation = DeclaredRelation("b", Relation.AT_MOST, Decimal("0.5"))
    rules = QualityRules("a", 14, 7, (relation,))
    assert quality_rules_from_json("a", quality_rules_to_json(rules)) == rules
    assert codes_from_json(codes_to_json(["a", "b"])) == codes_from_json(["a", "b"]) == ("a", "b")
    assert codes_from_json(None) == ()
    for read, kept in ((area_group_from_json, area_group_to_json(group)), (codes_from_json, codes_to_json([]))):
        with pytest.raises(ValueError, match="format"):
            read({**kept, "format": 2})


def test_an_area_is_not_its_own_and_ends_after_it_begins() -> None:
    area = Area("E1", "One", "region", TODAY, TODAY, ("E2",), ("E3",))
    assert area_faults(area) == []
    wrong = replace(area, valid_to=DUE, parents=("E1",), successors=("E1", "E2"))
    assert area_faults(wrong) == [
        ("parents", "E1 cannot be its own"),
        ("successors", "E1 cannot be its own"),
        ("valid_to", "must not be before valid_from"),
    ]
    assert [area.existed(each) for each in (JAN, Period.parse("2018-02"), Period.parse("2018-03"))] == [
        False,
        True,
        False,
    ]


def test_commentaries_are_numbered_within_their_indicator() -> None:
    head = CommentaryHead("a", 7)
    assert (head.next(), head.subject) == (CommentaryHead("a", 7, 1), "a/commentary/7")
    said = Commentary(SERIES, DEC, CommentaryState.PUBLISHED, "Fewer beds", "Ana", "board", "typing error")
    assert said.content == (CommentaryState.PUBLISHED, "Fewer beds", "Ana", "board")


def test_definitions() -> None:
    framework = Framework("f", "Framework", BenchmarkMethod.SIGNIFICANCE, TODAY)
    assert [framework.has_ended(day) for day in (DUE, TODAY)] == [False, True]
    assert not replace(framework, ended_on=None).has_ended(TODAY)
    broken = replace(INDICATOR, frameworks=("f", "g"), dimensions={"sex": ("female", "male")})
    assert (broken.framework, INDICATOR.framework, INDICATOR.is_crude) == ("f", None, True)
    assert not replace(INDICATOR, calculation=Calculation.OTHER).is_crude
    assert broken.breakdown_fault(Breakdown.parse("sex=male")) is None
    assert broken.breakdown_fault(Breakdown.parse("age=65+")) == "a is not broken down by age"
    assert broken.breakdown_fault(Breakdown.parse("sex=other")) == "other is no sex of a: female, male"
    assert [broken.is_retired(day) for day in (DUE,)] == [False]
    assert replace(broken, retired_on=TODAY).is_retired(TODAY)


def test_a_series_beside_a_gap() -> None:
    gap = replace(INDICATOR, code="g", gap=Gap("a", "sex", "male", "female"))
    assert series_beside(gap, SERIES) == SeriesKey("g", "E1")
    assert series_beside(gap, replace_breakdown(SERIES)) == SeriesKey("g", "E1")
    assert series_beside(gap, SERIES._replace(breakdown=Breakdown.parse("sex=other"))) is None
    assert series_beside(INDICATOR, SERIES) is None
    why = "One of the two values it is derived from is no longer there"
    assert withdrawn_observation(DEC) == Observation(
        DEC, None, ObservationStatus.WITHDRAWN, basis="derived", reason=why
    )


def test_a_series_and_an_observation_say_what_they_are() -> None:
    assert SeriesKey.parse("a/E1/sex=male") == replace_breakdown(SERIES)
    assert (SeriesKey.parse("a/E1"), SERIES.subject) == (SERIES, "a/E1")


@pytest.mark.parametrize(
    ("target", "faults"),
    [
        (Target(TargetKind.NONE, applies_from=DEC, version=2), []),
        (Target(TargetKind.NONE, applies_from=DEC), [("kind", "there is no target to end")]),
        (Target(TargetKind.NONE, version=2), [("applies_from", "say from which period on there is none")]),
        (
            Target(TargetKind.NONE, Decimal(5), due=JAN, applies_from=DEC, version=2),
            [("value", "is not said where a target ends"), ("due", "is not said where a target ends")],
        ),
        (
            Target(TargetKind.REACH, Decimal(5), applies_from=JAN, applies_to=DEC),
            [("applies_to", "must not end before applies_from begins")],
        ),
        (Target(TargetKind.REACH, Decimal(5), applies_from=JAN, applies_to=JAN), []),
        (
            Target(TargetKind.REACH, Decimal(5), version=2),
            [("applies_from", "only the first version may leave it out: a later one says when it begins")],
        ),
    ],
)
def test_faults_of_targets_that_begin_and_end(target: Target, faults: list[tuple[str, str]]) -> None:
    assert target_faults(target) == faults

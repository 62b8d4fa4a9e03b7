"""What is to be known of controls, assurances and actions on a day."""

from datetime import UTC, date, datetime

import pytest

from services.risks.domain.treatment import (
    ActionRecord,
    Aspect,
    AssuranceRecord,
    ControlRecord,
    ControlState,
    ControlTest,
    Effectiveness,
    Record,
    RecordView,
    TreatmentState,
)

TODAY = date(2018, 2, 28)


def found(aspect: Aspect, result: Effectiveness, tested_on: date) -> ControlTest:
    return ControlTest(aspect, result, tested_on, "Audit")


DESIGN = found(Aspect.DESIGN, Effectiveness.EFFECTIVE, date(2015, 1, 1))
LATELY = found(Aspect.OPERATION, Effectiveness.EFFECTIVE, date(2017, 8, 28))


@pytest.mark.parametrize(
    ("state", "tests", "flags"),
    [
        (ControlState.IN_PLACE, (), ["design_untested", "operation_untested"]),
        (ControlState.PLANNED, (), []),
        (ControlState.RETIRED, (), []),
        (ControlState.IN_PLACE, (DESIGN, LATELY), []),
        (
            ControlState.IN_PLACE,
            (DESIGN, found(Aspect.OPERATION, Effectiveness.EFFECTIVE, date(2017, 8, 27))),
            ["test_overdue"],
        ),
        (
            ControlState.IN_PLACE,
            (found(Aspect.DESIGN, Effectiveness.PARTLY_EFFECTIVE, TODAY), LATELY),
            ["not_effective"],
        ),
    ],
)
def test_flags_of_a_control(state: ControlState, tests: tuple[ControlTest, ...], flags: list[str]) -> None:
    control = ControlRecord("Board", state=state, test_every=6)
    assert control.flags(TODAY, {test.aspect: test for test in tests}) == flags


@pytest.mark.parametrize(("given_on", "flags"), [(date(2017, 2, 28), []), (date(2017, 2, 27), ["stale"])])
def test_an_assurance_is_stale_a_year_later(given_on: date, flags: list[str]) -> None:
    assert AssuranceRecord("Audit", 3, "Sound", given_on).flags(TODAY, {}) == flags


@pytest.mark.parametrize(
    ("due", "state", "flags"),
    [
        (date(2018, 2, 28), TreatmentState.OPEN, []),
        (date(2018, 2, 27), TreatmentState.OPEN, ["overdue"]),
        (date(2018, 2, 27), TreatmentState.DONE, []),
        (date(2018, 2, 27), TreatmentState.CANCELLED, []),
        (None, TreatmentState.OPEN, []),
    ],
)
def test_an_open_action_is_overdue_after_its_day(due: date | None, state: TreatmentState, flags: list[str]) -> None:
    assert ActionRecord("Recruit", due=due, state=state).flags(TODAY, {}) == flags


@pytest.mark.parametrize("given_on", [date(9999, 1, 1), date(1, 1, 1)])
def test_no_day_that_is_stored_stands_in_the_way(given_on: date) -> None:
    assert AssuranceRecord("Audit", 3, "Sound", given_on).flags(TODAY, {}) == (
        [] if given_on.year > 2018 else ["stale"]
    )
    tested = {Aspect.OPERATION: found(Aspect.OPERATION, Effectiveness.EFFECTIVE, given_on), Aspect.DESIGN: DESIGN}
    assert ControlRecord("Board").flags(TODAY, tested) == ([] if given_on.year > 2018 else ["test_overdue"])


def test_a_record_is_named_by_its_kind_and_flagged_on_a_day() -> None:
    action = ActionRecord("Open beds", due=date(2018, 2, 27))
    record = Record(1, "beds", action, ["OCC4"], 1, "Ana", datetime(2018, 2, 1, tzinfo=UTC))
    assert (record.subject, RecordView(record, TODAY).flags) == ("action/beds", ["overdue"])
    assert RecordView(record, date(2018, 2, 27)).flags == []


def test_a_year_is_counted_back_from_today() -> None:
    leap = AssuranceRecord("Audit", 3, "Sound", date(2015, 2, 28))
    assert leap.flags(date(2016, 2, 29), {}) == []
    assert leap.flags(date(2016, 3, 1), {}) == ["stale"]

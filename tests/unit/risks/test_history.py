"""The register as a list of lines, now or at the end of a quarter."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contracts.period import Period
from contracts.risks import Band
from services.risks.domain.appetites import AppetiteStatus, Limits
from services.risks.domain.as_at import PRESENT, AsAt
from services.risks.domain.history import RegisterLine, is_wanted
from services.risks.domain.matrix import DEFAULT_MATRIX, Rating
from services.risks.domain.rating import Kind, Mode, Movement, Status
from services.risks.domain.register import Description, RiskFilter

TODAY = date(2018, 2, 28)
ENDED, RUNNING = Period.parse("2017/18 Q3"), Period.parse("2017/18 Q4")
LINE = RegisterLine(
    ref="OCC4",
    register="people-2018",
    kind=Kind.THREAT,
    mode=Mode.AUTO,
    status=Status.OPEN,
    matrix=DEFAULT_MATRIX,
    description=Description("A risk", category="Operational", owner="Ana"),
    legacy_band=Band.YELLOW,
)
RATED = replace(LINE, current=DEFAULT_MATRIX.banded(Rating(4, 5)))


@pytest.mark.parametrize(
    ("at", "day", "compared_with"),
    [
        (PRESENT, TODAY, "2017/18 Q3"),
        (AsAt(ENDED), date(2017, 12, 31), "2017/18 Q2"),
        (AsAt(RUNNING), TODAY, "2017/18 Q3"),
        (AsAt(as_of=datetime(2018, 2, 1, tzinfo=UTC)), TODAY, "2017/18 Q3"),
    ],
)
def test_a_quarter_is_read_as_it_ended_or_as_far_as_it_went(at: AsAt, day: date, compared_with: str) -> None:
    assert (at.day(TODAY), at.compared_with(TODAY).label) == (day, compared_with)
    assert at.is_present is (at is PRESENT)


def test_a_legacy_risk_has_its_colour_until_it_is_assessed() -> None:
    assert (LINE.band, RATED.band) == (Band.YELLOW, Band.RED)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (replace(RATED, limits=Limits(4, 20)), AppetiteStatus.WITHIN_TOLERANCE),
        (RATED, None),
        (replace(LINE, limits=Limits(4, 20)), None),
        (replace(RATED, limits=Limits(4, 20), status=Status.CLOSED), None),
    ],
)
def test_a_line_that_counted_is_held_against_what_was_tolerated_then(
    line: RegisterLine, status: AppetiteStatus | None
) -> None:
    assert line.appetite_status is status


@pytest.mark.parametrize(
    ("line", "moved"),
    [
        (LINE, None),
        (RATED, Movement.NEW),
        (replace(RATED, previous=DEFAULT_MATRIX.banded(Rating(4, 4))), Movement.UP),
        (replace(RATED, previous=RATED.current), Movement.UNCHANGED),
    ],
)
def test_movement_is_against_the_end_of_the_quarter_before(line: RegisterLine, moved: Movement | None) -> None:
    assert line.movement is moved


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (RiskFilter(), True),
        (RiskFilter(register="people-2018", kind=Kind.THREAT, status=Status.OPEN, band=Band.YELLOW), True),
        (RiskFilter(category="Operational", owner="Ana"), True),
        (RiskFilter(register="place-2018"), False),
        (RiskFilter(kind=Kind.OPPORTUNITY), False),
        (RiskFilter(status=Status.CLOSED), False),
        (RiskFilter(band=Band.RED), False),
        (RiskFilter(category="Strategic"), False),
        (RiskFilter(department="People"), False),
        (RiskFilter(owner="Ben"), False),
    ],
)
def test_a_line_is_filtered_by_what_was_said_of_it_then(wanted: RiskFilter, *, found: bool) -> None:
    assert is_wanted(LINE, wanted) is found

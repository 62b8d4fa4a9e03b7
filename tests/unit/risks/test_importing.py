"""What keeps a row of a file from entering a risk or from changing one, and where it is told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from contracts.risks import Band
from services.risks.domain.importing import (
    RegisterRow,
    RowFault,
    change_faults,
    column_of,
    entry_faults,
    is_judging,
    judged_anew,
)
from services.risks.domain.matrix import Rating
from services.risks.domain.rating import Kind, Mode, Status
from services.risks.domain.records import Judgement
from services.risks.domain.register import Description, NewRisk, default_matrix
from tests.unit.risks.examples import risk

JUDGED = Judgement(Rating(4, 3), "As printed", previous=Rating(4, 2))
NEW = NewRisk("OCC4", "people-2018", Kind.THREAT, Mode.AUTO, default_matrix(Kind.THREAT), Description("A risk"))


def row(*given: str, **fields: Any) -> RegisterRow:
    return RegisterRow(3, replace(NEW, **fields), {}, frozenset(given))


@pytest.mark.parametrize(
    ("sent", "columns"),
    [
        (row(), []),
        (row(status=Status.DRAFT), []),
        (row(status=Status.CLOSED), ["status"]),
        (row(status=Status.ACCEPTED), ["status"]),
        (row(legacy_band=Band.YELLOW), []),
        (row(judgement=JUDGED), []),
        (row(legacy_band=Band.YELLOW, judgement=JUDGED), ["legacy_band"]),
    ],
)
def test_a_risk_is_entered_before_it_is_decided_and_rated_one_way(sent: RegisterRow, columns: list[str]) -> None:
    words = {
        "status": f"a risk is entered before it is {sent.new.status}",
        "legacy_band": "a risk has a legacy band or an assessment, not both",
    }
    assert entry_faults(sent) == [RowFault(3, column, words[column]) for column in columns]


@pytest.mark.parametrize(
    ("sent", "columns"),
    [
        (row("register", "kind", "matrix", "legacy_band", "status"), []),
        (row("register", register="place-2018"), ["register"]),
        (row(register="place-2018"), []),
        (row("kind", "matrix", kind=Kind.OPPORTUNITY, matrix=default_matrix(Kind.OPPORTUNITY)), ["kind", "matrix"]),
        (row("legacy_band", legacy_band=Band.RED), ["legacy_band"]),
        (row("status", status=Status.ESCALATED), []),
        (row("status", status=Status.CLOSED), ["status"]),
    ],
)
def test_what_is_for_good_or_decided_elsewhere_is_not_changed_by_a_file(sent: RegisterRow, columns: list[str]) -> None:
    assert [each.column for each in change_faults(sent, risk())] == columns


def test_a_closed_risk_is_not_reopened_by_a_file() -> None:
    [fault] = change_faults(row("status"), risk(status=Status.CLOSED))
    assert (fault.location, fault.message.partition(";")[0]) == ("line 3, status", "is closed")


def test_a_fault_of_the_whole_row_names_its_line() -> None:
    assert RowFault(7, None, "is empty").location == "line 7"


def test_a_row_assesses_where_it_rates_otherwise_and_leaves_what_was_before_to_the_risk() -> None:
    assert judged_anew(row(judgement=JUDGED), risk()) is None
    assert judged_anew(row(), risk()) is None
    otherwise = row(judgement=replace(JUDGED, rating=Rating(4, 4)))
    assert judged_anew(otherwise, risk()) == Judgement(Rating(4, 4), "As printed")
    judging = (is_judging(row(judgement=JUDGED), risk()), is_judging(otherwise, risk()))
    entering = (is_judging(row(judgement=JUDGED), None), is_judging(row(), None))
    assert (judging, entering) == ((False, True), (True, False))


@pytest.mark.parametrize(
    ("location", "column"),
    [
        ([], None),
        (["title"], "title"),
        (["actions", "0", "text"], "actions"),
        (["assessment", "impact"], "assessed_impact"),
        (["assessment", "previous_likelihood"], "previous_likelihood"),
        (["target"], "target_impact"),
        (["inherent", "likelihood"], "inherent_likelihood"),
    ],
)
def test_a_field_of_a_risk_is_told_by_its_column(location: Sequence[str], column: str | None) -> None:
    assert column_of(location) == column

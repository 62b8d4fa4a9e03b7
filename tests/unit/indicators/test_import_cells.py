"""Cells of a file: whatever they hold they are read, or refused by column in words."""

import io
import json
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.tabular.reading import Unreadable, sheets
from contracts.period import PeriodKind, UnknownPeriodError
from services.indicators.domain.importing.cells import (
    FINEST,
    FINEST_SENT,
    MOST_COUNTED,
    NotAccepted,
    inferred_in,
    marks_in,
    notes_in,
    number_of,
    rounded,
)
from services.indicators.domain.importing.drafts import Draft, FaultyRow
from services.indicators.domain.importing.row_reader import RowReader
from services.indicators.domain.importing.shipped import NATIVE, SHIPPED
from services.indicators.domain.importing.tally import Faults
from services.indicators.domain.numbers import HIGHEST

NOTE = {"topic": "Delays", "figures": [{"figure": "1", "source": "table"}], "used": "1", "why": "later"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", "1234.5"),
        ("-5", "-5"),
        ("1e3", "1000"),
        ("0e9", "0"),
        ("-0", "0"),
        ("999999999999.99999999999999999", "1000000000000.00000000000000"),
        ("1000000000000.00000000000000000", "1000000000000.00000000000000"),
        ("79.29000000000000000", "79.29000000000000"),
        ("1e-99", "0.00000000000000"),
        ("0." + "1" * 150, "0.11111111111111"),
    ],
)
def test_numbers_have_all_their_digits(text: str, number: str) -> None:
    read = number_of(text)
    assert read is not None
    assert format(rounded(read, FINEST), "f") == number


@pytest.mark.parametrize("text", ["1,23", "", "1e100", "0x1", "٣", "1_000", "NaN", "Infinity", "1" * 201, "1 2"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert number_of(text) is None


MARKS = [("[e][b]", "[e][b]"), ("[e], [u]", "[e][u]"), ("[p] [r]", "[p][r]"), ("", "")]


@pytest.mark.parametrize(("text", "marks"), MARKS)
def test_marks(text: str, marks: str) -> None:
    assert marks_in(text) == marks


@pytest.mark.parametrize(("text", "named"), [("[e][t]", "[t]"), ("e", "e"), ("[E]", "[E]"), ("[e]]", "]"), ("[", "[")])
def test_what_is_no_mark_is_named(text: str, named: str) -> None:
    with pytest.raises(NotAccepted) as refused:
        marks_in(text)
    assert str(refused.value).startswith(f"{named} is no mark: [b], [e], [u], [p], [r]")


INFERRED = [
    "|".join("abcdefghijklmnopqrstu"),
    "a" * 61,
    '["\\u0000"]',
    '["\\ud800"]',
    "[" * 100_000,
    "[1]",
    '["a"',
    '[""]',
]


@pytest.mark.parametrize("text", INFERRED)
def test_what_names_no_fields_is_refused(text: str) -> None:
    with pytest.raises(NotAccepted):
        inferred_in(text)


def test_fields_and_contradictions_come_back() -> None:
    assert inferred_in("value|period") == inferred_in('["value", "period"]') == ("value", "period")
    (note,) = notes_in(json.dumps([NOTE]))
    assert (note.topic, note.figures[0].figure, note.why) == ("Delays", "1", "later")
    assert notes_in("[]") == ()


NOTES: list[Any] = [
    "[" * 100_000,
    "{}",
    "nothing",
    "1" * 5000,
    [NOTE | {"topic": "a\x00b"}],
    [NOTE | {"topic": ""}],
    [NOTE | {"topic": 5}],
    [NOTE | {"used": "x" * 301}],
    [NOTE | {"why": "x" * 1001}],
    [NOTE | {"more": "x"}],
    [NOTE | {"figures": []}],
    [NOTE | {"figures": NOTE["figures"] * 11}],  # type: ignore[operator]  # a list
    [NOTE | {"figures": [{"figure": "1"}]}],
    [NOTE | {"figures": ["1"]}],
    [NOTE] * 21,
    [[]],
]


@pytest.mark.parametrize("content", NOTES)
def test_what_is_no_contradiction_is_refused(content: Any) -> None:
    with pytest.raises(NotAccepted):
        notes_in(content if isinstance(content, str) else json.dumps(content))


ROW = {"indicator": "waits", "area": "RK9", "period": "2017-12", "value": "80"}


def read(**cells: str) -> Draft | FaultyRow:
    row = ROW | cells
    return RowReader(NATIVE, list(row)).read(2, list(row.values()))


BLAMED = [
    ("inferred", "[", "names of fields"),
    ("notes", "[" * 100_000, "JSON list"),
    ("marks", "[e][t]", "[t] is no mark"),
    ("value", "12 [t]", "[t] is no mark"),
    ("value", "x" + " " * 100_000 + "x", "no number"),
    ("count", "10000000001", "beyond 10,000,000,000"),
    ("count", "-1", "not negative"),
    ("denominator", "0.000000001", "is nothing"),
    ("period", "9" * 41, "a period is needed"),
    ("breakdown", "a=" + "b" * 400, "longer than 400"),
    ("note", "x" * 4001, "longer than 4000"),
    ("note", "a\x00b", "NUL"),
    ("other", "a\x00b", "NUL"),
    ("status", "finished", "are accepted"),
    ("missing", "[q]", "is no symbol"),
]


@pytest.mark.parametrize(("column", "text", "words"), BLAMED)
def test_the_column_that_is_wrong_is_named(column: str, text: str, words: str) -> None:
    found = read(**{column: text})
    assert isinstance(found, FaultyRow)
    assert [(fault.column, words in fault.message) for fault in found.faults] == [(column, True)], found.faults


def test_faults_are_shown_as_any_database_stores_them() -> None:
    found, faults = read(value="a\x00b"), Faults()
    assert isinstance(found, FaultyRow)
    faults.add((2,), found.faults)
    assert {fault.value for fault in faults.shown} == {"a\ufffdb"}


HOSTILE = st.one_of(
    st.text(max_size=30),
    st.text(alphabet='[]{}"|;=,.:- \x00\n\u00a0eE+019abupr', max_size=40),
    st.sampled_from("[{ 1e,-=.x\x00").map(lambda sign: sign * 100_000),
    st.from_regex(r"[+-]?[0-9]{0,40}\.?[0-9]{0,40}([eE][+-]?[0-9]{1,3})?( \[[a-z]\])*", fullmatch=True),
    st.sampled_from(["2017-12", "20170012", "99999999", "0000-01", "2017/18 Q3", "9999/00", "2099 - 99"]),
    st.sampled_from(["RK9", "waits", "final", "[c]", "withdrawn", "[]", '[""]', "[e][p]"]),
)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(SHIPPED)), st.data())
def test_a_row_is_a_draft_or_says_what_is_wrong(name: str, data: st.DataObject) -> None:
    mapping = SHIPPED[name]
    header = [headings[0] for headings in mapping.columns.values()]
    header += [heading for each in mapping.dimensions for heading in (each.column, each.name_column) if heading]
    good = {"indicator": "waits", "area": "RK9", "period": "2017-12", "value": "5"}
    cells = [good.get(field, "") for field in mapping.columns] + [""] * (len(header) - len(mapping.columns))
    for n in data.draw(st.sets(st.integers(0, len(header) - 1), min_size=1, max_size=4)):
        cells[n] = data.draw(HOSTILE)
    found = RowReader(mapping, header).read(2, cells)
    if isinstance(found, FaultyRow):
        assert found.faults
        return
    for field, number in found.figures.items():
        places = number.as_tuple().exponent
        assert isinstance(places, int)
        assert -places <= (FINEST if field == "value" else FINEST_SENT)
        assert abs(number) <= (MOST_COUNTED if field in {"count", "denominator"} else HIGHEST)
    for kind in PeriodKind:
        try:
            observed = found.read(kind)
        except UnknownPeriodError:
            continue
        assert observed.value == found.figures.get("value")


NUMBERS = st.floats(-1e300, 1e300) | st.sampled_from([1e28, -1e300, 5e-324, 0.1 + 0.2, 1e10])


@settings(max_examples=12, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=5), st.sampled_from(["General", "yyyy-mm-dd", "[h]:mm:ss"]))
def test_a_workbook_s_numbers_are_read_or_refused_by_line(numbers: list[float], shape: str) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        page, formatted = book.add_worksheet(), book.add_format({"num_format": shape})
        for line, number in enumerate(numbers):
            page.write_number(line, 0, number, formatted)
    file.seek(0)
    texts, refused = read_all(file)
    assert len(texts) == len(numbers) or (refused > 0 and shape != "General")
    if shape == "General":
        assert [float(Decimal(text)) for text in texts] == pytest.approx(numbers, rel=1e-15)


def read_all(file: io.BytesIO) -> tuple[list[str], int]:
    """The first cell of every row, and the line that cannot be read."""
    texts = []
    try:
        for sheet in sheets(file):
            texts += [row.cells[0] for row in sheet]
    except Unreadable as problem:
        return texts, problem.line
    return texts, 0

"""Files at their edges: rows like none before, mappings that cannot be, faults that are too many, and results."""

from decimal import Decimal
from typing import Any, Final

import pytest

from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.indicators import ObservationStatus
from contracts.period import Period, PeriodKind
from services.indicators.domain.areas import Area
from services.indicators.domain.count_against_value import part_faults
from services.indicators.domain.definitions import Calculation, Gap, Indicator, Unit
from services.indicators.domain.gaps import gap_faults
from services.indicators.domain.importing import alike, tally
from services.indicators.domain.importing.cells import NotAccepted, marks_in
from services.indicators.domain.importing.drafts import CellFault, Draft, FaultyRow
from services.indicators.domain.importing.mapping import FIELDS, DimensionSource, FileMapping, mapping_faults
from services.indicators.domain.importing.order import (
    ImportOrder,
    ImportResult,
    RowFault,
    order_from_json,
    order_to_json,
    result_from_json,
    result_to_json,
)
from services.indicators.domain.importing.row_reader import RowReader
from services.indicators.domain.importing.shipped import NATIVE
from services.indicators.domain.importing.tally import Faults, Seen
from services.indicators.domain.numbers import HIGHEST
from services.indicators.domain.observations import Observation, SeriesKey
from services.indicators.domain.quality import outlier_reason
from services.indicators.domain.targets import Baseline, Target, TargetKind, target_faults
from services.indicators.domain.trend import trend

HEAD: Final = ["indicator", "area", "period", "value", "denominator", "breakdown", "unheard of"]
ROW: Final = ["waits", "RK9", "2017-12", "5", "10", "", ""]


def read(reader: RowReader, **cells: str) -> Any:
    return reader.read(9, [cells.get(name, cell) for name, cell in zip(HEAD, ROW, strict=True)])


@pytest.mark.parametrize(
    ("cells", "figures"),
    [
        ({}, {"value": 5, "denominator": 10}),
        ({"value": "-5"}, {"value": -5, "denominator": 10}),
        ({"value": "-0"}, {"value": 0, "denominator": 10}),
        ({"denominator": ""}, {"value": 5}),
        ({"value": "1e1"}, {"value": 10, "denominator": 10}),
    ],
)
def test_a_row_like_one_before_says_its_own_numbers(cells: dict[str, str], figures: dict[str, int]) -> None:
    reader = RowReader(NATIVE, HEAD)
    assert isinstance(read(reader), Draft)
    assert read(reader, **cells).figures == figures


@pytest.mark.parametrize("cells", [{"denominator": "0"}, {"unheard of": "a\x00b"}, {"value": ""}, {"value": "8O"}])
def test_a_row_like_one_before_is_refused_as_by_itself(cells: dict[str, str]) -> None:
    reader = RowReader(NATIVE, HEAD)
    read(reader)
    assert read(reader, **cells) == read(RowReader(NATIVE, HEAD), **cells)


def test_what_is_known_of_rows_is_forgotten_where_it_is_too_much() -> None:
    known: dict[Any, int] = {}
    for number in range(4):
        alike._put(known, str(number), number, most=3)
    assert known == {"3": 3}
    alike._put(known, "x" * 1001, 5)
    alike._put(known, ("x" * 500, "y" * 501), 5)
    alike._put(known, "x" * 1000, 5)
    assert len(known) == 2


def messages(found: Any) -> list[tuple[str, str]]:
    assert isinstance(found, FaultyRow)
    return [(one.column, one.message) for one in found.faults]


def test_a_row_with_more_cells_than_the_header_has_is_refused_unless_they_are_empty() -> None:
    reader = RowReader(NATIVE, HEAD)
    assert isinstance(reader.read(2, [*ROW, " ", ""]), Draft)
    more = "the row has 9 cells, the header 7: quote text that has commas"
    assert messages(reader.read(3, [*ROW, "", "x"])) == [("", more)]


def test_dimensions_that_make_no_breakdown_are_refused() -> None:
    columns = {name: (name,) for name in ("indicator", "area", "period", "value", "breakdown")}
    sources = tuple(DimensionSource(f"d{number}", name=f"dimension-{number}") for number in range(9))
    mapping = FileMapping("m", "M", columns, dimensions=sources)
    header = ["indicator", "area", "period", "value", "breakdown", *(f"d{number}" for number in range(9))]
    reader = RowReader(mapping, header)
    row = ["waits", "RK9", "2017-12", "5", ""]
    assert isinstance(reader.read(2, [*row, "a", *[""] * 8]), Draft)
    [(column, _)] = messages(reader.read(3, [*row, *["x" * 60] * 9]))
    assert column == "breakdown"


def test_what_is_not_counted_is_taken_from_the_whole() -> None:
    header = ["indicator", "area", "period", "not_counted", "denominator"]
    mapping = FileMapping("m", "M", {name: (name,) for name in header}, add_up=True)
    reader = RowReader(mapping, header)
    found = reader.read(2, ["waits", "RK9", "2017-12", "3", "10"])
    assert isinstance(found, Draft)
    assert (found.figures["count"], found.figures["denominator"]) == (7, 10)
    assert ("not_counted", "is more than the 10 that it is of") in messages(
        reader.read(3, ["waits", "RK9", "2017-12", "11", "10"])
    )


def test_marks_are_as_long_as_a_figure_at_most() -> None:
    assert marks_in("[e]" * 66) == "[e]" * 66
    with pytest.raises(NotAccepted, match=r"^is longer than 200 characters$"):
        marks_in("[e]" * 67)


def test_faults_of_mappings() -> None:
    three = {name: (name,) for name in ("indicator", "area", "period")}
    assert mapping_faults(FileMapping("m", "M", three | {"value": ("value",)})) == []
    assert (
        mapping_faults(FileMapping("m", "M", three | {"not_counted": ("n",)}, code_prefix="m", code_fields=("unit",)))
        == []
    )
    both = DimensionSource("c", name="sex", name_column="d")
    wrong = FileMapping(
        *("m", "M", {"area": ("area",), "sort": ("sort",)}),
        required=("area", "period"),
        constants={"period": "2017", "kind": "x"},
        code_prefix="m",
        dimensions=(DimensionSource("c"), both, DimensionSource("c", name="sex")),
    )
    no_field = f"is no field; there are: {', '.join(FIELDS)}"
    assert mapping_faults(wrong) == [
        ("columns.sort", no_field),
        ("constants.kind", no_field),
        ("columns", "say where indicator stands, or give it among the constants"),
        ("columns", "say where the value stands"),
        ("required", "period has no column"),
        ("code_fields", "say whose words make the code"),
        ("dimensions.0", "has either a name or a column that says it"),
        ("dimensions.1", "has either a name or a column that says it"),
    ]
    assert mapping_faults(FileMapping("m", "M", three | {"count": ("n",)}, code_fields=("sort",))) == [
        ("code_fields", "sort is no field")
    ]


def test_orders_and_results_are_kept() -> None:
    order = ImportOrder("a.csv", "native", dry_run=True, calculation=Calculation.OTHER)
    assert order_from_json(order_to_json(order)) == order
    before = {name: each for name, each in order_to_json(order).items() if name != "calculation"}
    assert order_from_json(before).calculation is None
    result = ImportResult(
        3, errors=(RowFault(2, "value", "8O", "is none"),), errors_in_all=1, created={"areas": ["E1"]}
    )
    assert result_from_json(result_to_json(result)) == result
    with pytest.raises(ValueError, match=r"^format 2 of an import is not known$"):
        order_from_json(order_to_json(order) | {"format": 2})


def test_faults_are_counted_beyond_those_that_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_SHOWN", 2)
    monkeypatch.setattr(tally, "MOST_LINES", 2)
    faults = Faults()
    faults.add((4, 5), [CellFault("value", "8O", "is none"), CellFault("", "", "is wrong")])
    faults.add((6,), [CellFault("period", "x", "is no period")])
    faults.add_file("the file ends")
    assert faults.shown == [RowFault(4, "value", "8O", "is none"), RowFault(4, "", "", "is wrong")]
    assert faults.by_line == {4: "value: is none; is wrong", 5: "value: is none; is wrong"}
    assert (faults.in_all, faults.rows) == (4, 3)


def test_faults_of_a_sum_and_of_a_file_are_of_no_row() -> None:
    faults = Faults()
    faults.add((), [CellFault("count", "", "has none")])
    faults.add_file("a\x00" * 600, line=7)
    assert faults.shown == [
        RowFault(0, "count", "", "has none", is_of_a_row=False),
        RowFault(7, "", "", "a\ufffd" * 500, is_of_a_row=False),
    ]
    assert (faults.rows, faults.in_all, faults.by_line) == (0, 2, {})


def draft(area: str, value: str, period: str = "2017-12", breakdown: str = "", **words: str) -> Draft:
    key = SeriesKey("waits", area, Breakdown.parse(breakdown))
    return Draft(key, period, {"value": Decimal(value)}, {}, {"indicator": "Waits", **words}, (2,))


def test_rows_make_the_definition_of_their_indicator() -> None:
    seen = Seen(NATIVE)
    seen.add([draft("E06000026", "1.25", breakdown="sex=male", unit="days", polarity="low_is_good", measure="median")])
    seen.add([draft("E06000026", "1.5", "2018-01", "sex=female"), draft("E06000026", "1", "2018-02", "sex=female")])
    seen.add([draft("X1", "1", area_name="Ward", area_type="ward")])
    found = seen.indicator("waits")
    assert found == Indicator(
        *("waits", "Waits: median", Unit.DAYS, 2, Polarity.LOW_IS_GOOD, PeriodKind.MONTH),
        source="Imported by the mapping native",
        calculation=Calculation.OTHER,
        dimensions={"sex": ("female", "male")},
    )
    assert seen.areas == {
        "E06000026": Area("E06000026", "Unitary authority E06000026", "unitary authority"),
        "X1": Area("X1", "Ward", "ward"),
    }


def test_rows_that_say_little_leave_most_to_be_inferred() -> None:
    seen = Seen(NATIVE, Calculation.MODELLED)
    seen.add([draft("E1", "1.123456789", polarity="up")])
    found = seen.indicator("waits")
    assert isinstance(found, Indicator)
    assert (found.name, found.unit, found.decimals, found.polarity) == ("Waits", Unit.SCORE, 8, Polarity.NEUTRAL)
    assert (found.calculation, found.provenance.inferred) == (Calculation.MODELLED, ("unit",))
    none = Seen(NATIVE)
    none.add([draft("E1", "1", "soon")])
    assert none.indicator("waits") == "waits is not known, and its periods are of no kind that is: create it first"


def test_what_count_and_denominator_say_of_one_another() -> None:
    rate = Indicator("a", "A", Unit.RATE_PER_100000, 1, Polarity.NEUTRAL, PeriodKind.MONTH)
    sent = Observation(Period.parse("2017-12"), Decimal(1), count=Decimal(10**10), denominator=Decimal("0.00001"))
    assert part_faults(sent, rate) == [("denominator", "the rate of this count would be beyond 1000000000000")]
    assert part_faults(Observation(sent.period, Decimal(1), count=Decimal(10**7), denominator=Decimal(1)), rate) == []


def test_small_words_of_figures() -> None:
    seen = Observation(Period.parse("2017-12"), Decimal(50))
    assert outlier_reason(seen, Decimal("12.345")) == (
        "50 has a modified z-score of 12.34 among its own history, beyond 3.5"
    )
    gone = Observation(seen.period, None, ObservationStatus.WITHDRAWN)
    assert trend([gone], Polarity.HIGH_IS_GOOD).reason == "no_local_value"
    plain = Indicator("a", "A", Unit.DAYS, 1, Polarity.NEUTRAL, PeriodKind.MONTH)
    assert gap_faults(plain, None) == []
    assert Gap("a", "sex", "male", "female").kind == "absolute"
    beyond = Target(TargetKind.INCREASE_BY_PERCENT, Decimal(1), baseline=Baseline(seen.period, HIGHEST))
    assert target_faults(beyond) == [("value", "of this baseline would be beyond 1000000000000")]

"""A printed table of ranges: every figure by its rate, and each printed one that differs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import ClassVar

import pytest

from contracts.period import Period
from services.finance.domain.range_models import (
    Bound,
    Compared,
    RangeCell,
    RangeModel,
    model_faults,
    printed_differences,
    range_figures,
)

D = Decimal
YEAR = Period.parse("2014/15")


def cell(partner: str | None, base: str, percent: str | None, printed: str) -> RangeCell:
    rate = None if percent is None else D(percent)
    return RangeCell("staffing", partner, YEAR, Bound.LOWER, D(base), rate, D(printed))


TABLE = (
    cell("PCC", "1629000", "2", "32000"),
    cell("CCG", "4402000", "2", "88000"),
    cell(None, "6031001", None, "121000"),
)


def test_a_total_adds_what_is_exact_before_it_is_rounded():
    model = RangeModel("t", "Table", "Source", D(1000), TABLE)
    found = [(one.computed.exact, one.computed.rounded, one.reading) for one in range_figures(model)]
    assert found == [
        (D("32580.00"), D(33000), "truncated"),
        (D("88040.00"), D(88000), "as_computed"),
        (D("120620.00"), D(121000), "as_computed"),
    ]
    assert [(one.partner, one.compared, one.printed, one.computed) for one in printed_differences(model)] == [
        ("PCC", Compared.RATE, D(32000), D(33000)),
        (None, Compared.PARTS, D(121000), D(120000)),
        (None, Compared.BASE, D(6031001), D(6031000)),
    ]


def test_a_cell_stands_there_once_and_only_a_partner_has_a_rate():
    assert model_faults(TABLE) == []
    wrong = (*TABLE, TABLE[0], cell("LWSW", "1", None, "1"))
    assert [(place, field) for place, field, _ in model_faults(wrong)] == [(3, "strand"), (4, "percent")]


class Counted(tuple[RangeCell, ...]):
    """Cells that count how often all of them are read."""

    __slots__ = ()
    reads: ClassVar = 0

    def __iter__(self) -> Iterator[RangeCell]:
        type(self).reads += 1
        return super().__iter__()


@pytest.mark.parametrize("look", [range_figures, printed_differences])
def test_a_table_is_read_as_often_however_long_it_is(look: Callable[[RangeModel], Sequence[object]]):
    reads = []
    for strands in (2, 40):
        cells = [replace(one, strand=f"s{number}") for number in range(strands) for one in TABLE]
        Counted.reads = 0
        assert look(RangeModel("t", "Table", "Source", D(1000), Counted(cells)))
        reads.append(Counted.reads)
    assert reads[0] == reads[1]

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


PRINTED = """
staffing PCC 1629 | 2 32 5 81 5 81 8 130 7 114 10 163
staffing CCG 4402 | 2 88 5 220 5 220 8 352 7 308 10 440
staffing - 6031 | - 121 - 302 - 302 - 482 - 422 - 603
commissioning PCC 22167 | 1 222 2 443 3 665 7 1552 8 1773 12 2660
commissioning CCG 309289 | 1 3093 2 6186 3 9278 7 21650 8 24743 12 37114
commissioning - 331450 | - 3315 - 6629 - 9944 - 23202 - 26516 - 39774
"""
"""The table of 2014: of a strand and partner the base, then low and high of three years, each a rate and a figure."""
COLUMNS = [(Period.parse(year), bound) for year in ("2014/15", "2015/16", "2016/17") for bound in Bound]


def of_2014() -> RangeModel:
    cells = []
    for line in PRINTED.strip().splitlines():
        head, tail = line.split(" | ")
        strand, partner, base = head.split()
        who = None if partner == "-" else partner
        numbers = tail.split()
        for (year, bound), rate, printed in zip(COLUMNS, numbers[::2], numbers[1::2], strict=True):
            percent = None if rate == "-" else D(rate)
            cells.append(RangeCell(strand, who, year, bound, D(base) * 1000, percent, D(printed) * 1000))
    return RangeModel("2014", "Ranges of 2014", "Printed", D(1000), tuple(cells))


def test_every_printed_figure_of_2014_that_differs_is_listed():
    found = [
        (
            one.compared.value,
            one.strand,
            one.partner,
            None if one.year is None else f"{one.year} {one.bound}",
            one.printed / 1000,
            one.exact / 1000,
        )
        for one in printed_differences(of_2014())
    ]
    assert found == [
        ("rate", "staffing", "PCC", "2014/15 lower", 32, D("32.58")),
        ("rate", "commissioning", "CCG", "2015/16 lower", 9_278, D("9278.67")),
        ("rate", "commissioning", "CCG", "2016/17 higher", 37_114, D("37114.68")),
        ("rate", "commissioning", None, "2016/17 higher", 39_774, D("39774.72")),
        ("parts", "staffing", None, "2014/15 lower", 121, 120),
        ("parts", "staffing", None, "2014/15 higher", 302, 301),
        ("parts", "staffing", None, "2015/16 lower", 302, 301),
        ("parts", "commissioning", None, "2015/16 lower", 9_944, 9_943),
        ("base", "commissioning", None, None, 331_450, 331_456),
    ]


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

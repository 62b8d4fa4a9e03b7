"""The files that import benchmarks bring: of England and 199 areas, as many indicators as needed.

``deep``: two years of months of each series, as when history is brought. ``month``: one month of everything, as every
month: a series for each row, and so an event.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from chassis.storage.transaction import Tx
from contracts.colours import Polarity
from contracts.period import PeriodKind
from services.indicators.domain.areas import ENGLAND, Area
from services.indicators.domain.definitions import Calculation, Indicator, Unit
from services.indicators.service.areas import add_areas
from services.indicators.service.definitions import add_indicator

AREAS = (ENGLAND, *(f"T{n:03d}" for n in range(199)))
SHAPES: Final = {
    "deep": tuple(f"{year}-{month:02d}" for year in (2016, 2017) for month in range(1, 13)),
    "month": ("2017-12",),
}
"""The months of each."""
HEAD = ("indicator", "area", "period", "value", "status")


def indicators_of(rows: int, shape: str) -> int:
    return -(-rows // (len(AREAS) * len(SHAPES[shape])))


def write_file(path: Path, rows: int, shape: str) -> None:
    """A CSV of the mapping ``native``, by indicator, area and month."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(islice(_rows(SHAPES[shape]), rows))


def _rows(months: Sequence[str]) -> Iterator[tuple[str, str, str, str, str]]:
    indicator = 0
    while True:
        for place, area in enumerate(AREAS):
            for month, label in enumerate(months):
                value = 4000 + (indicator * 7 + place * 131 + month * 37) % 3000
                yield f"indicator-{indicator}", area, label, f"{value / 100:.2f}", "final"
        indicator += 1


async def define(tx: Tx, indicators: int) -> None:
    await add_areas(tx, [Area(code, f"Area {code}", "area") for code in AREAS])
    for n in range(indicators):
        await add_indicator(tx, _indicator(n))


def _indicator(number: int) -> Indicator:
    return Indicator(
        code=f"indicator-{number}",
        name=f"Waits within four hours, {number}",
        unit=Unit.PERCENTAGE,
        decimals=2,
        polarity=Polarity.HIGH_IS_GOOD,
        frequency=PeriodKind.MONTH,
        calculation=Calculation.OTHER,
    )

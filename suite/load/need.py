"""Need figures: how many people live where and how, as the papers tell it in their texts.

What a paper of 2018 says of that year is provisional: the year was not over. A period or a value that follows from the
text without standing there is marked inferred.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from contracts.indicators import ObservationStatus
from contracts.period import Period
from suite.load.expected import ExpectedValue
from suite.load.row_types import DerivedObservationRow, NeedRow

_TOLD = Period.parse("2018-02")
"""The month of the data: a period that ends after it was not over when it was told."""


def need_observations(rows: Iterable[NeedRow]) -> Iterator[DerivedObservationRow]:
    """The figures of what was."""
    for row in rows:
        if row.kind == "observed":
            yield DerivedObservationRow(**_observed(row))


def _observed(row: NeedRow) -> dict[str, Any]:
    is_over = row.period.end <= _TOLD.end
    counted = {} if row.count is None else {"count": row.count}
    return counted | {
        "indicator": row.indicator,
        "area": row.area,
        "period": row.period,
        "value": row.value,
        "status": ObservationStatus.FINAL if is_over else ObservationStatus.PROVISIONAL,
        "basis": "narrative",
        "note": f"{row.source}: {row.printed}",
        "inferred": row.inferred,
    }


def need_expected(rows: Iterable[NeedRow]) -> Iterator[ExpectedValue]:
    """The figures of what was to come."""
    for row in rows:
        if row.kind == "expected" and row.name is not None:
            yield ExpectedValue(
                row.indicator, row.area, row.name, row.period, row.value, row.source, row.printed, row.inferred
            )


def need_faults(rows: Iterable[NeedRow]) -> Iterator[str]:
    """Figures that would be lost: an expected one has a name, an observed one has none."""
    for row in rows:
        if (row.kind == "expected") != (row.name is not None):
            yield f"need_figures.csv: {row.indicator} of {row.period}: an expected figure has a name, no other has one"

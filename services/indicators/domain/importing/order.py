"""An import: what was ordered, what became of it, and how both are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.indicators.domain.definitions import Calculation

MOST_SHOWN = 1000
"""Errors that are shown; the file of errors has all of them."""
_FORMAT = 1


class ImportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What is to be done with a file.

    Args:
        filename: as its owner calls it.
        mapping: the name of the one it is read by.
        dry_run: only say what would change.
        skip_invalid: save what is right, although other rows are not.
        create_missing: create indicators, areas and values of dimensions that are not known.
        sum_into: the area that gets the sum of all others in the file.
        accept_fewer: let such a sum replace one of more parts, or a figure that is none.
        reason: why final figures change, where the file does not say so itself.
        calculation: of indicators that are created, whatever file and mapping say.
    """

    filename: str
    mapping: str
    dry_run: bool = False
    skip_invalid: bool = False
    create_missing: bool = False
    sum_into: str | None = None
    accept_fewer: bool = False
    reason: str | None = None
    calculation: Calculation | None = None


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a line; ``column`` by its heading. Line 0 is of the file, or of a sum, as a whole."""

    line: int
    column: str
    value: str
    message: str
    is_of_a_row: bool = True


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of every row: ``rows_read`` is the sum of saved, unchanged, invalid and unsaved.

    In a dry run, what would be saved. ``rows_unsaved`` were right, but others were not. ``rows_missing`` of those
    saved or unchanged have a symbol instead of a value. ``observations_*`` count observations, of which several rows
    may make one, and sums that no row stands for.
    """

    rows_read: int = 0
    rows_saved: int = 0
    rows_unchanged: int = 0
    rows_missing: int = 0
    rows_invalid: int = 0
    rows_unsaved: int = 0
    observations_saved: int = 0
    observations_unchanged: int = 0
    created: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Sequence[RowFault] = ()
    errors_in_all: int = 0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """An import as its job tells it; ``result`` once it has ended by itself.

    ``done`` counts rows while they are read and ``total`` is None; then it counts observations of ``total``.
    """

    id: int
    order: ImportOrder
    state: ImportState
    done: int
    total: int | None
    result: ImportResult | None
    error: str | None
    actor: str
    created_at: datetime
    finished_at: datetime | None


def order_to_json(order: ImportOrder) -> dict[str, Any]:
    return {"format": _FORMAT, **asdict(order)}


def order_from_json(content: Mapping[str, Any]) -> ImportOrder:
    fields = _fields(content)
    named = fields.get("calculation")  # not among those of orders from before there was such a choice
    return ImportOrder(**fields | {"calculation": Calculation(named) if named else None})


def result_to_json(result: ImportResult) -> dict[str, Any]:
    return {"format": _FORMAT, **asdict(result)}


def result_from_json(content: Mapping[str, Any]) -> ImportResult:
    fields = _fields(content)
    return ImportResult(**fields | {"errors": tuple(RowFault(**each) for each in fields["errors"])})


def _fields(content: Mapping[str, Any]) -> dict[str, Any]:
    if content["format"] != _FORMAT:
        raise ValueError(f"format {content['format']} of an import is not known")
    return {name: value for name, value in content.items() if name != "format"}

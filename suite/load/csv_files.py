"""Reading the reference files: rows checked against models, every bad row named by its file and line."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

Row = TypeVar("Row", bound="FileRow")

MAX_REPORTED = 50
"""Bad rows named one by one; the rest are counted."""


class BadRows(Exception):  # noqa: N818  named for what is wrong with the file
    """A file has rows that cannot be used; nothing of it was sent."""

    def __init__(self, problems: list[str], *, more: int = 0) -> None:
        self.problems = problems
        rest = [f"... and {more} more"] if more else []
        super().__init__("\n".join([*problems, *rest]))


def _several(value: object) -> object:
    return tuple(part.strip() for part in value.split("|") if part.strip()) if isinstance(value, str) else value


Several = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""A cell that holds several values between bars."""


class FileRow(BaseModel):
    """One row. An empty cell is an absent value."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, cells: object) -> object:
        if not isinstance(cells, Mapping):
            return cells
        if None in cells or None in cells.values():
            raise ValueError("the row has more or fewer cells than the header")
        return {name: cell for name, cell in cells.items() if not isinstance(cell, str) or cell.strip()}


def read_rows(path: Path, model: type[Row]) -> list[Row]:
    """Every row of a CSV file.

    Raises:
        BadRows: the file is missing, or the header or any row is not as ``model`` says.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            _check_header(path.name, reader.fieldnames, model)
            return _checked(path.name, [(reader.line_num, cells) for cells in reader], model)
    except (OSError, UnicodeDecodeError) as error:
        raise BadRows([f"{path.name}: cannot be read: {error}"]) from error


def _check_header(name: str, header: object, model: type[FileRow]) -> None:
    expected = list(model.model_fields)
    if header != expected:
        raise BadRows([f"{name}:1: the header is {header}; expected {expected}"])


def _checked(name: str, numbered: list[tuple[int, dict[str, str]]], model: type[Row]) -> list[Row]:
    rows, problems = [], []
    for line, cells in numbered:
        try:
            rows.append(model.model_validate(cells))
        except ValidationError as error:
            problems += [f"{name}:{line}: {problem}" for problem in field_errors(error)]
    if problems:
        raise BadRows(problems[:MAX_REPORTED], more=max(len(problems) - MAX_REPORTED, 0))
    return rows


def field_errors(error: ValidationError) -> list[str]:
    """The fields that are wrong and why, one sentence each."""
    return [
        ": ".join([*map(str, found["loc"]), found["msg"].removeprefix("Value error, ")]) for found in error.errors()
    ]

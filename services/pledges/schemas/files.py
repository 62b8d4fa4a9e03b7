"""Files of returns, actions and decisions as rows of the domain, each fault named with line and column."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO, Final, Self, TypeVar

from pydantic import ConfigDict, Field, ValidationError

from chassis.tabular.reading import FileRow, Unreadable, sheets
from chassis.web.bodies import OutBody
from services.pledges.domain.decision_rows import DecisionRow
from services.pledges.domain.file_rows import MOST_ROWS, ActionRow, Imported, ReturnRow, RowFault
from services.pledges.schemas.actions import ActionIn
from services.pledges.schemas.board_decisions import DecisionAskedIn, DecisionPut
from services.pledges.schemas.decision_table import COLUMNS as DECISION_TABLE
from services.pledges.schemas.fields import CODE_FORM
from services.pledges.schemas.return_table import COLUMNS
from services.pledges.schemas.returns import ReturnPatch

Row = TypeVar("Row")
Cells = Mapping[str, str]

RETURN_COLUMNS: Final = ("colour", "narrative", "next_steps")
"""What a file of returns changes; the other columns of ``returns.csv`` follow from elsewhere and are not read."""
ACTION_COLUMNS: Final = tuple(name for name in ActionIn.model_fields if name not in {"indicators", "notes"})
DECISION_COLUMNS: Final = tuple(DecisionAskedIn.model_fields)
"""What a file of decisions puts; how they were taken, which ``decisions.csv`` has too, is not read."""
_LISTS: Final = frozenset({"leads", "depends_on", "partners", "asked_of", "actions"})
_NUMBERS: Final = frozenset({"phase", "step"})
_YES_OR_NO: Final = {"true": True, "yes": True, "false": False, "no": False}


def read_return_file(file: BinaryIO) -> tuple[list[ReturnRow], list[RowFault]]:
    """The rows that are right, and what is wrong with the others.

    Raises:
        Unreadable: it is no file that can be read.
    """
    ignored = {column.name for column in COLUMNS} - {"id", *RETURN_COLUMNS}
    return _read(file, ("id",), RETURN_COLUMNS, ignored, _return_row)


def read_action_file(file: BinaryIO) -> tuple[list[ActionRow], list[RowFault]]:
    """The same of actions."""
    return _read(file, ("code", "title"), ACTION_COLUMNS, set(), _action_row)


def read_decision_file(file: BinaryIO) -> tuple[list[DecisionRow], list[RowFault]]:
    """The same of decisions."""
    ignored = {column.name for column in DECISION_TABLE} - {"code", *DECISION_COLUMNS}
    return _read(file, ("code", "title"), DECISION_COLUMNS, ignored, _decision_row)


def _read(
    file: BinaryIO,
    needed: Sequence[str],
    others: Sequence[str],
    ignored: set[str],
    row_of: Callable[[int, Cells], Row],
) -> tuple[list[Row], list[RowFault]]:
    head, rows = _table(file)
    names = [cell.strip().lower() for cell in head.cells]
    known = {*needed, *others}
    faults = [RowFault(head.line, name, "is missing") for name in needed if name not in names]
    faults += [RowFault(head.line, name[:60], "is no column of it") for name in names if name not in known | ignored]
    faults += [RowFault(head.line, name, "stands there twice") for name in sorted(known) if names.count(name) > 1]
    found: list[Row] = []
    for row in [] if faults else rows:
        code = dict(zip(names, row.cells, strict=False)).get(needed[0], "").strip() or None
        if len(row.cells) != len(names):
            message = f"has {len(row.cells)} cells where there are {len(names)} columns"
            faults.append(RowFault(row.line, None, message, code))
            continue
        cells = {name: cell.strip() for name, cell in zip(names, row.cells, strict=True) if name in known}
        try:
            found.append(row_of(row.line, cells))
        except ValidationError as error:
            faults += [_fault(row.line, each, code) for each in error.errors()]
    return found, faults


def _table(file: BinaryIO) -> tuple[FileRow, list[FileRow]]:
    """The first row of the first sheet, which names the columns, and those below it."""
    sheet = next(iter(sheets(file)), iter(()))
    rows = list(islice(sheet, MOST_ROWS + 2))
    if not rows:
        raise Unreadable("The file is empty.", 1)
    if len(rows) > MOST_ROWS + 1:
        raise Unreadable(f"The file has more than {MOST_ROWS} rows: send it in parts.", rows[-1].line)
    return rows[0], rows[1:]


def _return_row(line: int, cells: Cells) -> ReturnRow:
    body = {name: cells[name] or None for name in RETURN_COLUMNS if name in cells}
    return ReturnRow(line, cells["id"], ReturnPatch.model_validate_json(json.dumps(body)).to_domain())


def _action_row(line: int, cells: Cells) -> ActionRow:
    sent = _CodedAction.model_validate_json(_coded(cells))
    return ActionRow(line, sent.code, sent.to_domain(), frozenset(cells))


def _decision_row(line: int, cells: Cells) -> DecisionRow:
    sent = DecisionPut.model_validate_json(_coded(cells))
    return DecisionRow(line, sent.code, sent.to_domain(), frozenset(cells))


def _coded(cells: Cells) -> str:
    """The body of a row, with its code."""
    body = {name: _value(name, text) for name, text in cells.items() if text and name != "code"}
    return json.dumps({"code": cells["code"], **body})


class _CodedAction(ActionIn):
    code: str = Field(min_length=1, max_length=80, pattern=CODE_FORM)


def _value(name: str, text: str) -> Any:
    """A cell as the body has it; what is none is refused as what it is."""
    if name in _LISTS:
        return [part.strip() for part in text.replace("|", ";").split(";") if part.strip()]
    if name in _NUMBERS and text.isascii() and text.isdigit():
        return int(text[:9])
    return _YES_OR_NO.get(text.lower(), text) if name == "confirmed" else text


def _fault(line: int, error: Any, code: str | None) -> RowFault:
    column = str(error["loc"][0]) if error["loc"] else None
    return RowFault(line, column, str(error["msg"]).removeprefix("Value error, "), code)


class ImportedOut(OutBody):
    """What became of the rows of a file, by code."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"created": ["crisis-cafe"], "changed": [], "unchanged": ["home-first"]}]}
    )

    created: list[str] = Field(description="What was not there")
    changed: list[str] = Field(description="What was there and said otherwise")
    unchanged: list[str] = Field(description="What was there just so")

    @classmethod
    def of(cls, found: Imported) -> Self:
        return cls(created=list(found.created), changed=list(found.changed), unchanged=list(found.unchanged))

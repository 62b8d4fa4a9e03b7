"""Files of the register as rows of the domain: the columns of the export, or as many of them as a file has."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, zip_longest
from typing import Any, BinaryIO, Final

from pydantic import ValidationError

from chassis.tabular.reading import FileRow, Unreadable, sheets
from contracts.risks import Band
from services.risks.domain.importing import DECIDED, MOST_ROWS, RegisterRow, RowFault, column_of
from services.risks.schemas.cells import BAR, read_items
from services.risks.schemas.register import RiskIn
from services.risks.schemas.register_table import COLUMNS, COMPUTED

_NAMES: Final = {text.casefold(): column.name for column in COLUMNS for text in (column.name, column.title)}
_NEEDED: Final = ("ref", "register", "title")
_HEAD_WITHIN: Final = 20
"""Rows of a sheet among which the names of the columns stand."""
_RATINGS: Final = {"inherent": "inherent", "target": "target", "assessment": "assessed"}
_PARTS: Final = (("assurances", ("source", "line", "opinion", "date")), ("actions", ("text", "owner", "due")))
_LONGEST_NUMBER: Final = 10
_TEXTS: Final = (
    *("ref", "register", "kind", "category", "title", "cause", "event", "consequence", "department", "outcome"),
    *("owner", "proximity", "appetite", "review_date", "mode", "matrix"),
)
_DESCRIBED: Final = frozenset(
    {*_TEXTS, "controls", "assurances", "actions"} - {"ref", "register", "kind", "mode", "matrix"}
)


def read_register(file: BinaryIO, reason: str) -> tuple[list[RegisterRow], list[RowFault]]:
    """The rows that are right, and what is wrong with the others. ``reason`` is that of every assessment.

    Raises:
        Unreadable: it is no file that can be read.
    """
    head, rows = _table(file)
    names, faults = _columns(head)
    found: list[RegisterRow] = []
    if faults:
        return found, faults
    for row in rows:
        wrong = _shape_faults(row, names)
        if not wrong:
            read, wrong = _read(row.line, dict(zip(names, row.cells, strict=False)), reason)
            found += [read] if read else []
        faults += wrong
    return found, faults


def _table(file: BinaryIO) -> tuple[FileRow, list[FileRow]]:
    """The row of names and those below it: the first sheet that has a column of references."""
    for sheet in sheets(file):
        for row in islice(sheet, _HEAD_WITHIN):
            if _is_head(row):
                return row, _rows(sheet)
    raise Unreadable("No row names a column ref and another: send the file as the register is exported.")


def _is_head(row: FileRow) -> bool:
    """Whether it names several columns: a list of what columns mean has one of them a row."""
    names = {_NAMES.get(cell.strip().casefold()) for cell in row.cells} - {None}
    return "ref" in names and len(names) > 1


def _rows(sheet: Iterator[FileRow]) -> list[FileRow]:
    rows = list(islice(sheet, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise Unreadable(f"The file has more than {MOST_ROWS} rows: send it in parts.", rows[-1].line)
    return rows


def _columns(head: FileRow) -> tuple[list[str], list[RowFault]]:
    names = [_NAMES.get(cell.strip().casefold(), "") for cell in head.cells]
    unknown = [cell for cell, name in zip(head.cells, names, strict=True) if not name and cell.strip()]
    faults = [RowFault(head.line, cell.strip()[:60], "is no column of the register") for cell in unknown]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    faults += [RowFault(head.line, name, "stands there twice") for name in twice]
    faults += [RowFault(head.line, name, "is missing") for name in _NEEDED if name not in names]
    return names, faults


def _shape_faults(row: FileRow, names: Sequence[str]) -> list[RowFault]:
    """A row that is cut short would take away what its missing cells say."""
    if len(row.cells) == len(names):
        return []
    return [RowFault(row.line, None, f"has {len(row.cells)} cells where there are {len(names)} columns")]


def _read(line: int, cells: Mapping[str, str], reason: str) -> tuple[RegisterRow | None, list[RowFault]]:
    sent = {name: text.strip() for name, text in cells.items() if name and name not in COMPUTED}
    given = frozenset(name for name, text in sent.items() if text)
    legacy, faults = _band(line, sent.pop("legacy_band", ""))
    decided = next((status for status in DECIDED if status == sent.get("status")), None)
    try:
        new = RiskIn.model_validate_json(json.dumps(_body(sent, reason, has_status=decided is None))).to_domain()
    except ValidationError as error:
        return None, [*faults, *(_fault(line, each) for each in error.errors())]
    described = {name: getattr(new.description, name) for name in _fields_with_columns(sent)}
    new = replace(new, legacy_band=legacy, status=decided or new.status)
    return RegisterRow(line, new, described, given), faults


def _band(line: int, text: str) -> tuple[Band | None, list[RowFault]]:
    try:
        return Band(text) if text else None, []
    except ValueError:
        return None, [RowFault(line, "legacy_band", f"is one of {', '.join(Band)}")]


def _body(sent: Mapping[str, str], reason: str, *, has_status: bool) -> dict[str, Any]:
    """A row as the body that would enter the risk; cells that are empty say nothing."""
    body: dict[str, Any] = {name: sent[name] for name in _TEXTS if sent.get(name)}
    if sent.get("status") and has_status:
        body["status"] = sent["status"]
    body |= {field: rating for field, prefix in _RATINGS.items() if (rating := _rating(sent, prefix))}
    if "assessment" in body:
        body["assessment"] |= _rating(sent, "previous", "previous_") | {"reason": reason}
    body["controls"] = [BAR.join(parts) for parts in read_items(sent.get("controls", ""))]
    return body | {name: [_parts(item, names) for item in read_items(sent.get(name, ""))] for name, names in _PARTS}


def _rating(sent: Mapping[str, str], prefix: str, field: str = "") -> dict[str, Any]:
    cells = {f"{field}{name}": sent.get(f"{prefix}_{name}", "") for name in ("impact", "likelihood")}
    return {name: _number(text) for name, text in cells.items() if text}


def _number(text: str) -> int | str:
    """A number where it is one; what is none is refused as what it is."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else text


def _parts(parts: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    """An item by the names of its parts; one too many is refused as a field that is not known."""
    named = zip_longest(names, parts[: len(names)], fillvalue="")
    body: dict[str, Any] = {name: _number(text) if name == "line" else text for name, text in named if text}
    return body | ({BAR.strip(): parts[len(names)]} if len(parts) > len(names) else {})


def _fields_with_columns(sent: Mapping[str, str]) -> set[str]:
    """Fields of the description that the file has a column for: an empty cell takes away what was there."""
    aims = {name for name in ("inherent", "target") if f"{name}_impact" in sent and f"{name}_likelihood" in sent}
    return aims | (_DESCRIBED & sent.keys())


def _fault(line: int, error: Any) -> RowFault:
    column = column_of([str(part) for part in error["loc"]])
    return RowFault(line, column, str(error["msg"]).removeprefix("Value error, "))

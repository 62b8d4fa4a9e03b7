"""The library of unit costs as a file: a row for each version that is to be recorded, as the library is exported."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from pydantic import TypeAdapter, ValidationError

from chassis.errors import FieldError
from services.finance.domain.unit_costs import SentCost
from services.finance.schemas.fields import Code
from services.finance.schemas.files import FileColumns, NamedRow, named_rows, refuse_faults, text_fault
from services.finance.schemas.unit_costs import LibraryCostBody

COLUMNS: Final = FileColumns(
    ("code", "description", "unit", "amount", "price_year", "source"),
    (
        "version",
        "kind",
        "source_url",
        "agency",
        "cashable_share",
        "effective_from",
        "effective_to",
        "illustrative",
        "ends",
        "reason",
    ),
    "unit costs",
    1_000,
)
"""``version`` is that of an exported file, and says nothing: the library numbers versions itself."""
MOST_FAULTS: Final = 100
_LONGEST: Final = 1_000
_FLAGS: Final = ("illustrative", "ends")
_YES_OR_NO: Final = {"yes": True, "no": False}
_CODE: Final[TypeAdapter[str]] = TypeAdapter(Code)


@dataclass(frozen=True, slots=True)
class UnitCostFile:
    """What is to be recorded, in the order of the file, and the line that each stands in."""

    costs: Sequence[SentCost]
    lines: Sequence[int]

    def place_of(self, place: int, field: str) -> str:
        return f"line {self.lines[place]}, column {field}"


def read_unit_cost_file(file: BinaryIO) -> UnitCostFile:
    """The unit costs of a CSV, or of the first sheet of a workbook; its first row names the columns. It blocks.

    Raises:
        InvalidFinance: it cannot be read, a column is missing, or rows are wrong: each by line and column.
    """
    costs, faults, seen = list[SentCost](), list[FieldError](), set[str]()
    rows = named_rows(file, COLUMNS)
    for row in rows:
        found, wrong = _read(row)
        code = row.cells["code"].lower()
        if code in seen:
            wrong.append(("code", "stands there twice"))
        seen.add(code)
        faults += [FieldError(row.place_of(column), fault) for column, fault in wrong]
        costs += [] if found is None else [found]
    refuse_faults(faults, MOST_FAULTS)
    return UnitCostFile(costs, [row.line for row in rows])


def _read(row: NamedRow) -> tuple[SentCost | None, list[tuple[str, str]]]:
    """What a row says, or what is wrong with it, by column."""
    wrong = row.unnamed_faults()
    for name, text in row.cells.items():
        fault = text_fault(text, _LONGEST) if text or name in COLUMNS.required else None
        wrong += [] if fault is None else [(name, fault)]
    if wrong:
        return None, wrong
    try:
        code = _CODE.validate_python(row.cells["code"])
    except ValidationError as error:
        return None, [("code", _words(one)) for one in error.errors()]
    try:
        body = LibraryCostBody.model_validate_json(json.dumps(_sent(row.cells)))
    except ValidationError as error:
        return None, [(str(one["loc"][0]), _words(one)) for one in error.errors()]
    return SentCost(code, body.to_domain(), body.reason), []


def _sent(cells: Mapping[str, str]) -> Mapping[str, Any]:
    """A row as the body that records one: what is left empty is not said."""
    sent: dict[str, Any] = {name: text for name, text in cells.items() if text and name not in ("code", "version")}
    sent["amount"] = {"amount": cells["amount"]}
    return sent | {name: _YES_OR_NO.get(sent[name].lower(), sent[name]) for name in _FLAGS if name in sent}


def _words(error: Any) -> str:
    return str(error["msg"])

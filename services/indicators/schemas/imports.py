"""Imports of files."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody
from services.indicators.domain.importing.order import MOST_SHOWN, Import, ImportResult, ImportState, RowFault

_EXAMPLE: dict[str, Any] = {
    "id": 12,
    "state": "failed",
    "filename": "care_homes.csv",
    "mapping": "trafford",
    "dry_run": False,
    "done": 800,
    "total": 800,
    "rows_read": 800,
    "rows_saved": 0,
    "rows_unchanged": 1,
    "rows_missing": 0,
    "rows_invalid": 1,
    "rows_unsaved": 798,
    "observations_saved": 0,
    "observations_unchanged": 1,
    "created": {},
    "errors": [
        {
            "line": 14,
            "column": "value",
            "value": "8O.1",
            "message": "is no number; plain digits such as 81.6 are accepted",
        }
    ],
    "errors_in_all": 1,
    "error": "",
    "actor": "Ana Nowak",
    "created_at": "2018-02-28T09:30:00Z",
    "finished_at": "2018-02-28T09:30:04Z",
}


class RowErrorOut(OutBody):
    """What is wrong in a line, and what would be accepted."""

    line: int = Field(description="Line of the file in which the row begins; 0 where it is of the whole file, or a sum")
    column: str = Field(description="Heading of the column; empty where it is of the whole row")
    value: str = Field(description="What stands there")
    message: str = Field(description="What is wrong with it, and what would be accepted")

    @classmethod
    def of(cls, fault: RowFault) -> Self:
        return cls(line=fault.line, column=fault.column, value=fault.value, message=fault.message)


class ImportOut(OutBody):
    """An import. ``rows_read`` is the sum of rows saved, unchanged, invalid and unsaved once it has ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: int = Field(description="Counts up; names it in paths")
    state: ImportState = Field(description="`failed` also where rows were not right, so that nothing was saved")
    filename: str = Field(description="As its owner calls the file")
    mapping: str = Field(description="Name of the mapping that it is read by")
    dry_run: bool = Field(description="Whether it only says what would change")
    done: int = Field(description="Rows read so far; once all are read, observations checked so far")
    total: int | None = Field(description="How many observations are to be checked; null while rows are read")
    rows_read: int = Field(description="Rows of the file below its header")
    rows_saved: int = Field(description="Rows that are new revisions now; in a dry run, that would be")
    rows_unchanged: int = Field(description="Rows that say what is current already")
    rows_missing: int = Field(description="Of those saved or unchanged, how many have a symbol instead of a value")
    rows_invalid: int = Field(description="Rows that are not right; each is among the errors")
    rows_unsaved: int = Field(description="Rows that are right and were not saved, because others are not")
    observations_saved: int = Field(description="New revisions: several rows may make one, and sums have no row")
    observations_unchanged: int = Field(description="Observations that were current already")
    created: Annotated[
        dict[str, list[str]],
        Field(description="Codes of indicators and areas that were created, and of indicators with further dimensions"),
    ]
    errors: list[RowErrorOut] = Field(description=f"By line, the first {MOST_SHOWN:,}; all of them are in `errors.csv`")
    errors_in_all: int = Field(description="How many errors there are")
    error: str | None = Field(description="Why it broke off, where that is no fault of a row")
    actor: str = Field(description="Who ordered it: the name of the API key")
    created_at: datetime = Field(description="When it was ordered (UTC)")
    finished_at: datetime | None = Field(description="When it ended (UTC); null until then")

    @classmethod
    def of(cls, found: Import) -> Self:
        result = found.result or ImportResult(rows_read=max(found.done, found.total or 0))
        same = ("rows_saved", "rows_unchanged", "rows_missing", "rows_invalid", "rows_unsaved", "rows_read")
        counts = (*same, "observations_saved", "observations_unchanged", "errors_in_all")
        told = ("id", "state", "done", "total", "error", "actor", "created_at", "finished_at")
        return cls(
            **{name: getattr(found, name) for name in told},
            **{name: getattr(found.order, name) for name in ("filename", "mapping", "dry_run")},
            **{name: getattr(result, name) for name in counts},
            created={name: list(codes) for name, codes in result.created.items() if codes},
            errors=[RowErrorOut.of(each) for each in result.errors],
        )

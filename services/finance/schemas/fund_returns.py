"""Better Care Fund returns as they are answered, shown and handed in."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from chassis.web.render.table import Column, Note, Row, Table
from contracts.reasons import Reason
from services.finance.domain.fund_return import CellState, FundReturn, ReturnContent, ReturnSignOff
from services.finance.domain.return_cells import BOARD, LONGEST, Basis, CellKind, Filled

MOST_CELLS: Final = 500
CellCode = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9_.]+$")]
CellValue = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Words = Annotated[str, Field(min_length=1, max_length=200)]


class ReturnSignOffBody(StrictBody):
    """Who signed the return, for whom; delegated by whom, and ratified when."""

    role: Annotated[Words, Field(description="Role that the form asks for", examples=[BOARD])]
    organisation: Annotated[Words, Field(description="Organisation signed for")]
    name: Annotated[Words, Field(description="Who signed")]
    signed_on: Annotated[date, Field(description="Day of signing")]
    delegated_by: Annotated[Words | None, Field(description="Who delegated it; null where nobody did")] = None
    ratified_on: Annotated[date | None, Field(description="Day on which it was ratified; null while it is not")] = None

    def to_domain(self) -> ReturnSignOff:
        return ReturnSignOff(
            self.role, self.organisation, self.name, self.signed_on, self.delegated_by, self.ratified_on
        )

    @classmethod
    def of(cls, one: ReturnSignOff) -> Self:
        return cls(
            role=one.role,
            organisation=one.organisation,
            name=one.name,
            signed_on=one.signed_on,
            delegated_by=one.delegated_by,
            ratified_on=one.ratified_on,
        )


class FundReturnBody(StrictBody):
    """All that people say of a quarter: the whole of it, each time."""

    answers: Annotated[
        dict[CellCode, CellValue],
        Field(max_length=MOST_CELLS, description="Value of each cell by its code; money in whole pounds"),
    ]
    sign_offs: Annotated[
        list[ReturnSignOffBody], Field(max_length=20, description="With every role it is signed off")
    ] = Field(default_factory=list)
    reason: Annotated[Reason | None, Field(description="Why it changes; needed once it was signed off")] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answers": {"cover.completed_by": "A. Manager", "conditions.1.met": "Yes"},
                    "sign_offs": [],
                    "reason": None,
                }
            ]
        }
    )

    def to_domain(self) -> ReturnContent:
        return ReturnContent(dict(self.answers), tuple(one.to_domain() for one in self.sign_offs))


class ReturnCellOut(OutBody):
    """A cell: what it asks and takes, its value, and what the checkers say of it."""

    cell: Annotated[str, Field(description="Code of the cell")]
    asks: Annotated[str, Field(description="What the cell asks, in our words")]
    kind: Annotated[CellKind, Field(description="What kind of value it takes")]
    choices: Annotated[list[str], Field(description="What can be chosen; empty for other kinds")]
    filled: Annotated[Filled, Field(description="Who fills it: people, the suite from the fund, or the form by a sum")]
    basis: Annotated[Basis, Field(description="By what the cell is known; `unsourced`: its rule is not, any text fits")]
    value: Annotated[str | None, Field(description="Its value; null while it has none")]
    required: Annotated[bool, Field(description="Whether it has to have a value, as the other cells are")]
    complete: Annotated[bool, Field(description="The checker of presence")]
    consistent: Annotated[bool, Field(description="The checker of consistency, which is ours and not the form's")]
    faults: Annotated[list[str], Field(description="What it contradicts")]
    rules: Annotated[list[str], Field(description="What that checker holds it to; of an unsourced one there is none")]
    checked_by: Annotated[
        Basis, Field(description="By what that is known; `unsourced`: no rule of consistency is known of the cell")
    ]

    @classmethod
    def of(cls, one: CellState) -> Self:
        cell = one.cell
        return cls(
            cell=cell.code,
            asks=cell.asks,
            kind=cell.kind,
            choices=list(cell.choices),
            filled=cell.filled,
            basis=cell.basis,
            value=one.value,
            required=one.required,
            complete=one.complete,
            consistent=one.consistent,
            faults=list(one.faults),
            rules=[rule.words for rule in one.rules],
            checked_by=one.checked_by,
        )


class ReturnSheetOut(OutBody):
    """A sheet of the form."""

    sheet: Annotated[str, Field(description="Name of the sheet")]
    complete: Annotated[bool, Field(description="Whether every cell of it is")]
    cells: Annotated[list[ReturnCellOut], Field(description="Its cells in order")]

    @classmethod
    def of(cls, sheet: str, cells: list[CellState]) -> Self:
        complete = all(one.complete for one in cells)
        return cls(sheet=sheet, complete=complete, cells=[ReturnCellOut.of(one) for one in cells])


class FundReturnOut(OutBody):
    """The return of a quarter by the template of its year."""

    fund: str
    quarter: str
    template: Annotated[str, Field(description="Version of the form: `2015-17`, `2017-18` or `2025-26`")]
    revision: Annotated[int | None, Field(description="Revision that is shown; null before the first")]
    state: Annotated[Literal["draft", "signed_off"], Field(description="Signed off, what the fund says is frozen")]
    status: Annotated[str, Field(description="As the form heads itself once every checker of presence is satisfied")]
    complete: Annotated[bool, Field(description="Whether every cell that is required has a value")]
    consistent: Annotated[bool, Field(description="Whether no cell contradicts another")]
    sheets: Annotated[list[ReturnSheetOut], Field(description="Only the sheets that this version of the form has")]
    sign_offs: Annotated[list[ReturnSignOffBody], Field(description="Who signed it")]
    missing_roles: Annotated[list[str], Field(description="Roles that the form asks for and nobody signed in")]
    recorded_by: Annotated[str | None, Field(description="Who recorded the revision")]
    recorded_at: Annotated[datetime | None, Field(description="When it was recorded (UTC)")]
    reason: Annotated[str | None, Field(description="Why it was recorded; null where nothing was said")]

    @classmethod
    def of(cls, found: FundReturn) -> Self:
        revision = found.revision
        sheets = groupby(found.cells, key=lambda one: one.cell.sheet)
        return cls(
            fund=found.fund,
            quarter=found.template.quarter.label,
            template=found.template.version,
            revision=None if revision is None else revision.number,
            state="signed_off" if found.signed_off else "draft",
            status=_status(found),
            complete=found.complete,
            consistent=found.consistent,
            sheets=[ReturnSheetOut.of(sheet, list(cells)) for sheet, cells in sheets],
            sign_offs=[] if revision is None else [ReturnSignOffBody.of(one) for one in revision.content.sign_offs],
            missing_roles=list(found.missing_roles),
            recorded_by=None if revision is None else revision.recorded_by,
            recorded_at=None if revision is None else revision.recorded_at,
            reason=None if revision is None else revision.reason,
        )


def _status(found: FundReturn) -> str:
    return "Complete Template" if found.complete else "Incomplete Template"


_COLUMNS: Final = (
    Column("sheet", "Sheet", "Sheet of the form"),
    Column("cell", "Cell", "Code of the cell"),
    Column("asks", "Asks", "What the cell asks, in our words"),
    Column("value", "Value", "Its value"),
    Column("filled", "Filled by", "People, the suite from the fund, or the form by a sum"),
    Column("complete", "Checker", "Yes where it has what is asked"),
    Column(
        "consistent", "Consistent", "Yes where it contradicts nothing, unsourced where no rule of it is known; ours"
    ),
    Column("faults", "Contradicts", "What it contradicts"),
    Column("basis", "Known by", "By what the cell is known; unsourced: its rule is not"),
    Column("rules", "Held to", "What the check of consistency holds it to"),
    Column("checked_by", "Check known by", "By what that is known; unsourced: no rule is known of the cell"),
)


def return_table(found: FundReturn, made_at: datetime) -> Table:
    """A row for each cell, with the checklist beside it; who signed stands in the notes."""
    quarter = found.template.quarter.label
    return Table(
        name=f"return-{found.fund}-{quarter.replace('/', '-').replace(' ', '-')}",
        title=f"Better Care Fund return of {found.fund}, {quarter}: {_status(found)}",
        about=f"By the form of {found.template.version}, cell by cell. Cells are named in our words, not the form's.",
        columns=_COLUMNS,
        rows=[_cells(one) for one in found.cells],
        made_at=made_at,
        notes=[Note(text) for text in _notes(found)],
    )


def _notes(found: FundReturn) -> Iterator[str]:
    yield "Signed off" if found.signed_off else "A draft: not signed off"
    for one in () if found.revision is None else found.revision.content.sign_offs:
        delegated = "" if one.delegated_by is None else f", delegated by {one.delegated_by}"
        ratified = "" if one.ratified_on is None else f", ratified on {one.ratified_on}"
        yield f"{one.role}: {one.name} for {one.organisation} on {one.signed_on}{delegated}{ratified}"


def _cells(one: CellState) -> Row:
    cell = one.cell
    return (
        cell.sheet,
        cell.code,
        cell.asks,
        one.value,
        cell.filled.value,
        "Yes" if one.complete else "No",
        _consistency(one),
        "; ".join(one.faults),
        cell.basis.value,
        "; ".join(rule.words for rule in one.rules),
        one.checked_by.value,
    )


def _consistency(one: CellState) -> str:
    return "No" if one.faults else "Yes" if one.rules else Basis.UNSOURCED.value

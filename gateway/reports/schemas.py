"""The bodies of reports."""

from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import UNCHANGED, OutBody, PatchBody, StrictBody
from chassis.web.moments import Moment
from contracts.reasons import Reason
from gateway.reports.report import (
    Addendum,
    CellKind,
    Column,
    FrontSheet,
    Report,
    ReportFile,
    ReportState,
    ReportSummary,
    ReportTable,
)

_Words = Annotated[str, Field(min_length=1, max_length=200)]
_Text = Annotated[str, Field(min_length=1, max_length=4000)]
_TITLE: Final = "Integrated performance report, 2017/18 Q3"


class FrontSheetPatch(PatchBody):
    """What of a draft's front sheet becomes another."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"board": "Health and Wellbeing Board"}]})

    title: Annotated[_Words, Field(description="Title of the report", examples=[_TITLE])] = UNCHANGED
    board: _Words | None = Field(default=None, description="The board that it goes to")
    meeting: _Words | None = Field(default=None, description="Day of the meeting, as printed")
    cabinet_member: _Words | None = Field(default=None, description="The member of cabinet who answers for it")
    author: _Words | None = Field(default=None, description="Who wrote it")
    contact: _Words | None = Field(default=None, description="How to reach the author")
    reference: _Words | None = Field(default=None, description="Reference of the council's own")
    key_decision: bool | None = Field(default=None, description="Whether it asks for a key decision")
    part: _Words | None = Field(default=None, description="Part of the agenda, such as I or II")
    purpose: _Text | None = Field(default=None, description="What the report is for")
    recommendations: Annotated[list[_Text], Field(max_length=30, description="What the board is asked to agree to")] = (
        UNCHANGED
    )
    alternatives: Annotated[
        list[_Text], Field(max_length=30, description="What was considered and is not recommended")
    ] = UNCHANGED
    summary: _Text | None = Field(default=None, description="The quarter in the author's own words")


class DraftIn(StrictBody):
    """What numbers a report is made of."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"as_of": "2018-02-20T17:00:00Z"}]})

    as_of: Moment | None = Field(
        default=None,
        description="Make it of what was known at this moment, with its zone; null: of what is known now",
        examples=["2018-02-20T17:00:00Z"],
    )


class PublicationIn(StrictBody):
    """What is published."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": "5f2b" * 16}]})

    version: str | None = Field(
        default=None,
        max_length=64,
        description="`version` of the report as it was read; refused (412) where it says something else by now",
        examples=["5f2b" * 16],
    )


class AddendumIn(StrictBody):
    """Why figures are told that have changed since."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Figures of December were revised"}]})

    reason: Reason = Field(description="Why they have changed", examples=["Figures of December were revised"])


class ReportColumnOut(OutBody):
    """A column of a report's table."""

    title: str = Field(description="Heading of the column", examples=["Budget"])
    kind: CellKind = Field(description="How its cells are read; money is pounds as a decimal", examples=["money"])

    @classmethod
    def of(cls, column: Column) -> Self:
        return cls(title=column.title, kind=column.kind)


class ReportTableOut(OutBody):
    """A table of a report."""

    code: str = Field(description="Its code within the report", examples=["fund"])
    title: str = Field(description="Its heading", examples=["Fund, 2017/18"])
    keys: int = Field(description="How many of the first columns name a row together", examples=[2])
    columns: list[ReportColumnOut] = Field(description="From left to right")
    rows: list[list[str | None]] = Field(description="Cells in the order of the columns; null where nothing is said")

    @classmethod
    def of(cls, table: ReportTable) -> Self:
        columns = [ReportColumnOut.of(each) for each in table.columns]
        rows = [list(row) for row in table.rows]
        return cls(code=table.code, title=table.title, keys=table.keys, columns=columns, rows=rows)


class FrontSheetOut(OutBody):
    """What stands before the report."""

    title: str = Field(description="Title of the report", examples=[_TITLE])
    board: str | None = Field(description="The board that it goes to")
    meeting: str | None = Field(description="Day of the meeting, as printed")
    cabinet_member: str | None = Field(description="The member of cabinet who answers for it")
    author: str | None = Field(description="Who wrote it")
    contact: str | None = Field(description="How to reach the author")
    reference: str | None = Field(description="Reference of the council's own")
    key_decision: bool | None = Field(description="Whether it asks for a key decision")
    part: str | None = Field(description="Part of the agenda")
    purpose: str | None = Field(description="What the report is for")
    recommendations: list[str] = Field(description="What the board is asked to agree to")
    alternatives: list[str] = Field(description="What was considered and is not recommended")
    summary: str | None = Field(description="The quarter in the author's own words")

    @classmethod
    def of(cls, sheet: FrontSheet) -> Self:
        lists = {"recommendations": list(sheet.recommendations), "alternatives": list(sheet.alternatives)}
        return cls.model_validate({name: getattr(sheet, name) for name in cls.model_fields} | lists)


class AddendumOut(OutBody):
    """What has become of a published report's numbers."""

    number: int = Field(description="From 1 on", examples=[1])
    reason: str = Field(description="Why they have changed")
    known_on: str = Field(description="Business date that the figures now are of", examples=["2018-03-31"])
    differences: ReportTableOut = Field(description="Figures that are others than published")
    added_by: str = Field(description="Who added it", examples=["Ana Nowak"])
    added_at: datetime = Field(description="When, in UTC")

    @classmethod
    def of(cls, addendum: Addendum) -> Self:
        same = {name: getattr(addendum, name) for name in cls.model_fields if name != "differences"}
        return cls.model_validate(same | {"differences": ReportTableOut.of(addendum.differences)})


class ReportFileOut(OutBody):
    """A file as it was published."""

    ending: str = Field(description="What its name ends with", examples=["pdf"])
    size: int = Field(description="How many bytes it has", examples=[184320])
    digest: str = Field(description="SHA-256 of its bytes; the same come out again", examples=["5f2b" * 16])

    @classmethod
    def of(cls, file: ReportFile) -> Self:
        return cls(ending=file.ending, size=file.size, digest=file.digest)


class _ReportBody(OutBody):
    quarter: str = Field(description="The financial quarter", examples=["2017/18 Q3"])
    state: ReportState = Field(description="Whether it still changes")
    title: str = Field(description="Title of the report", examples=[_TITLE])
    known_on: str = Field(description="Business date that its numbers are of", examples=["2018-02-28"])
    drafted_by: str = Field(description="Who made its numbers or its front sheet last", examples=["Ana Nowak"])
    drafted_at: datetime = Field(description="When, in UTC")
    published_by: str | None = Field(description="Who published it")
    published_at: datetime | None = Field(description="When, in UTC; null while it is a draft")
    digest: str | None = Field(description="SHA-256 of its page as published; the same bytes come out again")


def _in_short(report: Report | ReportSummary) -> dict[str, object]:
    return {name: getattr(report, name) for name in _ReportBody.model_fields}


class ReportSummaryOut(_ReportBody):
    """A report, without what it says."""

    @classmethod
    def of(cls, report: ReportSummary) -> Self:
        return cls.model_validate(_in_short(report))


class ReportOut(_ReportBody):
    """The board's report of a quarter."""

    version: str = Field(description="Names its words and numbers as they are; publishing takes it")
    scorecard: str | None = Field(
        description="Code of the scorecard that it is made of", examples=["integrated-2017-18"]
    )
    area: str | None = Field(description="Name of the area that the scorecard is of", examples=["Plymouth"])
    as_of: datetime | None = Field(description="Moment that its numbers were known at; null: when they were taken")
    financial_year: str = Field(description="Year of its funds and savings", examples=["2017/18"])
    front_sheet: FrontSheetOut = Field(description="What stands before it")
    tables: list[ReportTableOut] = Field(description="The numbers that it was made from, in order")
    files: list[ReportFileOut] = Field(description="The files it was published as; none of a draft")
    addenda: list[AddendumOut] = Field(description="What has become of them since, the oldest first")

    @classmethod
    def of(cls, report: Report) -> Self:
        sources = report.content.sources
        said = {
            "version": report.version,
            "scorecard": sources.scorecard,
            "area": sources.area,
            "as_of": sources.as_of,
            "financial_year": sources.financial_year,
            "front_sheet": FrontSheetOut.of(report.content.front_sheet),
            "tables": [ReportTableOut.of(each) for each in report.content.tables],
            "files": [ReportFileOut.of(each) for each in report.files],
            "addenda": [AddendumOut.of(each) for each in report.addenda],
        }
        return cls.model_validate(_in_short(report) | said)

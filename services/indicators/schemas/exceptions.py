"""Performance by exception, as an answer and as the table of a file."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from chassis.web.render.table import Column, Note, Row, Table, known_at
from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.envelope import Timestamp
from contracts.indicators import Missing
from contracts.period import Period
from services.indicators.domain.exceptions import ExceptionKind, ExceptionRow, ExceptionsState, Finding
from services.indicators.schemas.areas import AreaOut
from services.indicators.schemas.commentaries import PublishedOut
from services.indicators.schemas.values import Shown


class FindingOut(OutBody):
    """Why a series is an exception."""

    kind: ExceptionKind
    reason: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        return cls(kind=finding.kind, reason=finding.reason)


class ExceptionOut(OutBody):
    """A series that needs to be looked at, with its latest value and colours."""

    indicator: str
    name: str
    owner: str | None
    breakdown: Breakdown
    period: Period | None
    value: Shown | None
    missing: Missing | None
    benchmark: Colour
    trend: Colour
    target: Colour
    findings: list[FindingOut]
    commentary: PublishedOut | None

    @classmethod
    def of(cls, row: ExceptionRow) -> Self:
        state, latest = row.state, row.state.latest
        return cls(
            indicator=row.indicator.code,
            name=row.indicator.name,
            owner=row.indicator.owner,
            breakdown=row.key.breakdown,
            period=latest.period if latest else None,
            value=latest.observation.value if latest else None,
            missing=latest.observation.missing if latest else None,
            benchmark=state.benchmark.colour,
            trend=state.trend.colour,
            target=state.target.colour if state.target else Colour.WHITE,
            findings=[FindingOut.of(each) for each in row.findings],
            commentary=PublishedOut.of(row.commentary) if row.commentary else None,
        )


class ExceptionsOut(OutBody):
    """The exceptions of an area, by indicator and breakdown."""

    area: AreaOut
    period: Period | None
    as_of: Timestamp | None
    business_date: Annotated[date, Field(description="Day on which it is judged what is stale")]
    items: Annotated[list[ExceptionOut], Field(description="Each series that is an exception")]

    @classmethod
    def of(cls, state: ExceptionsState) -> Self:
        return cls(
            area=AreaOut.of(state.area),
            period=state.wanted.period,
            as_of=state.wanted.as_of,
            business_date=state.today,
            items=[ExceptionOut.of(row) for row in state.rows],
        )


COLUMNS = (
    Column("indicator", "Indicator", "Name of the indicator"),
    Column("code", "Code", "Code of the indicator"),
    Column("breakdown", "Breakdown", "For whom; empty is the total"),
    Column("owner", "Owner", "Person or role who answers for it"),
    Column("kind", "Exception", "What makes it an exception; one row each"),
    Column("reason", "Why", "How it came about, in words"),
    Column("period", "Most recent period", "Period of the last value"),
    Column("last_value", "Last value", "Value of that period, or the symbol in its place", is_number=True),
    Column("benchmark", "Benchmark", "Colour against England, in words"),
    Column("trend", "Trend", "Colour against its own past, in words"),
    Column("target", "Target", "Colour against the target, in words"),
    Column("comment", "Comment", "What is published on the period"),
)


def exceptions_table(state: ExceptionsState, made_at: datetime) -> Table:
    """A row for each reason."""
    shown = f" at the end of {state.wanted.period}" if state.wanted.period else ""
    known = known_at(state.wanted.as_of)
    return Table(
        name=f"exceptions-{state.area.code}",
        title=f"Exceptions: {state.area.name}{shown}{known}",
        about=f"Series that need to be looked at, and why. Judged on {state.today.isoformat()}.",
        columns=COLUMNS,
        rows=[_cells(row, finding) for row in state.rows for finding in row.findings],
        made_at=made_at,
        notes=(
            Note("Newly red was not red in the period shown before. Worsening has a trend that is red.", ("kind",)),
            Note("Stale is a value that ended more than two of its own periods before.", ("kind",)),
        ),
    )


def _cells(row: ExceptionRow, finding: Finding) -> Row:
    shown = ExceptionOut.of(row)
    return (
        shown.name,
        shown.indicator,
        row.key.breakdown.text or None,
        shown.owner,
        finding.kind.replace("_", " "),
        finding.reason,
        shown.period.label if shown.period else None,
        shown.missing.value if shown.missing else shown.value,
        *(colour.replace("_", " ") for colour in (shown.benchmark, shown.trend, shown.target)),
        shown.commentary.text if shown.commentary else None,
    )

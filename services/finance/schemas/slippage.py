"""What schemes planned against what was delivered, as it is shown and exported."""

from datetime import date, datetime
from typing import Annotated, Final, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from chassis.web.render.table import Column, Note, Row, Table, known_at
from contracts.colours import Colour
from contracts.money import Money, pounds
from services.finance.domain.scheme import Delivery, Workstream
from services.finance.domain.slippage import Progress, SlippageRow, SlippageTable
from services.finance.schemas.savings_table import ILLUSTRATIVE
from services.finance.schemas.scheme_positions import RangeOut


class ProgressOut(OutBody):
    """Planned and delivered in a time, in pounds."""

    planned_low: Annotated[Money, Field(description="Lower end of the plan, spread evenly over its months")]
    planned_high: Annotated[Money, Field(description="Upper end of the plan, spread evenly over its months")]
    delivered: Annotated[Money, Field(description="What finance validated of periods that ended in that time")]
    slippage: Annotated[Money, Field(description="Middle of the plan less delivered; negative where more was")]

    @classmethod
    def of(cls, found: Progress) -> Self:
        return cls(
            planned_low=pounds(found.low),
            planned_high=pounds(found.high),
            delivered=pounds(found.delivered),
            slippage=pounds(found.slippage),
        )


class QuarterProgressOut(ProgressOut):
    """Planned and delivered in a quarter of the year."""

    quarter: str

    @classmethod
    def of_quarter(cls, quarter: str, found: Progress) -> Self:
        return cls(quarter=quarter, **dict(ProgressOut.of(found)))


class SlippageTotalOut(OutBody):
    """Planned and delivered: to date, by quarter, and in the year."""

    to_date: Annotated[ProgressOut, Field(description="Up to the day of the table")]
    quarters: Annotated[list[QuarterProgressOut], Field(description="Quarter by quarter; they add up to the year")]
    year: Annotated[ProgressOut, Field(description="The whole year")]
    forecast: Annotated[RangeOut, Field(description="What the year is expected to come to")]
    expected_slippage: Annotated[
        Money, Field(description="Middle of the year's plan less the middle of the forecast: what is not made up for")
    ]


class SchemeSlippageOut(SlippageTotalOut):
    """Planned and delivered of a scheme."""

    scheme: str
    name: str
    workstream: Annotated[Workstream, Field(description="Workstream of the savings plan")]
    budget_line: str
    partner: str
    delivered_by: Annotated[Delivery, Field(description="Whether it was in the plan, or mitigates")]
    original: Annotated[Colour, Field(description="Its colour when it was agreed, before anything was validated")]
    colour: Annotated[Colour, Field(description="Its colour now, by its forecast")]


class SlippageOut(OutBody):
    """Planned against delivered, scheme by scheme, and in total of those that were in the plan."""

    fund: str
    financial_year: str
    day: Annotated[date, Field(description="Day up to which `to_date` goes")]
    quarter: Annotated[str | None, Field(description="Past quarter at whose end it is shown; null for now")]
    as_of: datetime | None
    illustrative: Annotated[bool, Field(description="Whether a scheme in it is an example that nobody agreed")]
    schemes: Annotated[list[SchemeSlippageOut], Field(description="Those that are not withdrawn, by their codes")]
    total: Annotated[SlippageTotalOut, Field(description="All that were in the plan; what mitigates is left out")]

    @classmethod
    def of(cls, found: SlippageTable) -> Self:
        return cls(
            fund=found.fund,
            financial_year=found.financial_year.label,
            day=found.day,
            quarter=None if found.as_at.quarter is None else found.as_at.quarter.label,
            as_of=found.as_at.as_of,
            illustrative=found.illustrative,
            schemes=[_scheme(found, row) for row in found.rows],
            total=_amounts(found, found.total),
        )


def _amounts(found: SlippageTable, row: SlippageRow) -> SlippageTotalOut:
    return SlippageTotalOut(
        to_date=ProgressOut.of(row.to_date),
        quarters=[
            QuarterProgressOut.of_quarter(quarter.label, part)
            for quarter, part in zip(found.quarters, row.quarters, strict=True)
        ],
        year=ProgressOut.of(row.year),
        forecast=RangeOut.of(row.forecast),
        expected_slippage=pounds(row.expected),
    )


def _scheme(found: SlippageTable, row: SlippageRow) -> SchemeSlippageOut:
    assert row.scheme is not None  # noqa: S101  it is a scheme's
    return SchemeSlippageOut(
        scheme=row.scheme.code,
        name=row.scheme.name,
        workstream=row.scheme.workstream,
        budget_line=row.scheme.budget_line,
        partner=row.scheme.partner,
        delivered_by=row.scheme.delivered_by,
        original=row.original or Colour.NONE,
        colour=row.colour or Colour.NONE,
        **dict(_amounts(found, row)),
    )


_COLUMNS: Final = (
    Column("scheme", "Scheme", "Code of the scheme, or total of those in the plan"),
    Column("name", "Name", "Name of the scheme"),
    Column("workstream", "Workstream", "Workstream of the savings plan"),
    Column("delivered_by", "Delivered by", "Whether it was in the plan, or mitigates"),
    Column("original", "Original rating", "Its colour when it was agreed"),
    Column("colour", "Rating", "Its colour now, by its forecast"),
    Column("time", "Time", "Quarter, to date, or year"),
    Column("planned_low", "Planned, low (£)", "Lower end of the plan", is_number=True),
    Column("planned_high", "Planned, high (£)", "Upper end of the plan", is_number=True),
    Column("delivered", "Delivered (£)", "What finance validated", is_number=True),
    Column("slippage", "Slippage (£)", "Middle of the plan less delivered", is_number=True),
    Column("expected_slippage", "Expected slippage (£)", "Of the year, by its forecast", is_number=True),
)


def slippage_file(found: SlippageTable, made_at: datetime) -> Table:
    """Of each scheme and of the total a row for each quarter, one to date, and one of the year."""
    as_at = found.as_at
    known = known_at(as_at.as_of)
    notes = [Note("Delivered is what finance has validated. The total leaves out what mitigates.")]
    if found.illustrative:
        notes.append(ILLUSTRATIVE)
    return Table(
        name=f"slippage-{found.fund}-{found.financial_year.label.replace('/', '-')}",
        title=f"Slippage of savings of {found.name}, {found.financial_year}, up to {found.day.isoformat()}{known}",
        about="What schemes planned to save against what was delivered, in pounds.",
        columns=_COLUMNS,
        rows=[cells for row in (*found.rows, found.total) for cells in _rows(found, row)],
        made_at=made_at,
        notes=notes,
    )


def _rows(found: SlippageTable, row: SlippageRow) -> list[Row]:
    agreed = row.scheme
    head = (
        ("Total", "", "", "", "", "")
        if agreed is None
        else (agreed.code, agreed.name, agreed.workstream.value, agreed.delivered_by.value, *_ratings(row))
    )
    named = [quarter.label for quarter in found.quarters]
    times = [*zip(named, row.quarters, strict=True), ("To date", row.to_date)]
    parts = [(*head, time, *_cells(part), None) for time, part in times]
    return [*parts, (*head, "Year", *_cells(row.year), row.expected)]


def _ratings(row: SlippageRow) -> tuple[str, str]:
    return (row.original or Colour.NONE).value, (row.colour or Colour.NONE).value


def _cells(part: Progress) -> Row:
    return (part.low, part.high, part.delivered, part.slippage)

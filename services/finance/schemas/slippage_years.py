"""What schemes planned against what was delivered, year by year, as it is shown and exported."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from chassis.web.render.table import Cell, Column, Note, Row, Table, known_at
from contracts.money import Money, pounds
from services.finance.domain.slippage import SlippageRow, SlippageTable, SlippageYears
from services.finance.schemas.savings_table import ILLUSTRATIVE
from services.finance.schemas.scheme_positions import RangeOut
from services.finance.schemas.slippage import ProgressOut


class YearsProgressOut(OutBody):
    """Planned and delivered of the schemes in the plan: to date and in whole years."""

    to_date: Annotated[ProgressOut, Field(description="Up to the day of the table")]
    year: Annotated[ProgressOut, Field(description="Whole years")]
    forecast: Annotated[RangeOut, Field(description="What is expected of it")]
    expected_slippage: Annotated[Money, Field(description="Middle of the plan less the middle of the forecast")]


class YearSlippageOut(YearsProgressOut):
    """Planned and delivered of a financial year."""

    financial_year: str
    day: Annotated[date, Field(description="Day up to which `to_date` goes")]
    schemes: Annotated[list[str], Field(description="Codes of its schemes that are not withdrawn")]
    illustrative: Annotated[bool, Field(description="Whether a scheme in it is an example that nobody agreed")]

    @classmethod
    def of(cls, found: SlippageTable) -> Self:
        return cls(
            financial_year=found.financial_year.label,
            day=found.day,
            schemes=[row.scheme.code for row in found.rows if row.scheme is not None],
            illustrative=found.illustrative,
            **dict(_progress(found.total)),
        )


class SlippageYearsOut(OutBody):
    """Planned against delivered of every year that the fund has budget lines in, oldest first, and together."""

    fund: str
    quarter: Annotated[str | None, Field(description="Past quarter at whose end it is shown; null for now")]
    as_of: datetime | None
    years: Annotated[list[YearSlippageOut], Field(description="A row for each year; what mitigates is left out")]
    total: Annotated[YearsProgressOut, Field(description="All years together")]

    @classmethod
    def of(cls, found: SlippageYears) -> Self:
        return cls(
            fund=found.fund,
            quarter=None if found.as_at.quarter is None else found.as_at.quarter.label,
            as_of=found.as_at.as_of,
            years=[YearSlippageOut.of(table) for table in found.years],
            total=_progress(found.total),
        )


def _progress(row: SlippageRow) -> YearsProgressOut:
    return YearsProgressOut(
        to_date=ProgressOut.of(row.to_date),
        year=ProgressOut.of(row.year),
        forecast=RangeOut.of(row.forecast),
        expected_slippage=pounds(row.expected),
    )


_COLUMNS: Final = (
    Column("financial_year", "Financial year", "Label of the year, or total"),
    Column("day", "Up to", "Day up to which is to date"),
    Column("schemes", "Schemes", "How many are not withdrawn", is_number=True),
    Column("planned_to_date", "Planned to date (£)", "Middle of the plan up to that day", is_number=True),
    Column("delivered_to_date", "Delivered to date (£)", "What finance validated up to that day", is_number=True),
    Column("slippage_to_date", "Slippage to date (£)", "Planned less delivered", is_number=True),
    Column("planned", "Planned in the year (£)", "Middle of the plan", is_number=True),
    Column("forecast_low", "Forecast, low (£)", "Lower end of what is expected", is_number=True),
    Column("forecast_high", "Forecast, high (£)", "Upper end of what is expected", is_number=True),
    Column("expected_slippage", "Expected slippage (£)", "What is not made up for by the forecast", is_number=True),
)


def slippage_years_file(found: SlippageYears, made_at: datetime) -> Table:
    """A row for each year, and their total."""
    as_at = found.as_at
    shown = "" if as_at.quarter is None else f" at the end of {as_at.quarter}"
    rows = [_cells((table.financial_year.label, table.day, len(table.rows)), table.total) for table in found.years]
    schemes = sum(len(table.rows) for table in found.years)
    notes = [Note("Delivered is what finance has validated. What mitigates is left out.")]
    if any(table.illustrative for table in found.years):
        notes.append(ILLUSTRATIVE)
    return Table(
        name=f"slippage-years-{found.fund}",
        title=f"Slippage of savings of {found.name} by year{shown}{known_at(as_at.as_of)}",
        about="What schemes of each year planned to save against what was delivered, in pounds.",
        columns=_COLUMNS,
        rows=[*rows, _cells(("Total", None, schemes), found.total)],
        made_at=made_at,
        notes=notes,
    )


def _cells(head: Sequence[Cell], row: SlippageRow) -> Row:
    to_date = (row.to_date.middle, row.to_date.delivered, row.to_date.slippage)
    return (*head, *to_date, row.year.middle, row.forecast.low, row.forecast.high, row.expected)

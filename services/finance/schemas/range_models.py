"""Printed tables of savings ranges, as they are recorded and shown."""

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.money import Money, pounds
from contracts.reasons import Reason
from services.finance.domain.explanation import plain
from services.finance.domain.range_models import (
    Bound,
    Compared,
    PrintedDifference,
    RangeCell,
    RangeFigure,
    RangeModel,
    printed_differences,
    range_figures,
)
from services.finance.domain.ranges import Reading
from services.finance.schemas.fields import Code, Cost, FinancialYear, Percent, Title, Unit

MOST_CELLS: Final = 500
Strand = Annotated[str, Field(min_length=1, max_length=60, description="Part of the programme that is to save")]


class RangeCellBody(StrictBody):
    """A printed saving of a strand, partner, year and bound."""

    strand: Strand
    partner: Annotated[Code | None, Field(description="Code of the partner; null for the total of all")] = None
    financial_year: FinancialYear
    bound: Annotated[Bound, Field(description="Which end of the range it is")]
    base: Annotated[Cost, Field(description="Printed budget that the rate applies to")]
    percent: Annotated[Percent | None, Field(description="Rate in per cent; null for a total")] = None
    printed: Annotated[Cost, Field(description="Saving as printed")]

    def to_domain(self) -> RangeCell:
        return RangeCell(
            strand=self.strand,
            partner=self.partner,
            year=self.financial_year,
            bound=self.bound,
            base=self.base.amount,
            percent=self.percent,
            printed=self.printed.amount,
        )


class RangeModelBody(StrictBody):
    """A table of savings ranges as its source prints it."""

    name: Title
    source: Annotated[str, Field(min_length=1, max_length=300, description="Where the table is printed")]
    unit: Unit = Decimal(1000)
    cells: Annotated[list[RangeCellBody], Field(min_length=1, max_length=MOST_CELLS, description="Its printed figures")]
    reason: Annotated[Reason | None, Field(description="Why it changes; needed where it is recorded")] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Savings ranges of 2014",
                    "source": "Business case of June 2014",
                    "unit": "1000",
                    "cells": [
                        {
                            "strand": "staffing",
                            "partner": "PCC",
                            "financial_year": "2014/15",
                            "bound": "lower",
                            "base": {"amount": "1629000.00"},
                            "percent": "2",
                            "printed": {"amount": "32000.00"},
                        }
                    ],
                }
            ]
        }
    )

    def to_domain(self, code: str) -> RangeModel:
        return RangeModel(code, self.name, self.source, self.unit, tuple(cell.to_domain() for cell in self.cells))


class RangeFigureOut(OutBody):
    """A printed saving beside what it comes to."""

    strand: Strand
    partner: Annotated[str | None, Field(description="Code of the partner; null for the total of all")]
    financial_year: str
    bound: Annotated[Bound, Field(description="Which end of the range it is")]
    base: Annotated[Money, Field(description="Printed budget that the rate applies to")]
    percent: Annotated[str | None, Field(description="Rate in per cent; null for a total")]
    exact: Money
    rounded: Money
    printed: Money
    reading: Reading

    @classmethod
    def of(cls, found: RangeFigure) -> Self:
        cell = found.cell
        return cls(
            strand=cell.strand,
            partner=cell.partner,
            financial_year=cell.year.label,
            bound=cell.bound,
            base=pounds(cell.base),
            percent=None if cell.percent is None else plain(cell.percent),
            exact=pounds(found.computed.exact),
            rounded=pounds(found.computed.rounded),
            printed=pounds(cell.printed),
            reading=found.reading,
        )


class RangeDifferenceOut(OutBody):
    """A printed figure that differs. It stays as it is printed."""

    strand: Strand
    partner: Annotated[str | None, Field(description="Code of the partner; null for the total of all")]
    financial_year: Annotated[str | None, Field(description="Financial year; null for a base")]
    bound: Annotated[Bound | None, Field(description="Which end of the range it is; null for a base")]
    compared: Annotated[
        Compared, Field(description="With what: the rate of its base, its printed parts, or its partners' bases")
    ]
    printed: Money
    computed: Annotated[Money, Field(description="What it should be by that")]

    @classmethod
    def of(cls, one: PrintedDifference) -> Self:
        return cls(
            strand=one.strand,
            partner=one.partner,
            financial_year=None if one.year is None else one.year.label,
            bound=one.bound,
            compared=one.compared,
            printed=pounds(one.printed),
            computed=pounds(one.computed),
        )


class RangeModelOut(OutBody):
    """A table of savings ranges, figure by figure, and every printed one that differs."""

    code: str
    name: str
    source: Annotated[str, Field(description="Where the table is printed")]
    unit: Decimal
    figures: Annotated[list[RangeFigureOut], Field(description="Every cell, in the order of the table")]
    differences: Annotated[list[RangeDifferenceOut], Field(description="Every printed figure that differs")]

    @classmethod
    def of(cls, model: RangeModel) -> Self:
        return cls(
            code=model.code,
            name=model.name,
            source=model.source,
            unit=model.unit,
            figures=[RangeFigureOut.of(one) for one in range_figures(model)],
            differences=[RangeDifferenceOut.of(one) for one in printed_differences(model)],
        )

"""Unit costs of the library and indices of prices, as they are recorded and shown."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from chassis.web.render.table import Column, Note, Row, Table
from contracts.money import Money, pounds
from contracts.period import Period
from contracts.reasons import Reason
from services.finance.domain.explanation import plain
from services.finance.domain.unit_costs import (
    CostKind,
    CostsRecorded,
    Deflator,
    LibraryCost,
    UnitCostTerms,
    UnitCostVersion,
)
from services.finance.schemas.fields import Cost, FinancialYear, Index, Proportion, refused

MOST_YEARS: Final = 100
"""Of an index of prices."""
_KIND: Final = "Whose money it is; only fiscal unit costs can be reckoned with by schemes"
_ENDS: Final = "Whether the unit cost ends with `effective_to`: no version before applies to what is after it either"
_UPRATED: Final = "The amount in the prices of the year asked for; null where nobody asked, or the release lacks a year"


class LibraryCostBody(StrictBody):
    """What a unit of something costs, and where the figure comes from. No default is shipped."""

    description: Annotated[str, Field(min_length=1, max_length=300, description="What costs that much")]
    unit: Annotated[str, Field(min_length=1, max_length=100, description="What one of it is, such as a bed day")]
    amount: Cost
    kind: Annotated[CostKind, Field(description=_KIND)] = CostKind.FISCAL
    price_year: Annotated[FinancialYear, Field(description="Year whose prices the amount is in")]
    source: Annotated[str, Field(min_length=1, max_length=150, description="Where the figure is published")]
    source_url: Annotated[
        str | None, Field(max_length=500, pattern=r"^https?://\S+$", description="Address of the source")
    ] = None
    agency: Annotated[str | None, Field(max_length=100, description="Who bears the cost")] = None
    cashable_share: Annotated[
        Proportion | None, Field(description="Part of it that can be taken out of a budget, by its source")
    ] = None
    effective_from: Annotated[date | None, Field(description="First day it applies to; null: open")] = None
    effective_to: Annotated[date | None, Field(description="Last day it applies to; null: open")] = None
    illustrative: bool = False
    ends: Annotated[bool, Field(description=_ENDS)] = False
    reason: Annotated[Reason | None, Field(description="Why it changes; needed for another version")] = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "description": "An emergency admission of an older person",
                    "unit": "emergency admission",
                    "amount": {"amount": "1600.00"},
                    "kind": "fiscal",
                    "price_year": "2017/18",
                    "source": "Invented for the sample data",
                    "illustrative": True,
                }
            ]
        }
    )

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.effective_from and self.effective_to and self.effective_from > self.effective_to:
            raise refused((("effective_to",), "must not be before effective_from"))
        if self.ends and self.effective_to is None:
            raise refused((("ends",), "needs effective_to, the last day of the unit cost"))
        return self

    def to_domain(self) -> UnitCostTerms:
        return UnitCostTerms(
            description=self.description,
            unit=self.unit,
            amount=self.amount.amount,
            kind=self.kind,
            price_year=self.price_year,
            source=self.source,
            source_url=self.source_url,
            agency=self.agency,
            cashable_share=self.cashable_share,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            illustrative=self.illustrative,
            ends=self.ends,
        )


class LibraryCostVersionOut(OutBody):
    """A version of a unit cost, as it was recorded."""

    version: int
    description: Annotated[str, Field(description="What costs that much")]
    unit: Annotated[str, Field(description="What one of it is, such as a bed day")]
    amount: Money
    uprated: Annotated[Money | None, Field(description=_UPRATED)]
    kind: Annotated[CostKind, Field(description=_KIND)]
    price_year: Annotated[str, Field(description="Year whose prices the amount is in")]
    source: Annotated[str, Field(description="Where the figure is published")]
    source_url: Annotated[str | None, Field(description="Address of the source")]
    agency: Annotated[str | None, Field(description="Who bears the cost")]
    cashable_share: Annotated[
        Decimal | None, Field(description="Part of it that can be taken out of a budget, by its source")
    ]
    effective_from: Annotated[date | None, Field(description="First day it applies to; null: open")]
    effective_to: Annotated[date | None, Field(description="Last day it applies to; null: open")]
    illustrative: bool
    ends: Annotated[bool, Field(description=_ENDS)]
    recorded_by: str
    recorded_at: datetime
    reason: Annotated[str | None, Field(description="Why it was recorded; null where nothing was said")]

    @classmethod
    def of(cls, version: UnitCostVersion, uprated: Decimal | None = None) -> Self:
        terms = version.terms
        return cls(
            version=version.number,
            description=terms.description,
            unit=terms.unit,
            amount=pounds(terms.amount),
            uprated=None if uprated is None else pounds(uprated),
            kind=terms.kind,
            price_year=terms.price_year.label,
            source=terms.source,
            source_url=terms.source_url,
            agency=terms.agency,
            cashable_share=terms.cashable_share,
            effective_from=terms.effective_from,
            effective_to=terms.effective_to,
            illustrative=terms.illustrative,
            ends=terms.ends,
            recorded_by=version.recorded_by,
            recorded_at=version.recorded_at,
            reason=version.reason,
        )


class LibraryCostItemOut(LibraryCostVersionOut):
    """The newest version of a unit cost."""

    code: str

    @classmethod
    def of_cost(cls, cost: LibraryCost, uprated: Decimal | None) -> Self:
        newest = LibraryCostVersionOut.of(cost.newest, uprated)
        return cls(code=cost.code, **dict(newest))


class LibraryCostOut(OutBody):
    """A unit cost with its versions. Of a period the newest version that applies to all of it is reckoned with."""

    code: str
    versions: Annotated[list[LibraryCostVersionOut], Field(description="Every version, oldest first")]
    schemes: Annotated[list[str], Field(description="Codes of the schemes that reckon with it")]

    @classmethod
    def of(cls, cost: LibraryCost, uprated: Sequence[Decimal | None]) -> Self:
        versions = [LibraryCostVersionOut.of(*one) for one in zip(cost.versions, uprated, strict=True)]
        return cls(code=cost.code, versions=versions, schemes=list(cost.schemes))


class CostsRecordedOut(OutBody):
    """What became of the unit costs of a file."""

    new: Annotated[list[str], Field(description="Codes that the library did not have")]
    changed: Annotated[list[str], Field(description="Codes that have another version by it")]
    unchanged: Annotated[list[str], Field(description="Codes of which the newest version says the same")]
    dry_run: Annotated[bool, Field(description="Whether nothing was recorded because only a dry run was asked for")]

    @classmethod
    def of(cls, found: CostsRecorded, *, dry_run: bool) -> Self:
        return cls(new=list(found.new), changed=list(found.changed), unchanged=list(found.unchanged), dry_run=dry_run)


def unit_cost_file(costs: Sequence[LibraryCost], made_at: datetime) -> Table:
    """A row for each unit cost, by its newest version."""
    examples = [cost.code for cost in costs if cost.newest.terms.illustrative]
    return Table(
        name="unit-costs",
        title="Unit costs",
        about="The newest version of each unit cost of the library.",
        columns=_COLUMNS,
        rows=[_cells(cost) for cost in costs],
        made_at=made_at,
        notes=[Note("Illustrative, and no basis for a decision: " + ", ".join(examples))] if examples else [],
    )


_COLUMNS: Final = (
    Column("code", "Code", "Names it, for good"),
    Column("version", "Version", "Number of the version", is_number=True),
    Column("description", "Description", "What costs that much"),
    Column("unit", "Unit", "What one of it is"),
    Column("amount", "Amount (£)", "Pounds a unit", is_number=True),
    Column("kind", "Kind", "Fiscal, economic or social"),
    Column("price_year", "Price year", "Year whose prices the amount is in"),
    Column("source", "Source", "Where the figure is published"),
    Column("source_url", "Address", "Address of the source"),
    Column("agency", "Agency", "Who bears the cost"),
    Column("cashable_share", "Cashable share", "Part that can be taken out of a budget", is_number=True),
    Column("effective_from", "From", "First day it applies to"),
    Column("effective_to", "To", "Last day it applies to"),
    Column("illustrative", "Illustrative", "Whether it is an example that nobody measured"),
    Column("ends", "Ends", "Whether the unit cost ends with the last day"),
)


def _cells(cost: LibraryCost) -> Row:
    terms = cost.newest.terms
    return (
        cost.code,
        cost.newest.number,
        terms.description,
        terms.unit,
        terms.amount,
        terms.kind.value,
        terms.price_year.label,
        terms.source,
        terms.source_url,
        terms.agency,
        terms.cashable_share,
        terms.effective_from,
        terms.effective_to,
        "yes" if terms.illustrative else "no",
        "yes" if terms.ends else "no",
    )


class DeflatorYearBody(StrictBody):
    """What prices stood at in a financial year."""

    financial_year: FinancialYear
    index: Annotated[Index, Field(description="Figure of the index, 100 in its base year", examples=["98.213"])]


class DeflatorBody(StrictBody):
    """A release of a published index of prices, such as the GDP deflator. None is shipped."""

    base_year: Annotated[FinancialYear, Field(description="Year that stands at 100")]
    source: Annotated[str, Field(min_length=1, max_length=300, description="Where the release is published")]
    years: Annotated[
        list[DeflatorYearBody], Field(min_length=1, max_length=MOST_YEARS, description="The index, year by year")
    ]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "base_year": "2017/18",
                    "source": "An example, not the published index",
                    "years": [
                        {"financial_year": "2016/17", "index": "98.000"},
                        {"financial_year": "2017/18", "index": "100"},
                    ],
                }
            ]
        }
    )

    @model_validator(mode="after")
    def each_year_once(self) -> Self:
        years = [one.financial_year for one in self.years]
        wrong = [i for i, year in enumerate(years) if year in years[:i]]
        if wrong:
            raise refused((("years", wrong[0], "financial_year"), "stands there twice"))
        return self

    def to_domain(self, release: str) -> Deflator:
        return Deflator(release, self.base_year, self.source, {one.financial_year: one.index for one in self.years})


class DeflatorYearOut(OutBody):
    """What prices stood at in a financial year."""

    financial_year: str
    index: Annotated[str, Field(description="Figure of the index, 100 in its base year")]

    @classmethod
    def of(cls, year: Period, figure: Decimal) -> Self:
        return cls(financial_year=year.label, index=plain(figure))


class DeflatorOut(OutBody):
    """A release of an index of prices."""

    release: Annotated[str, Field(description="Name of the release")]
    base_year: Annotated[str, Field(description="Year that stands at 100")]
    source: Annotated[str, Field(description="Where the release is published")]
    years: Annotated[list[DeflatorYearOut], Field(description="The index, year by year")]

    @classmethod
    def of(cls, deflator: Deflator) -> Self:
        return cls(
            release=deflator.release,
            base_year=deflator.base_year.label,
            source=deflator.source,
            years=[DeflatorYearOut.of(*one) for one in sorted(deflator.index.items())],
        )

"""The table of savings as councils publish it."""

from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from chassis.web.render.table import Column, Note, Row, Table, known_at
from contracts.money import Money, pounds
from services.finance.domain.savings_table import SavingsRow, SavingsTable
from services.finance.domain.scheme import Workstream

ILLUSTRATIVE: Final = Note("Some schemes are illustrative: examples that nobody agreed.")


class SavingsRowOut(OutBody):
    """Savings of a workstream, or of all where it is null."""

    workstream: Annotated[Workstream | None, Field(description="Workstream of the savings plan; null for the total")]
    schemes: Annotated[int, Field(description="How many schemes are not withdrawn")]
    proposed: Annotated[Money, Field(description="Middle of the plans of schemes that were in the plan")]
    proposed_low: Annotated[Money, Field(description="Lower ends of those plans")]
    proposed_high: Annotated[Money, Field(description="Upper ends of those plans")]
    achieved: Annotated[Money, Field(description="What finance validated of those schemes")]
    banked: Annotated[Money, Field(description="What was taken out of budgets of it, as far as it counts")]
    unachieved: Annotated[Money, Field(description="Proposed less achieved")]
    in_year_pressure: Annotated[Money, Field(description="Proposed less the middle of the forecast")]
    mitigation: Annotated[Money, Field(description="Middle of the forecast of the schemes that mitigate")]
    net_pressure: Annotated[Money, Field(description="In-year pressure less mitigation")]
    percent_of_net_budget: Annotated[
        str | None, Field(description="Achieved in per cent of the fund's net budget; null where that is nought")
    ]

    @classmethod
    def of(cls, row: SavingsRow) -> Self:
        percent = row.percent_of_budget
        return cls(
            workstream=row.workstream,
            schemes=row.schemes,
            proposed=pounds(row.proposed),
            proposed_low=pounds(row.proposed_low),
            proposed_high=pounds(row.proposed_high),
            achieved=pounds(row.achieved),
            banked=pounds(row.banked),
            unachieved=pounds(row.unachieved),
            in_year_pressure=pounds(row.pressure),
            mitigation=pounds(row.mitigation),
            net_pressure=pounds(row.net_pressure),
            percent_of_net_budget=None if percent is None else f"{percent:f}",
        )


class SavingsTableOut(OutBody):
    """Savings of a fund's year, by workstream and in total."""

    fund: str
    financial_year: str
    net_budget: Annotated[Money, Field(description="Budgets in force of all lines of the fund")]
    illustrative: Annotated[bool, Field(description="Whether a scheme in it is an example that nobody agreed")]
    quarter: Annotated[str | None, Field(description="Past quarter at whose end it is shown; null for now")]
    as_of: datetime | None
    workstreams: Annotated[list[SavingsRowOut], Field(description="A row for each workstream, in their order")]
    total: Annotated[SavingsRowOut, Field(description="All workstreams together")]

    @classmethod
    def of(cls, found: SavingsTable) -> Self:
        return cls(
            fund=found.fund,
            financial_year=found.financial_year.label,
            net_budget=pounds(found.net_budget),
            illustrative=found.illustrative,
            quarter=None if found.as_at.quarter is None else found.as_at.quarter.label,
            as_of=found.as_at.as_of,
            workstreams=[SavingsRowOut.of(row) for row in found.rows],
            total=SavingsRowOut.of(found.total),
        )


_COLUMNS = (
    Column("workstream", "Workstream", "Workstream of the savings plan, or total"),
    Column("schemes", "Schemes", "How many schemes are not withdrawn", is_number=True),
    Column("proposed", "Proposed (£)", "Middle of the plans of schemes that were in the plan", is_number=True),
    Column("achieved", "Achieved (£)", "What finance validated of those schemes", is_number=True),
    Column("banked", "Banked (£)", "What was taken out of budgets of it, as far as it counts", is_number=True),
    Column("in_year_pressure", "In-year pressure (£)", "Proposed less the middle of the forecast", is_number=True),
    Column("unachieved", "Unachieved (£)", "Proposed less achieved", is_number=True),
    Column(
        "percent_of_net_budget", "Achieved, % of net budget", "In per cent of the fund's net budget", is_number=True
    ),
    Column("mitigation", "Mitigation (£)", "Middle of the forecast of the schemes that mitigate", is_number=True),
    Column("net_pressure", "Net pressure (£)", "In-year pressure less mitigation", is_number=True),
)


def savings_file(found: SavingsTable, made_at: datetime) -> Table:
    """A row for each workstream, and the total."""
    as_at = found.as_at
    shown = "" if as_at.quarter is None else f" at the end of {as_at.quarter}"
    known = known_at(as_at.as_of)
    notes = [Note("Achieved is what finance has validated. What indicators suggest is never shown as achieved.")]
    if found.illustrative:
        notes.append(ILLUSTRATIVE)
    return Table(
        name=f"savings-{found.fund}-{found.financial_year.label.replace('/', '-')}",
        title=f"Savings of {found.name}, {found.financial_year}{shown}{known}",
        about="What was proposed, achieved and is missing, by workstream and in total, in pounds.",
        columns=_COLUMNS,
        rows=[_cells(row) for row in (*found.rows, found.total)],
        made_at=made_at,
        notes=notes,
    )


def _cells(row: SavingsRow) -> Row:
    return (
        "Total" if row.workstream is None else row.workstream.replace("_", " ").capitalize(),
        row.schemes,
        row.proposed,
        row.achieved,
        row.banked,
        row.pressure,
        row.unachieved,
        row.percent_of_budget,
        row.mitigation,
        row.net_pressure,
    )

"""The table of a fund's budget, as a body and as a file."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import Field

from chassis.web.bodies import OutBody
from chassis.web.render.table import Column, Note, Row, Table, known_at
from contracts.money import Money, pounds
from services.finance.domain.budget import Budget
from services.finance.domain.budget_table import BudgetTable
from services.finance.schemas.fund_positions import PrintedDifferenceOut
from services.finance.schemas.funds import BudgetLineOut


class BudgetTotalOut(OutBody):
    """A column of the table: what its lines add up to, which is used, and what was printed."""

    column: str = Field(description="The column, such as `savings`", examples=["net_budget"])
    computed: Money = Field(description="What the lines add up to")
    printed: Money | None = Field(description="The printed total; null where none was printed")


class BudgetTableOut(OutBody):
    """The budget of a fund's year as a table: lines as approved, with what was moved to each since."""

    fund: str
    financial_year: str
    lines: list[BudgetLineOut] = Field(description="A row for each line, in the order of codes")
    vired: list[Money] = Field(description="What was moved to each of the lines since, in their order")
    totals: list[BudgetTotalOut] = Field(description="Each column added up, beside what was printed")
    differences: list[PrintedDifferenceOut] = Field(
        description="Every printed figure that is not what its parts add up to; nothing is mended"
    )
    adds_up: bool = Field(description="Whether every printed figure is what its parts add up to")
    quarter: Annotated[str | None, Field(description="Past quarter at whose end it is shown; null for now")]
    as_of: datetime | None

    @classmethod
    def of(cls, found: BudgetTable) -> Self:
        return cls(
            fund=found.fund,
            financial_year=found.financial_year.label,
            lines=[BudgetLineOut.of(line) for line in found.lines],
            vired=[pounds(budget.vired) for budget in found.budgets],
            totals=[
                BudgetTotalOut(column=column, computed=pounds(amount), printed=_printed(found.printed, column))
                for column, amount in found.totals.items()
            ],
            differences=[PrintedDifferenceOut.of(one) for one in found.differences],
            adds_up=not found.differences,
            quarter=None if found.as_at.quarter is None else found.as_at.quarter.label,
            as_of=found.as_at.as_of,
        )


def _printed(printed: Mapping[str, Decimal], column: str) -> Money | None:
    return pounds(printed[column]) if column in printed else None


_FIGURES: Final = (
    ("opening", "Opening budget (£)", "Net budget of the year before"),
    ("cost_increases", "Cost increases (£)", "What things cost more"),
    ("savings", "Savings (£)", "What the budget is reduced by; negative"),
    ("other_savings", "Other savings (£)", "What it is reduced by, or given back, beside that"),
    ("net_budget", "Net budget (£)", "As approved: the printed figure where there is one"),
    ("computed_net", "Added up (£)", "What the row adds up to"),
    ("vired", "Moved by virement (£)", "What was moved to the line since"),
    ("current", "Budget in force (£)", "Net budget with what was moved since"),
)
_COLUMNS: Final = (
    Column("code", "Line", "Code of the line, or which total it is"),
    Column("directorate", "Directorate", "As printed"),
    Column("department", "Department", "As printed"),
    Column("division", "Division", "As printed"),
    *(Column(name, title, about, is_number=True) for name, title, about in _FIGURES),
)


def budget_file(found: BudgetTable, made_at: datetime) -> Table:
    """A row for each line, their total, and the printed total where there is one."""
    as_at = found.as_at
    shown = "" if as_at.quarter is None else f" at the end of {as_at.quarter}"
    rows = [_line(line.budget, line.directorate, line.department, line.division) for line in found.lines]
    return Table(
        name=f"budget-{found.fund}-{found.financial_year.label.replace('/', '-')}",
        title=f"Budget of {found.name}, {found.financial_year}{shown}{known_at(as_at.as_of)}",
        about="The budget by line as approved, with what was moved since, in pounds.",
        columns=_COLUMNS,
        rows=[*rows, *_totals(found)],
        made_at=made_at,
        notes=list(_notes(found)),
    )


def _line(budget: Budget, *named: str) -> Row:
    return (budget.code, *named, *(getattr(budget, name) for name, _, _ in _FIGURES))


def _totals(found: BudgetTable) -> Iterable[Row]:
    """The total in use, and below it the printed one, which says nothing of what was not printed."""
    sums = {
        **found.totals,
        "computed_net": sum((budget.computed_net for budget in found.budgets), Decimal(0)),
        "vired": found.vired,
        "current": sum((budget.current for budget in found.budgets), Decimal(0)),
    }
    yield ("Total", None, None, None, *(sums[name] for name, _, _ in _FIGURES))
    if found.printed:
        yield ("Total as printed", None, None, None, *(found.printed.get(name) for name, _, _ in _FIGURES))


def _notes(found: BudgetTable) -> Iterable[Note]:
    for one in found.differences:
        yield Note(
            f"{one.where}, {one.column.replace('_', ' ')}: printed {one.printed}, its parts add up to {one.computed}."
        )
    if made_up := [line.code for line in found.lines if line.illustrative]:
        yield Note(f"Illustrative, in no printed table: {', '.join(made_up)}.")

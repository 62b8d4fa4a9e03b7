"""The Better Care Fund's quarterly return of today, as far as it is known.

The form of 2025/26 was not found. Its cells are what councils report of it in public: conditions, three metrics, what
is spent by source of money. Each says by what it is known; most are ``inferred``. Of 2026/27 only a planning framework
was found: that the form goes on is inferred too. Who signs is by the rules for plans of 2025/26: the chief executives
of the council and of the integrated care boards, which cannot be delegated, the section 151 officer, and the board.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from contracts.period import Period
from services.finance.domain.ledger import financial_year
from services.finance.domain.return_cells import (
    BOARD,
    QUARTERS,
    YES_NO,
    Basis,
    Cell,
    CellKind,
    Condition,
    Filled,
    Template,
    quarter_number,
)

VERSION: Final = "2025-26"
LARGEST: Final = Decimal(999_999_999)
"""What a cell of money takes here; no limit of the form is known, and a pool may be beyond that of 2016/17."""
COUNCIL: Final = "council_chief_executive"
CARE_BOARD: Final = "integrated_care_board_chief_executive"
SECTION_151: Final = "section_151_officer"
CONDITIONS: Final = (
    ("plans jointly agreed", Basis.FOUND),
    ("the objectives of the fund implemented", Basis.FOUND),
    ("conditions of grant and funding complied with, with the minimum of the NHS for adult social care", Basis.FOUND),
    ("oversight and support complied with", Basis.RECOLLECTED),
)
METRICS: Final = {
    "admissions": "emergency admissions of people of 65 and over per 100,000",
    "discharge_delay": "average length of discharge delay of acute adult patients",
    "residential": "long-term admissions of people of 65 and over to care homes per 100,000",
}
PROGRESS: Final = ("On track", "Not on track", "No data")
SOURCES: Final = {
    "nhs_minimum": "minimum contribution of the NHS",
    "la_grant": "Local Authority Better Care Fund grant",
    "dfg": "Disabled Facilities Grant",
    "nhs_additional": "additional contribution of the NHS",
    "la_additional": "additional contribution of the council",
}
_STATES: Final = {"planned": "planned", "to_date": "spent in the year to date", "forecast": "forecast of the year"}
_INFERRED: Final = Basis.INFERRED


def template_of_2025(quarter: Period, linked: Collection[str] = ()) -> Template | None:
    """The form of a quarter from 2025/26 on; null before. ``linked`` metrics are filled in from an indicator."""
    year = financial_year(quarter).label
    if year < "2025/26":
        return None
    cells = tuple(_cells(quarter, linked))
    if year != "2025/26":
        cells = tuple(replace(cell, basis=_INFERRED) for cell in cells)
    roles = (COUNCIL, CARE_BOARD, SECTION_151, BOARD)
    return Template(VERSION, quarter, cells, roles, not_delegated=(COUNCIL, CARE_BOARD), ceiling=LARGEST)


def _cells(quarter: Period, linked: Collection[str]) -> Iterator[Cell]:
    yield from _cover()
    yield from _conditions()
    yield from _metrics(linked)
    yield from _money()
    if quarter_number(quarter) == len(QUARTERS):
        yield from _year_end()


def _cover() -> Iterator[Cell]:
    for code, asks in (
        ("board", "Health and Wellbeing Board"),
        ("completed_by", "completed by"),
        ("contact", "contact"),
    ):
        yield Cell(f"cover.{code}", "1 Cover", asks, basis=_INFERRED)


def _conditions() -> Iterator[Cell]:
    sheet = "2 National conditions"
    asks = "is an agreement by section 75 signed?"
    yield Cell("pooling.section_75", sheet, asks, CellKind.CHOICE, YES_NO, Filled.SUITE, basis=_INFERRED)
    signed = Condition("pooling.section_75", ("Yes",))
    yield Cell("pooling.signed_on", sheet, "the day on which it was", CellKind.DATE, when=signed, basis=_INFERRED)
    for number, (words, basis) in enumerate(CONDITIONS, 1):
        code = f"conditions.{number}"
        yield Cell(f"{code}.met", sheet, f"met: {words}", CellKind.CHOICE, YES_NO, basis=basis)
        unmet = Condition(f"{code}.met", ("No",))
        yield Cell(f"{code}.why", sheet, "why not, and what is done about it", when=unmet, basis=_INFERRED)


def _metrics(linked: Collection[str]) -> Iterator[Cell]:
    sheet, basis = "3 Metrics", Basis.RECOLLECTED
    for code, words in METRICS.items():
        named, filled = f"metrics.{code}", Filled.SUITE if code in linked else Filled.INPUT
        yield Cell(f"{named}.plan", sheet, f"plan of {words}", CellKind.NUMBER, basis=basis)
        actual = f"actual of {words}"
        yield Cell(f"{named}.actual", sheet, actual, CellKind.NUMBER, filled=filled, required=False, basis=basis)
        yield Cell(f"{named}.progress", sheet, f"progress of {words}", CellKind.CHOICE, PROGRESS, basis=basis)
        behind = Condition(f"{named}.progress", ("Not on track",))
        yield Cell(f"{named}.reason", sheet, "why", when=behind, basis=_INFERRED)
        yield Cell(f"{named}.mitigation", sheet, "what is done about it", when=behind, basis=_INFERRED)


def _of_money(
    code: str, asks: str, filled: Filled = Filled.INPUT, adds: tuple[str, ...] = (), less: tuple[str, ...] = ()
) -> Cell:
    sheet, required = "4 Expenditure", filled is not Filled.SUITE
    return Cell(code, sheet, asks, CellKind.MONEY, (), filled, required, None, _INFERRED, adds, less)


def _money() -> Iterator[Cell]:
    """Planned, spent and forecast of each source, and added up, beside what the ledger says of the fund."""
    for source, words in SOURCES.items():
        for state, asks in _STATES.items():
            yield _of_money(f"money.{source}.{state}", f"{words}: {asks}")
        yield _difference(source, words)
        yield _comment(f"money.{source}.comment", f"{words}: comment on the difference")
    for state, asks in _STATES.items():
        parts = tuple(f"money.{source}.{state}" for source in SOURCES)
        yield _of_money(f"money.total.{state}", f"added up: {asks}", Filled.COMPUTED, adds=parts)
    yield _of_money("money.fund.planned", "budget of the pooled fund", Filled.SUITE)
    yield _of_money("money.fund.to_date", "spent of the pooled fund in the year to date", Filled.SUITE)
    yield _comment("money.total.comment", "comment on a difference of what is added up from the pooled fund")


def _difference(source: str, words: str) -> Cell:
    planned, forecast = f"money.{source}.planned", f"money.{source}.forecast"
    code, asks = f"money.{source}.variance", f"{words}: forecast less planned"
    return _of_money(code, asks, Filled.COMPUTED, adds=(forecast,), less=(planned,))


def _comment(code: str, asks: str) -> Cell:
    return Cell(code, "4 Expenditure", asks, required=False, basis=_INFERRED)


def _year_end() -> Iterator[Cell]:
    sheet = "5 Year-end"
    for source, words in SOURCES.items():
        for flow in ("income", "spent"):
            asks = f"{words}: {flow} of the year"
            yield Cell(f"year_end.{source}.{flow}", sheet, asks, CellKind.MONEY, basis=_INFERRED)
    for flow in ("income", "spent"):
        parts = tuple(f"year_end.{source}.{flow}" for source in SOURCES)
        code, asks = f"year_end.total.{flow}", f"added up: {flow} of the year"
        yield Cell(code, sheet, asks, CellKind.MONEY, filled=Filled.COMPUTED, basis=_INFERRED, adds=parts)
    for code in ("successes", "challenges"):
        yield Cell(f"year_end.{code}", sheet, code, basis=_INFERRED)

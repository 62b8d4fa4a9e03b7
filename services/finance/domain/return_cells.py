"""What a form of the Better Care Fund's return is made of: its cells, and by what each of them is known."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from contracts.period import Period

CEILING: Final = Decimal(100_000_000)
"""Every cell of a number takes 0 to this, by the guidance of 2015/16 and 2016/17."""
LONGEST: Final = 20_000
"""Characters of a text."""
BOARD: Final = "health_and_wellbeing_board"
YES_NO: Final = ("Yes", "No")
QUARTERS: Final = ("q1", "q2", "q3", "q4")


class Basis(StrEnum):
    """By what a cell and its rule are known."""

    FOUND = "found"
    CORROBORATED = "corroborated"
    RECOLLECTED = "recollected"
    INFERRED = "inferred"
    UNSOURCED = "unsourced"


class CellKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    MONEY = "money"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"


class Filled(StrEnum):
    """By whom a cell is filled: people, the suite from the fund, or the form from its other cells."""

    INPUT = "input"
    SUITE = "suite"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Condition:
    """A cell is required where another one has one of these values."""

    cell: str
    values: tuple[str, ...]

    def holds(self, value: str | None) -> bool:
        return value in self.values


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its sheet, what it asks and takes, when it is required, who fills it, and by what that is known.

    Of a sum ``adds`` are the cells that it adds, and ``less`` those that it takes away.
    """

    code: str
    sheet: str
    asks: str
    kind: CellKind = CellKind.TEXT
    choices: tuple[str, ...] = ()
    filled: Filled = Filled.INPUT
    required: bool = True
    when: Condition | None = None
    basis: Basis = Basis.RECOLLECTED
    adds: tuple[str, ...] = ()
    less: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A version of the form in a quarter, and the roles that sign it off, each for itself where it is not delegated.

    ``ceiling`` is the most that a cell of money takes, in pounds.
    """

    version: str
    quarter: Period
    cells: tuple[Cell, ...]
    signed_by: tuple[str, ...] = (BOARD,)
    not_delegated: tuple[str, ...] = ()
    ceiling: Decimal = CEILING


def quarter_number(quarter: Period) -> int:
    """1 to 4 within its financial year."""
    return (quarter.start.month - 4) % 12 // 3 + 1

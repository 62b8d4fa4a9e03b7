"""Rows of files of returns and of actions: what each says, what became of them, and what is wrong with a row."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from services.pledges.domain.actions import Action, ActionInput
from services.pledges.domain.returns import ReturnChanges

MOST_ROWS = 2000
"""Of a file: all are saved in one transaction."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row, and in which column; without one it is the whole row."""

    line: int
    column: str | None
    message: str

    @property
    def location(self) -> str:
        """``line 3, due``."""
        return f"line {self.line}, {self.column}" if self.column else f"line {self.line}"


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """What is written into a return; a column that the file does not have changes nothing."""

    line: int
    code: str
    changes: ReturnChanges


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action as a row has it. ``columns`` are those of the file: of an action that is there, others stay."""

    line: int
    code: str
    sent: ActionInput
    columns: AbstractSet[str]

    def applied_to(self, action: Action) -> Action:
        """The definition of an action that is there, with the columns of the file."""
        given = {name: getattr(self.sent.definition, name) for name in self.columns & _DEFINED}
        return replace(action, definition=replace(action.definition, **given))


_DEFINED = frozenset(
    {
        *("title", "priority", "kind", "due", "weight", "phase", "step", "confirmed", "source", "leads", "depends_on"),
        *("part_of", "partners", "printed_period", "due_basis", "figure", "figure_unit"),
    }
)


@dataclass(frozen=True, slots=True)
class Imported:
    """Codes by what became of each."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


def repeated(rows: Sequence[ReturnRow] | Sequence[ActionRow], column: str) -> list[RowFault]:
    """A fault for each row whose code stands on a line above it."""
    first: dict[str, int] = {}
    return [
        RowFault(row.line, column, f"{row.code} stands on line {first[row.code]} already")
        for row in rows
        if first.setdefault(row.code, row.line) != row.line
    ]


def in_order(rows: Sequence[ActionRow]) -> list[ActionRow]:
    """Rows after those that they name; in the order of the file where they name one another."""
    by_code: Mapping[str, ActionRow] = {row.code: row for row in rows}
    named = {row.code: _named_by(row) & by_code.keys() - {row.code} for row in rows}
    try:
        return [by_code[code] for code in TopologicalSorter(named).static_order()]
    except CycleError:
        return list(rows)


def _named_by(row: ActionRow) -> set[str]:
    definition = row.sent.definition
    return {*definition.depends_on, *([definition.part_of] if definition.part_of else [])}

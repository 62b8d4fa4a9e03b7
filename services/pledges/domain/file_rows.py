"""Rows of files of returns and of actions: what each says, what became of them, and what is wrong with a row."""

from collections.abc import Container, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from typing import Protocol

from services.pledges.domain.actions import (
    Action,
    ActionDefinition,
    ActionInput,
    naming_faults,
    part_faults,
    parts_of,
)
from services.pledges.domain.circles import ways_round
from services.pledges.domain.faults import Fault
from services.pledges.domain.returns import ReturnChanges
from services.pledges.domain.status import closing_fault

MOST_ROWS = 2000
"""Of a file: all are saved in one transaction."""
MOST_FAULTS = 100
"""That are named; how many there are is told all the same."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row, and in which column; without one it is the whole row.

    ``code`` is of what the row is, where it cannot be read but for that.
    """

    line: int
    column: str | None
    message: str
    code: str | None = None

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

    def applied_to(self, action: Action | None, today: date) -> Action:
        """The action with the columns of the file; as the row has it where there is none."""
        before = action or Action(self.code, self.sent.definition)
        named = self.columns & {field.name for field in fields(ActionDefinition)}
        given = {name: getattr(self.sent.definition, name) for name in named}
        progress = before.progress.moved(self.sent.delivery, self.sent.closed_on, today)
        return replace(before, definition=replace(before.definition, **given), progress=progress)


@dataclass(frozen=True, slots=True)
class Imported:
    """Codes by what became of each."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


class CodedRow(Protocol):
    """A row that is of something by its code."""

    @property
    def line(self) -> int: ...
    @property
    def code(self) -> str: ...


def repeated(rows: Sequence[CodedRow], column: str) -> list[RowFault]:
    """A fault for each row whose code stands on a line above it."""
    first: dict[str, int] = {}
    return [
        RowFault(row.line, column, f"{row.code} stands on line {first[row.code]} already")
        for row in rows
        if first.setdefault(row.code, row.line) != row.line
    ]


def first_spelt(codes: Iterable[str]) -> Mapping[str, str]:
    """By code in small letters, how it was written first."""
    found: dict[str, str] = {}
    for code in codes:
        found.setdefault(code.lower(), code)
    return found


@dataclass(frozen=True)
class ActionPlan:
    """All actions as they are once rows are saved.

    Args:
        before: all actions, by code.
        rows: of which the first of a code counts.
        unread: codes of rows that cannot be read: naming them is not wrong.
        priorities: codes of those that are there.
        today: the business date.
    """

    before: Mapping[str, Action]
    rows: Sequence[ActionRow]
    unread: AbstractSet[str]
    priorities: AbstractSet[str]
    today: date

    @cached_property
    def after(self) -> Mapping[str, Action]:
        rows = reversed(self.rows)
        return {**self.before, **{row.code: row.applied_to(self.before.get(row.code), self.today) for row in rows}}

    @property
    def changed(self) -> list[Action]:
        """Those that are new or otherwise than before, wholes before their parts."""
        found = [one for code, one in self.after.items() if one != self.before.get(code)]
        return sorted(found, key=lambda one: (one.definition.part_of is not None, one.code))

    def faults(self) -> list[RowFault]:
        """What is wrong with each row, as if all others were right."""
        wholes = parts_of(self.after)
        spelt = first_spelt([*self.before, *(row.code for row in self.rows)])
        return [RowFault(row.line, *fault) for row in self.rows for fault in self._faults_of(row, wholes, spelt)]

    def _faults_of(self, row: ActionRow, wholes: Container[str], spelt: Mapping[str, str]) -> Iterable[Fault]:
        action = row.applied_to(self.before.get(row.code), self.today)
        named = _without(action.definition, self.unread)
        yield from part_faults(row.code, named, self.after, wholes)
        yield from naming_faults(row.code, named, self.after, self.priorities)
        if fault := closing_fault(action.progress.delivery, row.sent.closed_on, self.today):
            yield "closed_on", fault
        if row.code not in self.before and spelt[row.code.lower()] != row.code:
            yield "code", "is taken"

    def circles(self) -> list[RowFault]:
        """A fault for each row that has an action wait for itself, by what it comes after or is a part of."""
        rows = [row for row in self.rows if self._is_moved(row.code)]
        ways = ways_round(self.after, [row.code for row in rows], MOST_FAULTS)
        return [
            RowFault(row.line, "depends_on", " waits for ".join(ways[row.code])) for row in rows if row.code in ways
        ]

    def _is_moved(self, code: str) -> bool:
        before, after = self.before.get(code), self.after[code].definition
        was = before and (before.definition.depends_on, before.definition.part_of)
        return was != (after.depends_on, after.part_of)


def _without(definition: ActionDefinition, codes: AbstractSet[str]) -> ActionDefinition:
    """A definition that does not name these."""
    depends_on = tuple(one for one in definition.depends_on if one not in codes)
    return replace(
        definition, depends_on=depends_on, part_of=None if definition.part_of in codes else definition.part_of
    )

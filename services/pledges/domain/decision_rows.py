"""Rows of files of decisions: what each asks for, and what is wrong with it beside all others."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property

from services.pledges.domain.board_decisions import BoardDecision, DecisionAsked
from services.pledges.domain.circles import circles, circular
from services.pledges.domain.faults import Fault
from services.pledges.domain.file_rows import MOST_FAULTS, RowFault, first_spelt
from services.pledges.domain.governance import RecordKind
from services.pledges.domain.record_names import Named, unknown


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What a row asks for. ``columns`` are those of the file: of a decision that is there, others stay."""

    line: int
    code: str
    asked: DecisionAsked
    columns: AbstractSet[str]

    def applied_to(self, before: BoardDecision | None) -> BoardDecision:
        """The decision with the columns of the file. How it was taken stays, with what was asked then."""
        if before is None:
            return BoardDecision(self.code, self.asked)
        given = {name: getattr(self.asked, name) for name in self.columns if name != "code"}
        return replace(before, asked=replace(before.asked, **given))

    def named(self) -> Iterator[Named]:
        """The records that it names, but other decisions."""
        for field, kind, code in (
            ("report", RecordKind.REPORT, self.asked.report),
            ("board", RecordKind.BOARD, self.asked.board),
        ):
            if code:
                yield field, kind, code


@dataclass(frozen=True)
class DecisionPlan:
    """All decisions as they are once rows are saved.

    Args:
        before: all decisions, by code.
        rows: of which the first of a code counts.
        unread: codes of rows that cannot be read: naming them is not wrong.
        there: the records that rows name, and that are there.
        actions: the same of actions.
    """

    before: Mapping[str, BoardDecision]
    rows: Sequence[DecisionRow]
    unread: AbstractSet[str]
    there: AbstractSet[tuple[RecordKind, str]]
    actions: AbstractSet[str]

    @cached_property
    def after(self) -> Mapping[str, BoardDecision]:
        rows = reversed(self.rows)
        return {**self.before, **{row.code: row.applied_to(self.before.get(row.code)) for row in rows}}

    @property
    def changed(self) -> list[BoardDecision]:
        """Those that are new or otherwise than before, by code."""
        return [self.after[code] for code in sorted(self.after) if self.after[code] != self.before.get(code)]

    def faults(self) -> list[RowFault]:
        """What is wrong with each row, as if all others were right."""
        spelt = first_spelt([*self.before, *(row.code for row in self.rows)])
        taken = [row for row in self.rows if spelt[row.code.lower()] != row.code and row.code not in self.before]
        found = [RowFault(row.line, *fault) for row in self.rows for fault in self._faults_of(row)]
        return found + [RowFault(row.line, "code", "is taken") for row in taken]

    def _faults_of(self, row: DecisionRow) -> Iterator[Fault]:
        yield from unknown(row.named(), self.there)
        for code in row.asked.depends_on:
            if code not in self.after and code not in self.unread:
                yield "depends_on", f"there is no decision {code}"
        for code in row.asked.actions:
            if code not in self.actions:
                yield "actions", f"there is no action {code}"

    def circles(self) -> list[RowFault]:
        """A fault for each row that has a decision depend on itself; of the first, the whole way is named."""
        graph = circles({code: one.asked.depends_on for code, one in self.after.items()})
        rows = [row for row in self.rows if row.code in graph and self._is_moved(row.code)]
        return [RowFault(row.line, "depends_on", self._way(graph, row.code, n)) for n, row in enumerate(rows)]

    def _is_moved(self, code: str) -> bool:
        before = self.before.get(code)
        return before is None or before.asked.depends_on != self.after[code].asked.depends_on

    def _way(self, graph: Mapping[str, Sequence[str]], code: str, number: int) -> str:
        return " depends on ".join(circular(graph, code) if number < MOST_FAULTS else [code, code])

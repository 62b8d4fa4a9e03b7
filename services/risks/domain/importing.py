"""Rows of a file that are to become the register: what each says, what became of it, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.risks.domain.rating import Status
from services.risks.domain.records import Judgement
from services.risks.domain.register import NewRisk, Risk

MOST_ROWS = 2000
"""Of a file: all are saved in one transaction."""


DECIDED = frozenset({Status.CLOSED, Status.ACCEPTED})
"""What a risk becomes by a decision with a reason, and by no row of a file."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A risk as a row has it. ``described``: those fields of the description that the file has a column for.

    ``given``: columns that the row has something in; what ``new`` has of others is what a risk has that is entered.
    """

    line: int
    new: NewRisk
    described: Mapping[str, Any]
    given: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row, and in which column; without one it is the whole row."""

    line: int
    column: str | None
    message: str

    @property
    def location(self) -> str:
        """``line 3, target_impact``."""
        return f"line {self.line}, {self.column}" if self.column else f"line {self.line}"


class Outcome(StrEnum):
    ENTERED = "entered"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Imported:
    """References by what became of the risk."""

    by_outcome: Mapping[Outcome, Sequence[str]]


def entry_faults(row: RegisterRow) -> list[RowFault]:
    """What keeps a row from entering a risk that is not there."""
    new, faults = row.new, []
    if new.status in DECIDED:
        faults.append(RowFault(row.line, "status", f"a risk is entered before it is {new.status}"))
    if new.legacy_band is not None and new.judgement is not None:
        faults.append(RowFault(row.line, "legacy_band", "a risk has a legacy band or an assessment, not both"))
    return faults


def change_faults(row: RegisterRow, risk: Risk) -> list[RowFault]:
    """What keeps a row from changing the risk that is there: it says otherwise what is for good, or another's to do."""
    new = row.new
    fixed = (
        ("register", new.register, risk.register),
        ("kind", new.kind, risk.kind),
        ("matrix", new.matrix, risk.matrix.name),
        ("legacy_band", new.legacy_band, risk.legacy_band),
    )
    faults = [
        RowFault(row.line, name, f"is {there} and stays so")
        for name, sent, there in fixed
        if name in row.given and sent != there
    ]
    if "status" in row.given and new.status is not risk.status and DECIDED & {new.status, risk.status}:
        message = f"is {risk.status}; closing, reopening and accepting are decisions of their own"
        faults.append(RowFault(row.line, "status", message))
    return faults


def judged_anew(row: RegisterRow, risk: Risk) -> Judgement | None:
    """The judgement of a row where the risk is assessed otherwise; what it was before is the risk's own to say."""
    judged = row.new.judgement
    return None if judged is None or judged.rating == risk.assessed else Judgement(judged.rating, judged.reason)


def is_judging(row: RegisterRow, risk: Risk | None) -> bool:
    """Whether a row assesses the risk that is there, or the one that it enters."""
    return (row.new.judgement if risk is None else judged_anew(row, risk)) is not None


_COLUMN_PREFIXES = {"assessment": "assessed", "inherent": "inherent", "target": "target"}


def column_of(location: Sequence[str]) -> str | None:
    """The column of a field of a risk: ``assessment.impact`` is ``assessed_impact``, an item of a list is the list."""
    if not location:
        return None
    first, *rest = location
    if first not in _COLUMN_PREFIXES:
        return first
    prefix = _COLUMN_PREFIXES[first]
    if not rest:
        return f"{prefix}_impact"
    return rest[0] if rest[0].startswith("previous_") else f"{prefix}_{rest[0]}"

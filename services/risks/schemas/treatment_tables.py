"""Controls, assurances and actions as tables of files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.web.render.table import Cell, Column, Note, Table
from services.risks.domain.treatment import ActionRecord, Aspect, AssuranceRecord, ControlRecord, Kind, RecordView

_REF = Column("ref", "Reference", "Reference of the record")
_OWNER = Column("owner", "Owner", "Who answers for it")
_END = (
    Column("risks", "Risks", "References of the risks that it is for, one a line"),
    Column("flags", "To be known", "What is wrong with it, one a line"),
)
_TESTED = (
    ("result", "result of the newest test"),
    ("tested_on", "day of the newest test"),
    ("tested_by", "who made the newest test"),
)
_TESTS = tuple(
    Column(f"{aspect.value}_{name}", f"{aspect.value.title()}: {words}", f"Of its {aspect.value}: {words}")
    for aspect in Aspect
    for name, words in _TESTED
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How records of a kind are shown: fields of them by name, and what stands before the risks."""

    name: str
    title: str
    columns: Sequence[Column]
    note: str


_SHAPES: Mapping[Kind, _Shape] = {
    ControlRecord: _Shape(
        "controls",
        "Controls",
        (
            Column("title", "Control", "What it is"),
            _OWNER,
            Column("design", "Design", "How it keeps the risks down"),
            Column("state", "State", "Planned, in place, or retired"),
            Column("test_every", "Tested every (months)", "Months within which it is to be tested", is_number=True),
        ),
        "Flags are raised of controls in place only.",
    ),
    AssuranceRecord: _Shape(
        "assurances",
        "Assurances",
        (
            Column("source", "Source", "Who gives it"),
            Column("line", "Line of defence", "1 management, 2 oversight, 3 independent", is_number=True),
            Column("opinion", "Opinion", "What they found"),
            Column("given_on", "Given on", "Day on which it was given"),
        ),
        "An assurance is stale a year after it was given.",
    ),
    ActionRecord: _Shape(
        "actions",
        "Actions about risks",
        (
            Column("title", "Action", "What is to be done"),
            _OWNER,
            Column("due", "Due", "Day by which it is to be done"),
            Column("effect", "Expected effect", "What it is expected to do"),
            Column("impact_steps", "Steps of impact", "Steps down that it is expected to bring", is_number=True),
            Column(
                "likelihood_steps", "Steps of likelihood", "Steps down that it is expected to bring", is_number=True
            ),
            Column("state", "State", "Open, done, or cancelled"),
            Column("closed_on", "Closed on", "Day on which it was done or cancelled"),
        ),
        "An action is overdue while it is open after its day.",
    ),
}


def records_table(kind: Kind, views: Sequence[RecordView], made_at: datetime) -> Table:
    """Records of a kind, by reference."""
    shape = _SHAPES[kind]
    tests = _TESTS if kind is ControlRecord else ()
    return Table(
        name=shape.name,
        title=shape.title,
        about=f"{shape.title} by reference, as they stand now, with the risks that each is for.",
        columns=(_REF, *shape.columns, *tests, *_END),
        rows=[
            (view.record.ref, *_described(shape, view), *(_tested(view) if tests else ()), *_ends(view))
            for view in views
        ],
        made_at=made_at,
        notes=(Note(shape.note, ("flags",)),),
    )


def _described(shape: _Shape, view: RecordView) -> list[Cell]:
    return [getattr(view.record.content, column.name) for column in shape.columns]


def _tested(view: RecordView) -> list[Cell]:
    tests = [view.record.tests.get(aspect) for aspect in Aspect]
    return [getattr(test, name) if test else None for test in tests for name, _ in _TESTED]


def _ends(view: RecordView) -> list[Cell]:
    return ["\n".join(view.record.risks) or None, "\n".join(view.flags) or None]

"""Rows of files of actions: what they change, what is wrong with them beside all others, and what repeats."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from services.pledges.domain.actions import (
    Action,
    ActionDefinition,
    ActionInput,
    ActionKind,
    naming_faults,
    part_faults,
    parts_of,
    plan_order,
)
from services.pledges.domain.dependencies import Dependency, DependencyDefinition, DependencyKind, DependencyState
from services.pledges.domain.file_rows import ActionPlan, ActionRow, RowFault, first_spelt, repeated
from services.pledges.domain.status import Delivery, Progress

TODAY: Final = date(2018, 2, 28)
DUE: Final = date(2018, 6, 30)
A1: Final = Action("a1", ActionDefinition("Open", priority="p1", due=DUE))


def row(line: int, code: str, *columns: str, delivery: Any = None, closed_on: Any = None, **said: Any) -> ActionRow:
    definition = ActionDefinition(**{"title": f"Title {line}", "priority": "p1", **said})
    sent = ActionInput(definition, delivery=delivery, closed_on=closed_on)
    return ActionRow(line, code, sent, frozenset({"code", "title", *columns}))


def plan(*rows: ActionRow, unread: frozenset[str] = frozenset(), **before: Action) -> ActionPlan:
    return ActionPlan({"a1": A1, **before}, rows, unread, frozenset({"p1"}), TODAY)


def told(faults: list[RowFault]) -> list[tuple[int, str | None, str]]:
    return [(each.line, each.column, each.message) for each in faults]


def test_a_row_changes_the_columns_of_its_file() -> None:
    changed = row(2, "a1", "delivery", delivery=Delivery.DELIVERED).applied_to(A1, TODAY)
    assert changed == replace(
        A1, definition=replace(A1.definition, title="Title 2"), progress=Progress(Delivery.DELIVERED, TODAY)
    )
    new = row(2, "a2", delivery=None, due=DUE, step=3).applied_to(None, TODAY)
    assert new == Action("a2", ActionDefinition("Title 2", priority="p1", due=DUE, step=3))


def test_what_changes_is_told_wholes_first_and_the_first_of_a_code_counts() -> None:
    found = plan(row(2, "a0", "part_of", part_of="a2"), row(3, "a2"), row(4, "a2"), row(5, "a1", title="Open"))
    assert [(one.code, one.definition.title) for one in found.changed] == [("a2", "Title 3"), ("a0", "Title 2")]


def test_what_is_wrong_with_rows() -> None:
    rows = [
        row(2, "a2", "part_of", part_of="gone", depends_on=("a1", "lost", "unread", "a2")),
        row(3, "a3", priority="p9"),
        row(4, "a4", closed_on=TODAY),
        row(5, "a5", delivery=Delivery.DELIVERED, closed_on=DUE),
        row(6, "A1"),
        row(7, "a6", part_of="unread"),
        row(8, "a7", part_of="a1"),
    ]
    assert told(plan(*rows, unread=frozenset({"unread"})).faults()) == [
        (2, "part_of", "there is no action gone"),
        (2, "depends_on", "there is no action lost"),
        (3, "priority", "there is no priority p9"),
        (4, "closed_on", "work that is not_started has no closing day"),
        (5, "closed_on", "is after the business date 2018-02-28"),
        (6, "code", "is taken"),
    ]


def test_parts_have_one_level_and_the_priority_of_their_whole() -> None:
    part = Action("a2", ActionDefinition("Part", priority="p1", part_of="a1"))
    actions = {"a1": A1, "a2": part, "a3": Action("a3", ActionDefinition("Other"))}
    wholes, one = parts_of(actions), ActionDefinition("New", priority="p1")
    assert wholes == {"a1": {"a2"}}
    assert part_faults("n", one, actions, wholes) == []
    assert part_faults("n", replace(one, part_of="a1"), actions, wholes) == []
    for code, of in (("a1", "a1"), ("n", "a2"), ("a1", "a3")):
        assert part_faults(code, replace(one, part_of=of), actions, wholes) == [
            ("part_of", "a part has no parts of its own")
        ]
    assert part_faults("n", replace(one, part_of="a3"), actions, wholes) == [
        ("part_of", "is of another priority than a3")
    ]
    assert part_faults("n", replace(one, part_of="a9"), actions, wholes) == [("part_of", "there is no action a9")]
    assert naming_faults("n", ActionDefinition("New", depends_on=("n",)), actions, ()) == []


def test_rows_that_have_an_action_wait_for_itself_are_told_the_way() -> None:
    moved = [
        row(2, "a2", "depends_on", depends_on=("a1",)),
        row(3, "a1", "depends_on", depends_on=("a2",)),
        row(4, "a3"),
    ]
    assert told(plan(*moved).circles()) == [
        (2, "depends_on", "a2 waits for a1 waits for a2"),
        (3, "depends_on", "a1 waits for a2 waits for a1"),
    ]
    stays = plan(*moved).after
    assert plan(*moved, **stays).circles() == []
    assert told(plan(moved[0], row(3, "a1"), **stays).circles()) == []
    assert plan(row(2, "a2", "part_of", part_of="a2")).circles() != []


def test_a_code_stands_once_in_a_file() -> None:
    rows = [row(2, "a1"), row(3, "a2"), row(4, "a1"), row(5, "a1")]
    assert told(repeated(rows, "code")) == [
        (4, "code", "a1 stands on line 2 already"),
        (5, "code", "a1 stands on line 2 already"),
    ]
    assert first_spelt(["Ab", "aB", "c"]) == {"ab": "Ab", "c": "c"}


def test_a_fault_is_located_by_line_and_column() -> None:
    assert RowFault(3, "due", "is no day").location == "line 3, due"
    assert RowFault(3, None, "is empty").location == "line 3"


def test_changes_name_what_changes() -> None:
    changed = A1.changed({"due": None, "confirmed": True}, Progress(Delivery.IN_PROGRESS))
    definition = replace(A1.definition, due=None, confirmed=True)
    assert changed == replace(A1, definition=definition, progress=Progress(Delivery.IN_PROGRESS))
    noted = A1.changed({"weight": 2, "notes": ("note",)}, A1.progress)  # type: ignore[typeddict-item]  # any value
    assert (noted.definition.weight, noted.definition.notes, noted.definition.due) == (2, ("note",), DUE)


def test_an_action_stands_by_itself_or_is_a_part_and_steps_come_first() -> None:
    step = ActionDefinition("Step", kind=ActionKind.WORKFORCE_STEP, step=2)
    wholes = [Action("a", one).whole for one in (A1.definition, step, replace(step, part_of="a1"))]
    assert wholes == [None, "workforce plan", "a1"]
    actions = [A1, Action("s2", step), Action("s1", replace(step, step=1)), Action("a0", ActionDefinition("None"))]
    assert [one.code for one in sorted(actions, key=plan_order)] == ["s1", "s2", "a0", "a1"]


def test_a_dependency_is_changed_in_what_is_named() -> None:
    before = Dependency("x", DependencyDefinition("Grant", DependencyKind.RESOURCE, partners=("NHS",), needed_by=DUE))
    assert before.changed({}) == before
    met = before.changed({"state": DependencyState.MET, "needed_by": None, "partners": ()})
    assert met == Dependency("x", replace(before.definition, needed_by=None, partners=()), DependencyState.MET)

"""Actions: must-dos, hub sites, steps and stages, and what they wait for."""

from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypedDict

from contracts.notes import SourceNote
from services.pledges.domain.faults import Fault
from services.pledges.domain.indicators import SeriesKey
from services.pledges.domain.status import NOT_STARTED, Delivery, Progress, Schedule

WORKFORCE_PLAN = "workforce plan"
"""What the steps of a workforce plan are parts of, where no action stands for the plan; no code has a space."""


class ActionKind(StrEnum):
    MUST_DO = "must_do"
    HUB = "hub"
    WORKFORCE_STEP = "workforce_step"
    STAGE = "stage"
    COMMITMENT = "commitment"
    ROADMAP = "roadmap"
    ELEMENT = "element"


@dataclass(frozen=True, slots=True)
class ActionDefinition:
    """What an action is. ``weight`` None counts as 1; ``confirmed`` is None for anything but a site.

    ``part_of`` names the action that this one is a milestone of.
    """

    title: str
    priority: str | None = None
    kind: ActionKind = ActionKind.MUST_DO
    due: date | None = None
    weight: Decimal | None = None
    phase: int | None = None
    step: int | None = None
    confirmed: bool | None = None
    source: str | None = None
    leads: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    part_of: str | None = None
    notes: tuple[SourceNote, ...] = ()
    partners: tuple[str, ...] = ()
    printed_period: str | None = None
    """When it is to be done, as the source prints it; ``due_basis`` says how the due day was read from that."""
    due_basis: str | None = None
    figure: str | None = None
    """What is promised in numbers, with its unit: ``350`` and ``places``."""
    figure_unit: str | None = None


@dataclass(frozen=True, slots=True)
class ActionInput:
    """An action as it is put: its definition, its links, and progress where that is said."""

    definition: ActionDefinition
    links: frozenset[SeriesKey] = frozenset()
    delivery: Delivery | None = None
    closed_on: date | None = None


class ActionChanges(TypedDict, total=False):
    """What a change names; what is left out stays."""

    delivery: Delivery
    closed_on: date | None
    due: date | None
    weight: Decimal | None
    confirmed: bool | None
    notes: tuple[SourceNote, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class PublishedAction:
    """What the newest event of an action carries. Blockers are ``action/<code>`` or ``dependency/<code>``."""

    title: str
    priority: str | None
    kind: str
    part_of: str | None
    due: date | None
    delivery: Delivery
    closed_on: date | None
    schedule: Schedule
    depends_on: tuple[str, ...]
    blocked_by: tuple[str, ...]
    blocked_at: tuple[str, ...]
    needed_by: date | None


@dataclass(frozen=True, slots=True)
class Action:
    """An action as it is now. ``version`` counts its events; ``published`` None: there was none yet."""

    code: str
    definition: ActionDefinition
    progress: Progress = NOT_STARTED
    version: int = 0
    published: PublishedAction | None = None

    def changed(self, changes: ActionChanges, progress: Progress) -> "Action":
        """With everything that ``changes`` names, but for delivery and closing day, which are in ``progress``."""
        definition = replace(
            self.definition,
            due=changes.get("due", self.definition.due),
            weight=changes.get("weight", self.definition.weight),
            confirmed=changes.get("confirmed", self.definition.confirmed),
            notes=changes.get("notes", self.definition.notes),
        )
        return replace(self, definition=definition, progress=progress)

    def schedule(self, today: date) -> Schedule:
        return self.progress.schedule(self.definition.due, today)

    @property
    def whole(self) -> str | None:
        """What this action is a part of, None where it stands by itself. Steps make one plan of their priority."""
        if self.definition.part_of is None and self.definition.kind is ActionKind.WORKFORCE_STEP:
            return WORKFORCE_PLAN
        return self.definition.part_of


class ActionOrder(StrEnum):
    """What actions can be ordered by: their codes, due dates, or how pressing the schedule is, overdue first."""

    CODE = "code"
    DUE = "due"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class ActionFilter:
    priority: str | None = None
    kind: ActionKind | None = None
    phase: int | None = None
    delivery: Delivery | None = None
    schedule: Schedule | None = None
    part_of: str | None = None
    blocked: bool | None = None


def plan_order(action: Action) -> tuple[bool, int, str]:
    """The order of a priority's actions: numbered steps first, by number, then by code."""
    step = action.definition.step
    return step is None, step or 0, action.code


def parts_of(actions: Mapping[str, Action]) -> Mapping[str, set[str]]:
    """By action, its parts; those without any are named by none."""
    found = defaultdict[str, set[str]](set)
    for code, one in actions.items():
        if one.definition.part_of is not None:
            found[one.definition.part_of].add(code)
    return found


def comes_before(actions: Mapping[str, Action]) -> dict[str, set[str]]:
    """By action, those that it comes after: its own, and those of what it is a part of.

    A part comes neither after its whole nor, because its whole does, after other parts of that.
    """
    parts, found = parts_of(actions), dict[str, set[str]]()
    for code, one in actions.items():
        own, whole = set(one.definition.depends_on), actions.get(one.definition.part_of or "")
        found[code] = own if whole is None else _with_those_of(whole, own, parts[whole.code])
    return found


def _with_those_of(whole: Action, own: set[str], parts: set[str]) -> set[str]:
    return (own | (set(whole.definition.depends_on) - parts)) - {whole.code}


def part_faults(
    code: str, definition: ActionDefinition, actions: Mapping[str, Action], wholes: Container[str]
) -> list[Fault]:
    """What is wrong with what it is a part of: parts have one level, and the priority of their action.

    ``wholes``: codes of those that have parts.
    """
    whole, named = actions.get(definition.part_of or ""), definition.part_of
    if named is None:
        return []
    if whole is None:
        return [("part_of", f"there is no action {named}")]
    if named == code or whole.definition.part_of or code in wholes:
        return [("part_of", "a part has no parts of its own")]
    if whole.definition.priority != definition.priority:
        return [("part_of", f"is of another priority than {named}")]
    return []


def naming_faults(
    code: str, definition: ActionDefinition, actions: Container[str], priorities: Container[str]
) -> list[Fault]:
    """The priority and the actions that it names and that are not there."""
    faults = []
    if definition.priority and definition.priority not in priorities:
        faults.append(("priority", f"there is no priority {definition.priority}"))
    unknown = [one for one in definition.depends_on if one not in actions and one != code]
    return faults + [("depends_on", f"there is no action {one}") for one in unknown]

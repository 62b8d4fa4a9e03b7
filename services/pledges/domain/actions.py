"""Actions: must-dos, hub sites, steps and stages, and what they wait for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypedDict

from contracts.notes import SourceNote
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


def way_round(actions: Mapping[str, Action], code: str) -> list[str]:
    """The way from an action, or a part of it, back to itself, both ends named; empty where there is none."""
    return ways_round(actions, [code]).get(code, [])


def ways_round(actions: Mapping[str, Action], codes: Iterable[str]) -> Mapping[str, list[str]]:
    """The same of those of several actions that have one, each by its code."""
    graph, parts = waiting(actions), parts_of(actions)
    found = {}
    for code in codes:
        ways = (circular(graph, start) for start in [code, *sorted(parts.get(code, ()))])
        if way := next((way for way in ways if way), None):
            found[code] = way
    return found


def waiting(actions: Mapping[str, Action]) -> Mapping[str, Sequence[str]]:
    """By action, those that it waits for; a whole waits for its parts."""
    before, parts = comes_before(actions), parts_of(actions)
    return {
        each: sorted(before[each] | set(one.definition.depends_on) | parts.get(each, set()))
        for each, one in actions.items()
    }


def circular(depends_on: Mapping[str, Iterable[str]], start: str) -> list[str]:
    """The way from ``start`` through its dependencies back to itself, both ends named; empty where there is none."""
    ways, seen = [[start]], set[str]()
    for way in ways:  # grows while it is walked: breadth first
        for needed in depends_on.get(way[-1], ()):
            if needed == start:
                return [*way, start]
            if needed not in seen:
                seen.add(needed)
                ways.append([*way, needed])
    return []

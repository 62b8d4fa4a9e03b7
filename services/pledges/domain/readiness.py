"""Whether actions can go on: what blocks them, where a chain of blocked ones begins, and by when they are needed.

An open action is blocked by every action it comes after (:func:`comes_before`) that is not delivered, and by every
dependency of its own, of its whole, of its priority or of all that blocks (:meth:`Dependency.blocks`). Closed actions
are not blocked. An action is needed by the earliest of its own due day and the days by which those that come after it,
or of which it is a part, are needed.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.pledges.domain.actions import Action, comes_before, parts_of
from services.pledges.domain.dependencies import Dependency
from services.pledges.domain.status import Delivery


class BlockerKind(StrEnum):
    ACTION = "action"
    DEPENDENCY = "dependency"


@dataclass(frozen=True, slots=True, order=True)
class Blocker:
    """An action or a dependency that keeps an action from going on."""

    kind: BlockerKind
    code: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """``blocked_at``: where the chains behind ``blocked_by`` begin, that is what blocks and is not blocked itself.

    ``needed_for`` names the action whose day ``needed_by`` is; None where it is the action's own due day.
    """

    blocked_by: tuple[Blocker, ...] = ()
    blocked_at: tuple[Blocker, ...] = ()
    needed_by: date | None = None
    needed_for: str | None = None

    @property
    def is_blocked(self) -> bool:
        return bool(self.blocked_by)


READY = Readiness()


class ActionGraph:
    """All actions by their codes, and what they wait for, on the business date ``today``."""

    def __init__(self, actions: Sequence[Action], dependencies: Iterable[Dependency], today: date) -> None:
        self.today = today
        self.actions = {one.code: one for one in actions}
        self._before = comes_before(self.actions)
        self._blocking = [one for one in dependencies if one.blocks(today)]
        self._blocked_by = {one.code: self._direct(one) for one in actions}
        self._needed = _needed(self.actions, self._before)

    @property
    def blocked(self) -> set[str]:
        """Codes of the actions that are blocked."""
        return {code for code, blockers in self._blocked_by.items() if blockers}

    def readiness(self, code: str) -> Readiness:
        """Of an action of the graph."""
        blocked_by = self._blocked_by[code]
        return Readiness(blocked_by, self._roots(blocked_by), *self._needed.get(code, (None, None)))

    def _direct(self, action: Action) -> tuple[Blocker, ...]:
        if action.progress.delivery.is_closed:
            return ()
        of = {action.code, action.definition.part_of}
        found = {Blocker(BlockerKind.ACTION, code) for code in self._before[action.code] if self._is_awaited(code)}
        found |= {Blocker(BlockerKind.DEPENDENCY, one.code) for one in self._blocking if _concerns(one, action, of)}
        return tuple(sorted(found))

    def _is_awaited(self, code: str) -> bool:
        found = self.actions.get(code)
        return found is not None and found.progress.delivery is not Delivery.DELIVERED

    def _roots(self, blocked_by: Sequence[Blocker]) -> tuple[Blocker, ...]:
        """Where chains begin; of actions that block one another, as older databases may have them, the nearest."""
        found, seen, ahead = set[Blocker](), set(blocked_by), list(blocked_by)
        while ahead:
            blocker = ahead.pop()
            behind = self._blocked_by.get(blocker.code, ()) if blocker.kind is BlockerKind.ACTION else ()
            if not behind:
                found.add(blocker)
            ahead += [one for one in behind if one not in seen]
            seen |= set(behind)
        return tuple(sorted(found or blocked_by))


def _concerns(dependency: Dependency, action: Action, codes: set[str | None]) -> bool:
    definition, priority = dependency.definition, action.definition.priority
    if definition.action is not None:
        return definition.action in codes
    return priority is not None and definition.priority in {None, priority}


def _needed(actions: Mapping[str, Action], comes_after: Mapping[str, set[str]]) -> dict[str, tuple[date, str | None]]:
    """By when each open action is needed, and for which other one; the earliest days first, each settled once."""
    found: dict[str, tuple[date, str | None]] = {}
    before = _before(actions, comes_after)
    ahead = [
        (one.definition.due, one.code, "")
        for one in actions.values()
        if one.definition.due and not one.progress.delivery.is_closed
    ]
    heapq.heapify(ahead)
    while ahead:
        day, code, needed_for = heapq.heappop(ahead)
        if code in found:
            continue
        found[code] = (day, needed_for or None)
        for each in before.get(code, ()):
            heapq.heappush(ahead, (day, each, needed_for or code))
    return found


def _before(actions: Mapping[str, Action], comes_after: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """By open action, the open ones that have to be delivered for it: those it comes after, and its parts."""
    opened = {code: one for code, one in actions.items() if not one.progress.delivery.is_closed}
    parts = parts_of(opened)
    return {code: (comes_after[code] | parts.get(code, set())) & opened.keys() for code in opened}

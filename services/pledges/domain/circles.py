"""What waits for itself: found in one walk over all that waits for something."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf

from services.pledges.domain.actions import Action, parts_of

Graph = Mapping[str, Sequence[str]]
"""By code, those that it waits for."""


def way_round(actions: Mapping[str, Action], code: str) -> list[str]:
    """The way from an action, or from a part of it through what it comes after, back again, both ends named.

    Empty where there is none.
    """
    return _way_round(_waiting(actions), code)


def ways_round(actions: Mapping[str, Action], codes: Iterable[str], most: int) -> Mapping[str, list[str]]:
    """The same of those of several actions that have one, each by its code.

    The ways of the first ``most`` are looked for; of the others only both ends are named.
    """
    graph = circles(_waiting(actions))
    found: dict[str, list[str]] = {}
    for code in codes:
        if code in graph or _start_of(code) in graph:
            found[code] = _way_round(graph, code) if len(found) < most else [code, code]
    return found


def _way_round(graph: Graph, code: str) -> list[str]:
    through = _start_of(code)
    if way := circular(graph, code) or circular(graph, through):
        once = [one for one in way[:-1] if not one.endswith(_START)]
        first = once if way[0] != through else [once[-1], *once[:-1]]
        return [*first, first[0]]
    return []


_START = " is begun"
"""What ends the name of the start of a whole, which its parts wait for, and which waits for what the whole comes after;
no code has a space."""


def _start_of(code: str) -> str:
    return code + _START


def _waiting(actions: Mapping[str, Action]) -> Graph:
    """What actions wait for: a whole for its parts, a part for the start of its whole."""
    parts, found = parts_of(actions), dict[str, Sequence[str]]()
    for code, one in actions.items():
        before, whole = one.definition.depends_on, one.definition.part_of
        own = parts.get(code, set())
        found[code] = sorted({*before, *own, *([_start_of(whole)] if whole and whole in actions else [])})
        if own:
            found[_start_of(code)] = [each for each in before if each not in own and each != code]
    return found


def circles(graph: Graph) -> Graph:
    """Those that are on circles, and what they wait for of those on the same ones.

    Each that waits for something, and each that it waits for, is looked at a fixed number of times.
    """
    walk, found = _Walk(graph), dict[str, list[str]]()
    for start in graph:
        for tied in walk.tied_from(start):
            on_circle = {code: [each for each in graph.get(code, ()) if each in tied] for code in tied}
            found |= {code: within for code, within in on_circle.items() if within}
    return found


class _Walk:
    """One walk in depth over a graph, which sees each code once (Tarjan 1972, strongly connected components)."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._met: dict[str, int] = {}
        """By code, as how manyeth it was met."""
        self._earliest: dict[str, float] = {}
        """By code, the earliest one known to be reached from it; later than all once those it is tied to are told."""
        self._untold: list[str] = []

    def tied_from(self, start: str) -> Iterator[set[str]]:
        """Those that all wait for one another, together, of what the start waits for; what was met before is not."""
        trail = [] if start in self._met else [self._enter(start)]
        while trail:
            code, ahead = trail[-1]
            if (new := self._next_new(code, ahead)) is not None:
                trail.append(self._enter(new))
                continue
            trail.pop()
            if self._earliest[code] == self._met[code]:
                yield self._tell(code)
            if trail:
                self._reach(trail[-1][0], code)

    def _enter(self, code: str) -> tuple[str, Iterator[str]]:
        self._earliest[code] = self._met[code] = len(self._met)
        self._untold.append(code)
        return code, iter(self._graph.get(code, ()))

    def _next_new(self, code: str, ahead: Iterator[str]) -> str | None:
        """The next one ahead that was not met yet."""
        for each in ahead:
            if each not in self._met:
                return each
            self._reach(code, each)
        return None

    def _reach(self, code: str, other: str) -> None:
        self._earliest[code] = min(self._earliest[code], self._earliest[other])

    def _tell(self, first: str) -> set[str]:
        """The first that was met of those tied to one another, with the others: all that were met since."""
        told = {self._untold.pop()}
        while first not in told:
            told.add(self._untold.pop())
        self._earliest |= dict.fromkeys(told, inf)
        return told


def circular(depends_on: Graph, start: str) -> list[str]:
    """A shortest way from ``start`` back to itself, both ends named; empty where there is none."""
    came_from: dict[str, str] = {}
    ahead = deque([start])
    while ahead:
        code = ahead.popleft()
        for needed in depends_on.get(code, ()):
            if needed == start:
                return [*_way_to(code, came_from, start), start]
            if needed not in came_from:
                came_from[needed] = code
                ahead.append(needed)
    return []


def _way_to(code: str, came_from: Mapping[str, str], start: str) -> list[str]:
    way = [code]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]

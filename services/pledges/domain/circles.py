"""What waits for itself: found in one walk over all that waits for something."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter

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
    graph = _circles(_waiting(actions))
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


def _circles(graph: Graph) -> Graph:
    """Those that are on circles, and what they wait for of those on the same ones."""
    left = _without_order(graph)
    backwards = defaultdict[str, list[str]](list)
    for code in left:
        for each in graph.get(code, ()):
            backwards[each].append(code)
    left &= _without_order(backwards)
    found: dict[str, list[str]] = {}
    while left:
        first = left.pop()
        circle = _reached(graph, first, left) & _reached(backwards, first, left)
        if first in circle:
            found |= {code: [each for each in graph[code] if each in circle] for code in circle}
            left -= circle
    return found


def _without_order(graph: Graph) -> set[str]:
    """Those that wait for a circle, or are on one."""
    sorter, left = TopologicalSorter(graph), set(graph)
    try:
        sorter.prepare()
    except CycleError:
        while ready := sorter.get_ready():
            left.difference_update(ready)
            sorter.done(*ready)
        return left
    return set()


def _reached(graph: Graph, start: str, within: AbstractSet[str]) -> set[str]:
    """What the start waits for through any chain within these, with the start itself where it is one of them."""
    found, ahead = set[str](), [start]
    while ahead:
        new = {each for each in graph.get(ahead.pop(), ()) if each == start or each in within} - found
        found |= new
        ahead += new
    return found


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

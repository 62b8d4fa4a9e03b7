"""Actions that wait for one another must not wait in a circle."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pledges.domain.actions import Action, ActionDefinition
from services.pledges.domain.circles import circles, circular, way_round, ways_round


@pytest.mark.parametrize(
    ("graph", "start", "way"),
    [
        ({}, "a", []),
        ({"a": ["a"]}, "a", ["a", "a"]),
        ({"a": ["b"], "b": ["c"]}, "a", []),
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, "a", ["a", "b", "c", "a"]),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, "a", []),
    ],
)
def test_circular(graph: dict[str, list[str]], start: str, way: list[str]):
    assert circular(graph, start) == way


@given(st.dictionaries(st.integers(0, 8).map(str), st.lists(st.integers(0, 8).map(str), max_size=4)))
def test_a_way_found_is_a_real_one(graph: dict[str, list[str]]):
    for start in graph:
        way = circular(graph, start)
        assert not way or (way[0] == way[-1] == start)
        assert all(after in graph[before] for before, after in pairwise(way))


@given(st.lists(st.lists(st.integers(0, 30), max_size=4), max_size=12))
def test_waiting_only_for_earlier_ones_is_never_circular(needs: list[list[int]]):
    graph = {str(i): [str(n % i) for n in needed] if i else [] for i, needed in enumerate(needs)}
    assert not any(circular(graph, code) for code in graph)


def depending(code: str, *depends_on: str, **fields: Any) -> Action:
    return Action(code, ActionDefinition(code, depends_on=depends_on, **fields))


def found_in(*actions: Action) -> dict[str, list[str]]:
    by_code = {one.code: one for one in actions}
    return dict(ways_round(by_code, by_code, 100))


def test_those_on_a_circle_are_found_and_not_those_before_or_after_it():
    circle = [depending("a", "b"), depending("b", "c", "after"), depending("c", "a"), depending("d", "d")]
    found = found_in(*circle, depending("before", "a"), depending("after"))
    assert found == {"a": ["a", "b", "c", "a"], "b": ["b", "c", "a", "b"], "c": ["c", "a", "b", "c"], "d": ["d", "d"]}


def test_a_whole_is_found_where_a_part_waits_for_itself_through_it_and_not_otherwise():
    parts = [depending("p", part_of="w"), depending("q", part_of="w")]
    assert found_in(depending("w", "x"), depending("x", "p"), *parts)["w"] == ["p", "x", "p"]
    among_parts = [depending("p", "y", part_of="w"), depending("y", "p"), depending("q", part_of="w")]
    assert found_in(depending("w", "z"), depending("z"), *among_parts) == {"p": ["p", "y", "p"], "y": ["y", "p", "y"]}


CODES = st.sampled_from("abcdef")


@given(st.dictionaries(CODES, st.tuples(st.lists(CODES, max_size=2), st.sampled_from([None, "a", "b"]))))
def test_all_at_once_finds_what_one_by_one_does(named: dict[str, tuple[list[str], str | None]]):
    actions = {code: depending(code, *needed, part_of=whole) for code, (needed, whole) in named.items()}
    found = ways_round(actions, actions, 100)
    assert found == {code: way for code in actions if (way := way_round(actions, code))}


def chained(count: int) -> list[Action]:
    """Each waits for the five before it."""
    return [depending(f"{n}", *(f"{n - back}" for back in range(1, 6) if n >= back)) for n in range(count)]


def closed(count: int) -> list[Action]:
    return [depending("0", f"{count - 1}"), *chained(count)[1:]]


def between_circles(count: int) -> list[Action]:
    """The last is on a circle, and through all others waits for another."""
    *others, last = chained(count)
    return [depending("0", "0"), *others[1:], depending(last.code, last.code, *last.definition.depends_on)]


@pytest.mark.parametrize(("built", "on_circles"), [(chained, 0), (closed, None), (between_circles, 2)])
def test_four_times_as_many_take_four_times_as_many_steps(built: Callable[[int], list[Action]], on_circles: int | None):
    few, many = (_calls_for(built(count), count if on_circles is None else on_circles) for count in (400, 1600))
    assert many < 5 * few


def _calls_for(actions: list[Action], on_circles: int) -> int:
    """How many calls a search makes, of whatever is called."""
    steps = 0

    def count(_frame: object, event: str, _called: object) -> None:
        nonlocal steps
        steps += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        found = found_in(*actions)
    finally:
        sys.setprofile(None)
    assert len(found) == on_circles
    return steps


class Counted(Sequence[str]):
    """What is waited for, which counts how much of it is read."""

    def __init__(self, codes: Sequence[str], reads: Counter[str]) -> None:
        self.codes, self.reads = codes, reads

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, place: Any) -> Any:
        self.reads["one"] += 1
        return self.codes[place]


@pytest.mark.parametrize("built", [chained, closed, between_circles])
def test_all_that_is_waited_for_is_read_twice_at_most(built: Callable[[int], list[Action]]):
    reads, needed = Counter[str](), {one.code: one.definition.depends_on for one in built(800)}
    circles({code: Counted(codes, reads) for code, codes in needed.items()})
    assert reads["one"] <= 2 * sum(len(codes) + 1 for codes in needed.values())

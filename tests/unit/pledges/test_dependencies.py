"""Actions that wait for one another must not wait in a circle."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pledges.domain.actions import circular


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

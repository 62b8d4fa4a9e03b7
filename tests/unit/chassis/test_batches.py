"""Sorted rows in batches: whole groups, and those that are too large divided between keys."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chassis.tabular.sorting import batches_of

ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=60).map(sorted)


@given(ROWS, st.integers(1, 10))
def test_batches_are_all_rows_in_order_and_divide_large_groups_only(rows, size):
    batches = list(batches_of(rows, lambda row: row, size))
    assert [row for batch in batches for row in batch.rows] == rows
    for batch, following in pairwise(batches):
        last, first = batch.rows[-1], following.rows[0]
        assert batch.goes_on == (last[0] == first[0])
        assert last != first
        assert len(batch.rows) >= (2 * size if batch.goes_on else size)
    assert not batches or not batches[-1].goes_on

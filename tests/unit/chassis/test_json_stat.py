"""A cube of figures has bounds, and only the cells that are there are written."""

import json
from decimal import Decimal

import pytest

from chassis.web.render.json_stat import MOST_CELLS, CubeTooLarge, Dimension, dataset


def dimensions(*sizes: int) -> list[Dimension]:
    return [Dimension(f"d{n}", f"D{n}", None, {str(each): "" for each in range(size)}) for n, size in enumerate(sizes)]


def test_a_cube_of_the_most_cells_is_written_by_those_that_are_there():
    sizes = (500, 1000, 100)
    assert sizes[0] * sizes[1] * sizes[2] == MOST_CELLS
    found = json.loads(dataset("Much", "2018-02-28", dimensions(*sizes), {("499", "999", "99"): (Decimal("1.50"), "")}))
    assert (found["size"], found["value"], found["status"]) == (list(sizes), {str(MOST_CELLS - 1): 1.5}, {})


def test_one_of_more_is_refused():
    with pytest.raises(CubeTooLarge, match="50,000,000 cells"):
        dataset("More", "2018-02-28", dimensions(501, 1000, 100), {})

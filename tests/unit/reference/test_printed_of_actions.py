"""What a former version did not load of an action is told from what somebody has taken back since."""

from typing import Any

import httpx
import pytest

from suite.load.dataset import read_reference
from suite.load.pledges import action_body, lacks_print
from suite.load.upsert import Load

REFERENCE = read_reference()
ROW = next(row for row in REFERENCE.commitments if row.weight == 0 and row.partners)
BODY = action_body(REFERENCE, ROW)
NOTHING: dict[str, Any] = {"partners": [], "weight": None}
PRINTED = dict.fromkeys(("printed_period", "due_basis", "figure", "figure_unit"))


@pytest.mark.parametrize(
    ("found", "lacks"),
    [
        (PRINTED | NOTHING, True),
        ({"weight": None}, False),
        ({"partners": []}, False),
        (PRINTED | NOTHING | {"title": "Ours"}, False),
        ({}, False),
    ],
)
def test_only_what_was_loaded_without_all_of_it_lacks_it(found: dict[str, Any], lacks: bool):
    load = Load(httpx.AsyncClient(), REFERENCE)
    assert lacks_print(load, BODY, BODY | found) is lacks

"""Whole files as they are published come in by their mappings, every row accounted for."""

import lzma
from pathlib import Path

import pytest

from tests.integration.indicators.bringing import WAIT, bring, values
from tests.integration.indicators.conftest import Api

WHOLE = Path(__file__).parents[2] / "fixtures" / "whole"
FILES = [
    pytest.param("admissions_care_homes_65p", "trafford", 170, 4, id="admissions"),
    pytest.param("care_homes_rating", "trafford", 510, 0, id="ratings"),
    pytest.param("nhs_health_checks", "trafford", 2511, 0, id="health checks"),
    pytest.param("ae_attendances", "ae", 12_765, 0, id="attendances"),
]


@pytest.mark.parametrize(("name", "mapping", "rows", "missing"), FILES)
async def test_every_row_of_a_whole_file_is_accounted_for(
    api: Api, name: str, mapping: str, rows: int, missing: int
) -> None:
    api.clock.forward(days=3650)
    content = lzma.decompress((WHOLE / f"{name}.csv.xz").read_bytes())
    found = await bring(api, content, mapping=mapping, create_missing="true")
    assert (found["state"], found["rows_read"], found["rows_saved"]) == ("succeeded", rows, rows), found["errors"]
    assert found["rows_missing"] == missing
    if mapping == "ae":
        rk9 = await values(api, WAIT, area="RK9", limit="200")
        assert (rk9["2017-07"], rk9["2017-12"]) == ("84.36", "79.31")  # the scorecard prints 79.29 of December

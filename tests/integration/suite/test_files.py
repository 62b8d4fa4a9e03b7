"""Files into the folder of a stopped suite and out of it, as an operator brings them."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.rest

HOMES = Path(__file__).parents[2] / "fixtures" / "trafford" / "care_homes_rating.csv"


def test_a_file_goes_in_and_out_and_in_again(suite, tmp_path):
    arguments = ["import", str(HOMES), "--mapping", "trafford"]
    errors = tmp_path / "errors.csv"
    status, _, error = suite(*arguments, "--errors", str(errors))
    assert status == 1
    assert "is not known" in error
    assert len(errors.read_text().splitlines()) == 61
    status, said, error = suite(*arguments, "--create-missing", "--calculation", "modelled")
    assert status == 0, error
    assert "60 rows read: 60 saved" in said
    out = tmp_path / "out.csv"
    assert suite("export", str(out), "--area", "E92000001")[0] == 0
    assert len(out.read_text().splitlines()) == 31
    assert out.read_text().splitlines()[1].endswith(",modelled")
    status, said, _ = suite("import", str(out), "--mapping", "native")
    assert "30 rows read: 30 unchanged" in said
    cube = tmp_path / "out.json-stat"
    assert suite("export", str(cube), "--area", "E92000001", "--include-history")[0] == 0
    assert json.loads(cube.read_text())["id"][-1] == "revision"


def test_a_running_suite_may_be_named_by_the_environment(suite):
    status, _, error = suite(
        "import", str(HOMES), "--mapping", "trafford", SUITE_URL="http://127.0.0.1:9", SUITE_KEY="k"
    )
    assert status != 0
    assert "connection" in error.lower()

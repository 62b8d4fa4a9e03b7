"""What an import makes of indicators that nobody has defined: how their values follow from counts."""

import csv
import io
from typing import Any

import pytest

from tests.integration.indicators.bringing import FINGERTIPS, HEAD, bring, lines, order, profile
from tests.integration.indicators.conftest import MONTHLY, PLYMOUTH, Api

CODE = "fingertips-92443"


async def calculation(api: Api, code: str) -> Any:
    return (await api.get(f"/indicators/{code}"))["calculation"]


async def test_a_profile_is_crude_only_where_the_call_says_so(api: Api) -> None:
    sent = lines(FINGERTIPS, profile(PLYMOUTH, "Persons", "18.4"))  # 62 of 100
    refused = await bring(api, sent, mapping="fingertips", create_missing="true", calculation="crude")
    assert [(each["line"], each["column"]) for each in refused["errors"]] == [(2, "Value")]
    assert "62" in refused["errors"][0]["message"]
    right = lines(FINGERTIPS, profile(PLYMOUTH, "Persons", "62"))
    await bring(api, right, mapping="fingertips", create_missing="true", calculation="crude")
    assert await calculation(api, CODE) == "crude"
    await bring(api, right, mapping="fingertips", create_missing="true", calculation="other")
    assert await calculation(api, CODE) == "crude"  # what is defined stays as it is
    guessed = await order(api, b"a", 422, mapping="native", calculation="guessed")
    assert [each["field"] for each in guessed["errors"]] == ["calculation"]


async def test_a_profile_is_other_and_says_so_where_its_file_does(api: Api) -> None:
    sent = lines(FINGERTIPS, profile(PLYMOUTH, "Persons", "18.4"))
    await bring(api, sent, mapping="fingertips", create_missing="true")
    assert await calculation(api, CODE) == "other"
    said = lines((*FINGERTIPS, "Calculation"), [*profile(PLYMOUTH, "Persons", "18.4"), "standardised"])
    await bring(api, said.replace(b"92443", b"1"), mapping="fingertips", create_missing="true")
    assert await calculation(api, "fingertips-1") == "standardised"
    wrong = await bring(api, said.replace(b"standardised", b"guessed"), mapping="fingertips", create_missing="true")
    assert [(each["column"], each["value"]) for each in wrong["errors"]] == [("Calculation", "guessed")]


@pytest.mark.parametrize(("unit", "expected"), [("percentage", "crude"), ("score", "other"), ("", "other")])
async def test_our_own_files_go_by_the_unit(api: Api, unit: str, expected: str) -> None:
    sent = lines(("unit", *HEAD), (unit, "new-one", PLYMOUTH, "2017", "5", "final"))
    found = await bring(api, sent, mapping="native", create_missing="true")
    assert found["created"]["indicators"] == ["new-one"]
    assert await calculation(api, "new-one") == expected


async def test_an_export_says_how_values_follow_so_that_another_suite_takes_them(api: Api) -> None:
    made = MONTHLY | {"code": "adjusted", "name": "Adjusted", "unit": "percentage", "calculation": "standardised"}
    await api.post("/indicators", made)
    await api.observe("Dec-17", "50", code="adjusted", count="1", denominator="10")
    exported = (await api.client.get("/indicators/v1/observations.csv?indicator=adjusted")).text
    (row,) = csv.DictReader(io.StringIO(exported))
    assert row["calculation"] == "standardised"
    found = await bring(api, exported.replace("adjusted", "again").encode(), mapping="native", create_missing="true")
    assert (found["state"], found["rows_saved"]) == ("succeeded", 1), found["errors"]
    assert await calculation(api, "again") == "standardised"

"""Imports by the mappings that are shipped, and by one's own."""

from pathlib import Path

import pytest

from tests.integration.indicators.bringing import FINGERTIPS, HEAD, WAIT, bring, lines, profile, values
from tests.integration.indicators.conftest import ENGLAND, PLYMOUTH, Api

FIXTURES = Path(__file__).parents[2] / "fixtures"
AE = FIXTURES / "ae" / "ae_excerpt.csv"


async def test_the_files_of_trafford_come_in_with_every_row(api: Api) -> None:
    kinds = {
        "admissions_care_homes_65p": ("financial_year", "rate_per_100000", 4),
        "care_homes_rating": ("month", "percentage", 0),
        "nhs_health_checks": ("cumulative_quarters", "percentage", 0),
    }
    for name, (kind, unit, symbols) in kinds.items():
        content = (FIXTURES / "trafford" / f"{name}.csv").read_bytes()
        refused = await bring(api, content, mapping="trafford")
        assert (refused["state"], refused["rows_invalid"]) == ("failed", refused["rows_read"])
        api.clock.forward(days=3650)
        found = await bring(api, content, mapping="trafford", create_missing="true")
        assert (found["state"], found["rows_saved"]) == ("succeeded", found["rows_read"])
        assert found["rows_missing"] == symbols
        (code,) = found["created"]["indicators"]
        made = await api.get(f"/indicators/{code}")
        assert (made["frequency"], made["unit"], made["polarity"]) == (kind, unit, "neutral")
        again = await bring(api, content, mapping="trafford", create_missing="true")
        assert (again["rows_saved"], again["rows_unchanged"]) == (0, found["rows_read"])


async def test_fingertips_breaks_down_and_never_takes_a_category_for_england(api: Api) -> None:
    sent = lines(
        FINGERTIPS,
        profile(ENGLAND, "Persons", "14.9123456789"),
        profile(ENGLAND, "Persons", "9.1", "Least deprived decile (IMD2019)"),
        profile(PLYMOUTH, "Persons", "18.4"),
        profile(PLYMOUTH, "Male", "20"),
        profile(PLYMOUTH, "Female", "", note="Value suppressed for disclosure control"),
        profile("E06000027", "Persons", "", note="Value missing in source data"),
        profile("E06000027", "Persons", "12", age="65+ yrs"),
    )
    found = await bring(api, sent, mapping="fingertips", create_missing="true")
    assert (found["state"], found["rows_saved"], found["rows_missing"]) == ("succeeded", 7, 2), found["errors"]
    code = "fingertips-92443"
    shown = (await api.get(f"/indicators/{code}/observations"))["items"]
    seen = {(each["area"], str(each["breakdown"])): each["value"] or each["missing"] for each in shown}
    assert seen[ENGLAND, "{}"] == "14.91234568"
    assert seen[PLYMOUTH, "{'sex': 'male'}"] == "20"
    assert seen[PLYMOUTH, "{'sex': 'female'}"] == "[c]"
    assert seen["E06000027", "{}"] == "[x]"
    assert seen["E06000027", "{'age': '65+ yrs'}"] == "12"
    assert sorted(seen.values()).count("9.1") == 1
    status = await api.get(f"/indicators/{code}/status", area=PLYMOUTH)
    assert status["indicator"]["calculation"] == "other"


async def test_attendances_are_added_up_and_england_only_where_it_is_said(api: Api) -> None:
    sent = AE.read_bytes()
    api.clock.forward(days=600)
    found = await bring(api, sent, mapping="ae", create_missing="true")
    assert (found["state"], found["rows_saved"]) == ("succeeded", found["rows_read"])
    rk9 = await values(api, WAIT, area="RK9", limit="200")
    assert (rk9["2017-07"], rk9["2017-12"]) == ("84.36", "79.31")
    assert await values(api, WAIT, area=ENGLAND) == {}
    summed = await bring(api, sent, mapping="ae", sum_into=ENGLAND)
    assert (summed["rows_unchanged"], summed["observations_saved"]) == (found["rows_read"], 36)
    (december,) = (await api.get(f"/indicators/{WAIT}/observations", area=ENGLAND, period="2017-12"))["items"]
    assert december["note"] == "Sum of 5 providers"
    fewer = b"\n".join(line for line in sent.splitlines() if b"R1H" not in line)
    refused = await bring(api, fewer, mapping="ae", sum_into=ENGLAND, reason="Fewer")
    assert refused["state"] == "failed"
    assert "sum of 5 parts" in refused["errors"][0]["message"]
    told = await bring(api, fewer, mapping="ae", sum_into=ENGLAND, reason="Fewer", accept_fewer="true")
    assert (told["state"], told["observations_saved"]) == ("succeeded", 36)


async def test_mappings_are_data(api: Api) -> None:
    ours = {
        "title": "Returns of our providers",
        "columns": {"area": ["Trust"], "period": ["Month"], "value": ["Within four hours"]},
        "constants": {"indicator": WAIT, "status": "final"},
        "symbols": {"none": "[z]"},
    }
    await api.put("/mappings/ours", ours, 201)
    assert (await api.put("/mappings/ours", ours))["title"] == ours["title"]
    sent = lines(("Trust", "Month", "within four hours"), (PLYMOUTH, "Dec-17", "79.29"), (PLYMOUTH, "Nov-17", "None"))
    found = await bring(api, sent, mapping="ours")
    assert (found["rows_saved"], found["rows_missing"]) == (2, 1), found["errors"]
    listed = [each["name"] for each in (await api.get("/mappings"))["items"]]
    assert listed == ["ae", "fingertips", "native", "ours", "trafford"]
    await api.put("/mappings/native", ours, 409)
    refused = await api.put("/mappings/bad", ours | {"columns": {"colour": ["x"]}}, 422)
    assert {each["field"] for each in refused["errors"]} == {"columns.colour", "columns"}


@pytest.mark.parametrize("text", ["1,234.5", "+5", "1e3", ".5", "12 [e]", "7 [p]"])
async def test_numbers_are_read_as_files_write_them(api: Api, text: str) -> None:
    await api.post(
        "/indicators",
        {"code": "n", "name": "N", "unit": "score", "decimals": 1, "polarity": "neutral", "frequency": "month"},
    )
    found = await bring(api, lines(HEAD, ("n", PLYMOUTH, "Dec-17", text, "final")), mapping="native")
    assert found["rows_saved"] == 1, found["errors"]

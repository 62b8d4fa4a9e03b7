"""Sums of what a file lists apart: whole, or refused with the line that keeps them from being whole."""

import csv
import io
from typing import Any

import pytest

from chassis.tabular.reading import LONGEST_CELL
from tests.integration.indicators.bringing import HEAD, WAIT, bring, lines, values
from tests.integration.indicators.conftest import ENGLAND, PLYMOUTH, Api

AE_HEAD = ("period", "org_code", "type", "attendances", "breaches", "admissions")
COUNTS = (*HEAD, "count", "denominator")


def faults(found: Any) -> list[tuple[int, str]]:
    return [(each["line"], each["message"]) for each in found["errors"]]


async def errors_of(api: Api, found: Any) -> list[dict[str, str]]:
    text = (await api.client.get(f"/indicators/v1/imports/{found['id']}/errors.csv")).text
    return list(csv.DictReader(io.StringIO(text)))


async def test_half_of_what_is_added_up_is_never_saved(api: Api) -> None:
    sent = lines(
        AE_HEAD,
        ("2017-12-01", "RK9", "1", "abc", "10", "0"),
        ("2017-12-01", "RK9", "other", "100", "0", "0"),
        ("2017-11-01", "RK9", "1", "100", "10", "0"),
        ("2017-12-01", "R1H", "1", "50", "5", "0"),
        ("2017-11-01", "R1H", "1", "50", "5", "0"),
    )
    found = await bring(api, sent, mapping="ae", skip_invalid="true", create_missing="true", sum_into=ENGLAND)
    assert (found["state"], found["rows_saved"], found["rows_invalid"]) == ("succeeded", 3, 2)
    assert await values(api, WAIT, area="RK9") == {"2017-11": "90.00"}
    assert await values(api, WAIT, area="R1H") == {"2017-11": "90.00", "2017-12": "90.00"}
    assert await values(api, WAIT, area=ENGLAND) == {"2017-11": "90.00"}
    assert [line for line, _ in faults(found)] == [0, 2, 3]
    assert all("line 2 is not right" in message for line, message in faults(found) if line != 2)
    rows = await errors_of(api, found)
    assert [(row["line"], row["type"], row["attendances"]) for row in rows] == [
        ("0", None, None),
        ("2", "1", "abc"),
        ("3", "other", "100"),
    ]
    rows[1]["attendances"] = "100"
    again = await bring(api, lines(list(rows[0]), *(list(row.values()) for row in rows)), mapping="ae")
    assert (again["rows_saved"], again["rows_read"]) == (2, 2)
    assert await values(api, WAIT, area="RK9") == {"2017-11": "90.00", "2017-12": "95.00"}
    whole = await bring(api, sent.replace(b"abc", b"100"), mapping="ae", sum_into=ENGLAND)
    assert (whole["rows_unchanged"], whole["observations_saved"]) == (5, 1)


UNPLACED = [
    pytest.param(("2017-12-01", "rk9", "1", "100", "10", "0"), id="area"),
    pytest.param(("soon", "RK9", "1", "100", "10", "0"), id="period"),
    pytest.param(("", "RK9", "1", "100", "10", "0"), id="no period"),
    pytest.param(("2017-12-01", "RK9", "1", "1", "0", "0", "1"), id="too many cells"),
]


@pytest.mark.parametrize("row", UNPLACED)
async def test_no_sum_is_saved_where_a_row_may_be_of_any(api: Api, row: tuple[str, ...]) -> None:
    sent = lines(AE_HEAD, ("2017-11-01", "RK9", "1", "100", "10", "0"), row, ("2017-12-01", "R1H", "1", "9", "0", "0"))
    params = {"mapping": "ae", "skip_invalid": "true", "create_missing": "true"}
    found = await bring(api, sent, **params, sum_into=ENGLAND)
    assert (found["rows_saved"], found["rows_invalid"], found["observations_saved"]) == (0, 3, 0)
    assert all("line 3" in message for line, message in faults(found) if line != 3)
    assert [row["line"] for row in await errors_of(api, found) if row["line"] != "0"] == ["2", "3", "4"]


SPOILT = [
    pytest.param(("R1H", "1", "", "5"), "has no count", id="no attendances"),
    pytest.param(("R1H", "1", "50", ""), "has no count", id="no breaches"),
    pytest.param(("RK9", "1", "50", "5"), "stands in line 2 already", id="twice"),
]


@pytest.mark.parametrize(("row", "words"), SPOILT)
async def test_a_part_that_cannot_be_added_up_is_at_fault_with_its_sum(
    api: Api, row: tuple[str, str, str, str], words: str
) -> None:
    area, part, attendances, breaches = row
    sent = lines(
        AE_HEAD,
        ("2017-12-01", area, "1" if area == "RK9" else "2", "100", "0", "0"),
        ("Dec-17", area, part, attendances, breaches, "0"),
        ("2017-12", "RA7", "1", "100", "0", "0"),
    )
    found = await bring(api, sent, mapping="ae", skip_invalid="true", create_missing="true", sum_into=ENGLAND)
    assert (found["rows_saved"], found["rows_invalid"]) == (1, 2)
    assert any(line == 3 and words in message for line, message in faults(found))
    assert await values(api, WAIT, area=area) == await values(api, WAIT, area=ENGLAND) == {}


@pytest.mark.parametrize(
    ("rows", "england", "words"),
    [
        pytest.param(
            [("RK9", "80", "80", "100"), ("R1H", "50", "10", "")],
            {},
            "others have none, as in line 3",
            id="mixed denominators",
        ),
        pytest.param(
            [("RK9", "80", "80", "100"), ("RK9", "80", "80", "100")], {}, "in line 2 already", id="an area twice"
        ),
        pytest.param([("RK9", "80", "80", "100"), ("R1H", "80", "80", "90")], {}, "line 3", id="refused when recorded"),
        pytest.param(
            [("RK9", "80", "8000000000", "10000000000"), ("R1H", "80", "8", "10")],
            {},
            "beyond 10,000,000,000",
            id="too large",
        ),
        pytest.param([("RK9", "80", "80", "100"), ("R1H", "60", "60", "100")], {"2017-12": "70"}, "", id="added up"),
    ],
)
async def test_areas_are_summed_where_they_can_be(api: Api, rows: Any, england: Any, words: str) -> None:
    named = [
        (WAIT, area, "Dec-17" if n else "2017-12", value, "final", *more) for n, (area, value, *more) in enumerate(rows)
    ]
    sent = lines(COUNTS, *named)
    params = {"mapping": "native", "create_missing": "true", "sum_into": ENGLAND}
    whole = await bring(api, sent, **params, dry_run="true")
    assert whole["state"] == ("failed" if words else "succeeded")
    found = await bring(api, sent, **params, skip_invalid="true")
    assert await values(api, WAIT, area=ENGLAND) == england
    assert not words or any(line == 0 and words in message for line, message in faults(found)), faults(found)
    assert (await values(api, WAIT, area="RK9"))["2017-12"] == "80"


async def test_a_sum_of_one_that_is_provisional_is_provisional(api: Api) -> None:
    rows = [(WAIT, area, "2017-12", "80", status, "80", "100") for area, status in (("RK9", "final"), ("R1H", ""))]
    await bring(api, lines(COUNTS, *rows), mapping="native", create_missing="true", sum_into=ENGLAND)
    (england,) = (await api.get(f"/indicators/{WAIT}/observations", area=ENGLAND))["items"]
    assert (england["status"], england["note"]) == ("provisional", "Sum of 2 areas")


async def test_a_file_that_breaks_off_makes_no_sums(api: Api) -> None:
    sent = lines(COUNTS, (WAIT, PLYMOUTH, "2017-12", "80", "final", "80", "100"), (WAIT, "x" * (LONGEST_CELL + 1)))
    found = await bring(api, sent, mapping="native", skip_invalid="true", sum_into=ENGLAND)
    assert (found["rows_saved"], found["observations_saved"]) == (1, 1)
    assert await values(api, WAIT, area=ENGLAND) == {}


async def test_a_month_without_attendances_is_not_applicable_and_sums_leave_it_out(api: Api) -> None:
    sent = lines(
        AE_HEAD,
        ("2017-12-01", "RK9", "1", "0", "0", "0"),
        ("2017-12-01", "RK9", "other", "0", "0", "0"),
        ("2017-12-01", "R1H", "1", "50", "5", "0"),
        ("2017-11-01", "RK9", "1", "0", "0", "0"),
    )
    found = await bring(api, sent, mapping="ae", create_missing="true", sum_into=ENGLAND)
    assert (found["state"], found["rows_saved"], found["rows_missing"]) == ("succeeded", 4, 3), found["errors"]
    assert await values(api, WAIT, area="RK9") == {"2017-11": None, "2017-12": None}
    shown = (await api.get(f"/indicators/{WAIT}/observations", area="RK9"))["items"]
    assert {(each["missing"], each["count"], each["denominator"]) for each in shown} == {("[z]", None, None)}
    assert await values(api, WAIT, area=ENGLAND) == {"2017-11": None, "2017-12": "90.00"}


async def test_a_month_that_turns_out_without_attendances_takes_the_place_of_its_final(api: Api) -> None:
    await api.post("/areas", {"code": "RK9", "name": "Plymouth Hospitals", "type": "provider"})
    await api.observe("Dec-17", "90", area="RK9")
    sent = lines(AE_HEAD, ("2017-12-01", "RK9", "1", "0", "0", "0"))
    refused = await bring(api, sent, mapping="ae")
    assert (refused["state"], [each["column"] for each in refused["errors"]]) == ("failed", ["reason"])
    assert await values(api, WAIT, area="RK9") == {"2017-12": "90"}
    await bring(api, sent, mapping="ae", reason="None came")
    (shown,) = (await api.get(f"/indicators/{WAIT}/observations", area="RK9"))["items"]
    assert (shown["period"], shown["value"], shown["missing"], shown["status"]) == ("2017-12", None, "[z]", "final")


async def test_a_sum_takes_the_place_of_england_s_own_final_only_where_that_is_asked_for(api: Api) -> None:
    await api.observe("Dec-17", "77.3", area=ENGLAND, count="773", denominator="1000")
    parts = [(WAIT, area, "2017-12", "80", "final", "80", "100") for area in ("RK9", "R1H")]
    params = {"mapping": "native", "create_missing": "true", "sum_into": ENGLAND}
    refused = await bring(api, lines(COUNTS, *parts), **params)
    assert faults(refused) == [
        (0, f"{ENGLAND}, 2017-12: what is there is no sum, what is here is one of 2 parts"),
    ]
    partly = await bring(api, lines(COUNTS, *parts), **params, skip_invalid="true")
    assert (partly["rows_saved"], partly["observations_saved"]) == (2, 2)
    assert await values(api, WAIT, area=ENGLAND) == {"2017-12": "77.3"}
    unsaid = await bring(api, lines(COUNTS, *parts), **params, accept_fewer="true")
    assert [(each["line"], each["column"]) for each in unsaid["errors"]] == [(0, "reason")]
    asked = await bring(api, lines(COUNTS, *parts), **params, accept_fewer="true", reason="Of our two providers")
    assert (asked["state"], asked["observations_saved"]) == ("succeeded", 1)
    (england,) = (await api.get(f"/indicators/{WAIT}/observations", area=ENGLAND))["items"]
    assert (england["value"], england["count"], england["note"]) == ("80", "160", "Sum of 2 areas")
    both = lines(COUNTS, *parts, (WAIT, ENGLAND, "Dec-17", "77.3", "final", "773", "1000"))
    own = await bring(api, both, **params, reason="As published")
    assert (own["state"], [line for line, _ in faults(own)]) == ("failed", [0])
    assert "has ae-four-hour-wait of 2017-12 itself" in faults(own)[0][1]


@pytest.mark.parametrize(
    ("parents", "into", "words"),
    [
        pytest.param({}, ENGLAND, "", id="apart"),
        pytest.param({"E07000040": ["E10000008"]}, ENGLAND, "E10000008, in line 3, has E07000040 in it", id="its own"),
        pytest.param(
            {"E07000040": ["E38000129"], "E38000129": ["E10000008"]}, ENGLAND, "E10000008, in line 3", id="further up"
        ),
        pytest.param({"E54000037": ["E10000008"]}, "E54000037", "has E54000037 in it", id="of what is summed into"),
    ],
)
async def test_nothing_is_summed_of_an_area_and_of_what_it_is_part_of(
    api: Api, parents: dict[str, list[str]], into: str, words: str
) -> None:
    for code in ("E38000129", "E07000040", "E54000037"):
        body = {"code": code, "name": f"Area {code}", "type": "area", "parents": parents.get(code, [])}
        await api.post("/areas", body)
    rows = [(WAIT, area, "2017-12", "80", "final", "80", "100") for area in ("E07000040", "E10000008")]
    found = await bring(api, lines(COUNTS, *rows), mapping="native", sum_into=into, skip_invalid="true")
    assert await values(api, WAIT, area=into) == ({} if words else {"2017-12": "80"})
    assert found["rows_saved"] == 2
    assert [words in message for _, message in faults(found)] == ([True] if words else [])


async def test_england_is_no_part_of_a_sum_beside_others(api: Api) -> None:
    rows = [(WAIT, area, "2017-12", "80", "final", "80", "100") for area in (ENGLAND, "E10000008")]
    found = await bring(api, lines(COUNTS, *rows), mapping="native", sum_into=PLYMOUTH)
    assert (found["state"], faults(found)[0][0]) == ("failed", 0)
    assert f"{ENGLAND}, in line 2, has the others in it" in faults(found)[0][1]


async def test_a_file_says_itself_what_its_areas_are_part_of(api: Api) -> None:
    head = (
        "Indicator ID",
        "Indicator Name",
        "Area Code",
        "Parent Code",
        "Time period",
        "Value",
        "Count",
        "Denominator",
    )
    rows = [
        ("1", "Proportion of adults", "E12000009", "E92000001", "2017", "5", "5", "100"),
        ("1", "Proportion of adults", PLYMOUTH, "E12000009", "2017", "5", "5", "100"),
    ]
    params = {"mapping": "fingertips", "create_missing": "true", "sum_into": ENGLAND, "calculation": "crude"}
    found = await bring(api, lines(head, *rows), **params)
    assert [message for _, message in faults(found)] == [
        f"fingertips-1 of 2017 is not summed into {ENGLAND}: E12000009, in line 2, has {PLYMOUTH} in it"
    ]
    alone = await bring(api, lines(head, rows[1]), **params)
    assert alone["observations_saved"] == 2, alone["errors"]

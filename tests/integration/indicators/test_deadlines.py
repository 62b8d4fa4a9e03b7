"""Deadlines of service standards over HTTP, and counts of how often they were met."""

from typing import Any

import pytest

from tests.integration.indicators.conftest import MONTHLY, PLYMOUTH, Api

FOI = {
    "service": "Access to information",
    "title": "Freedom of information answered",
    "limits": [{"limit": 20, "unit": "working_days", "calendar": "united_kingdom"}],
}
ACCESS = FOI | {
    "title": "Own data supplied",
    "limits": [
        {"limit": 40, "unit": "calendar_days", "valid_to": "2018-05-24"},
        {"limit": 1, "unit": "months", "calendar": "england_and_wales", "valid_from": "2018-05-25"},
    ],
}
BREACH = FOI | {"title": "Breach reported", "limits": [{"limit": 72, "unit": "hours"}]}
AE = "ae-four-hour-wait"
PAUSED = {"received": "2026-02-10", "paused_from": "2026-02-16", "paused_to": "2026-02-20"}


async def deadline(api: Api, expect: int = 200, code: str = "foi", **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = await api.get(f"/standards/{code}/deadline", expect, **params)
    return found


@pytest.fixture
async def promised(api: Api) -> Api:
    await api.put("/standards/foi", FOI, 201)
    await api.put("/standards/access", ACCESS, 201)
    await api.put("/standards/breach", BREACH, 201)
    await api.put("/standards/ages", FOI | {"limits": [{"limit": 10_000, "unit": "months"}]}, 201)
    await api.put("/standards/searches", FOI | {"limits": []}, 201)
    return api


async def test_a_deadline_says_what_did_not_count(promised: Api) -> None:
    found = await deadline(promised, received="2026-05-26T09:00Z")
    assert (found["received_on"], found["due"], found["last_day"], found["due_at"]) == (
        "2026-05-26",
        "2026-06-24",
        "2026-06-24",
        None,
    )
    assert [(each["day"], each["parts"]) for each in found["holidays"]] == [("2026-06-15", ["scotland"])]
    assert found["limit"]["calendar"] == "united_kingdom"
    assert (await deadline(promised, received="2023-04-11T23:15Z"))["due"] == "2023-05-12"
    assert (await deadline(promised, received="2023-04-12T00:15+01:00"))["due"] == "2023-05-12"


async def test_the_limit_of_the_day_of_receipt_and_a_last_day_that_moves(promised: Api) -> None:
    assert (await deadline(promised, code="access", received="2018-02-28"))["due"] == "2018-04-09"
    found = await deadline(promised, code="access", received="2020-01-31")
    assert (found["last_day"], found["due"]) == ("2020-02-29", "2020-03-02")
    pause = {"paused_from": "2026-02-16", "paused_to": "2026-02-20"}
    found = await deadline(promised, code="access", received="2026-02-10", **pause)
    assert (found["last_day"], found["due"], found["days_paused"]) == ("2026-03-15", "2026-03-16", 5)
    far = {"received": "2999-12-31", "paused_from": "2999-12-31", "paused_to": "2999-12-31"}
    assert (await deadline(promised, code="ages", **far))["due"] == "3833-05-01"
    found = await deadline(promised, code="breach", received="2026-10-23T12:00Z")
    assert (found["due_at"], found["due"]) == ("2026-10-26T12:00:00.000000Z", "2026-10-26")


@pytest.mark.parametrize(
    ("code", "params", "field"),
    [
        ("searches", {"received": "2018-02-28"}, "code"),
        ("breach", {"received": "2018-02-28"}, "received"),
        ("foi", {"received": "2028-12-20"}, "received"),
        ("foi", {"received": "1066-10-14"}, "received"),
        ("foi", {"received": "2018-02-28T09:00"}, "received"),
        ("foi", {"received": "yesterday"}, "received"),
        ("foi", {"received": "20180228"}, "received"),
        ("foi", {}, "received"),
        ("access", {"received": "2026-02-10", "paused_from": "2026-02-16"}, "paused_to"),
        ("access", {"received": "2026-02-10", "paused_from": "2026-02-01", "paused_to": "2026-02-20"}, "paused_from"),
        ("access", PAUSED | {"received": "2026-02-04"}, "paused_from"),
        ("access", PAUSED | {"paused_to": "9999-12-31"}, "paused_to"),
        ("access", PAUSED | {"paused_to": "2029-01-01"}, "paused_to"),
        ("access", PAUSED | {"paused_to": "2026-02-30"}, "paused_to"),
        ("access", PAUSED | {"paused_from": "0001-01-01"}, "paused_from"),
        ("access", PAUSED | {"paused_from": "9999-12-31"}, "paused_from"),
        ("access", PAUSED | {"received": "9999-12-31"}, "received"),
        ("access", PAUSED | {"received": "9999-12-31T23:59-12:00"}, "received"),
        ("access", PAUSED | {"received": "0001-01-01T00:00+12:00"}, "received"),
        ("access", {"received": "2028-12-01"}, "received"),
        ("ages", {"received": "2999-12-31", "paused_from": "2999-12-31", "paused_to": "9999-01-01"}, "paused_to"),
        ("foi", {"received": "2026-02-10", "paused_from": "2026-02-16", "paused_to": "2026-02-20"}, "paused_to"),
    ],
)
async def test_what_has_no_deadline_says_why(promised: Api, code: str, params: dict[str, str], field: str) -> None:
    refused = await deadline(promised, 422, code, **params)
    assert [each["field"] for each in refused["errors"]] == [field]


async def test_a_standard_without_a_time_is_qualitative(promised: Api) -> None:
    kinds = {each["code"]: each["kind"] for each in (await promised.get("/standards"))["items"]}
    assert kinds == {
        "foi": "computed",
        "access": "computed",
        "breach": "computed",
        "ages": "computed",
        "searches": "qualitative",
    }
    await deadline(promised, 404, "unheard-of", received="2018-02-28")


async def test_calendars_fit_their_units(api: Api) -> None:
    limits = [
        {"limit": 1, "unit": "hours", "calendar": "united_kingdom", "valid_to": "2018-01-01"},
        {"limit": 1, "unit": "hours", "from_next_day": True, "valid_from": "2018-01-02"},
    ]
    refused = await api.put("/standards/odd", FOI | {"limits": limits}, 422)
    assert [each["field"] for each in refused["errors"]] == ["limits.0.calendar", "limits.1.from_next_day"]


@pytest.mark.both_engines
async def test_counts_become_observations_with_numerator_and_denominator(promised: Api) -> None:
    count = {"area": PLYMOUTH, "period": "2017-12", "met": "46", "total": "48", "status": "final"}
    refused = await promised.post("/standards/foi/counts", count, 409)
    assert refused["type"] == "/problems/standard-not-counted"
    await promised.put("/standards/foi", FOI | {"indicator": AE})
    made = await promised.post("/standards/foi/counts", count)
    assert await promised.post("/standards/foi/counts", count, 200) == made | {"event": None}
    [event] = await promised.events()
    assert (event["id"], event["data"]["latest"]["denominator"]) == (made["event"], "48")
    [seen] = (await promised.get(f"/indicators/{AE}/observations", area=PLYMOUTH))["items"]
    assert (seen["indicator"], seen["count"], seen["denominator"]) == (AE, "46", "48")
    assert seen["value"].startswith("95.8333")
    assert seen["limits"]["computed"]
    changed = await promised.post("/standards/foi/counts", count | {"met": "45"}, 409)
    assert changed["errors"][0]["field"] == "reason"
    await promised.post("/standards/foi/counts", count | {"met": "45", "reason": "One was late"})
    await promised.post("/standards/foi/counts", count | {"met": "49"}, 422)
    await promised.post("/standards/foi/counts", count | {"total": "0", "met": "0"}, 422)
    await promised.post("/standards/unheard-of/counts", count, 404)


async def test_counts_are_of_a_percentage(promised: Api) -> None:
    await promised.post("/indicators", MONTHLY | {"code": "days", "unit": "days"})
    refused = await promised.put("/standards/foi", FOI | {"indicator": "days"}, 422)
    assert [each["field"] for each in refused["errors"]] == ["indicator"]
    await promised.put("/standards/foi", FOI | {"indicator": "unheard-of"}, 422)

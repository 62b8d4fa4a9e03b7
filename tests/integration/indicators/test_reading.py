"""Reading observations and states: as of a moment, page by page, and what is refused, on both databases."""

import pytest

from tests.integration.indicators.conftest import ENGLAND, PLYMOUTH, Api, as_shown

AE = "/indicators/ae-four-hour-wait"


async def test_status_shows_the_state_that_the_event_carries(api: Api):
    for n, value in enumerate((80, 79, 78, 77, 76, 75, 74), start=1):
        await api.observe(f"2017-{n:02d}", str(value))
    await api.observe("2017-07", "90", area=ENGLAND)
    status = await api.get(f"{AE}/status", area=PLYMOUTH)
    event = next(e for e in reversed(await api.events()) if PLYMOUTH in e["subject"])["data"]
    assert status["series"] == as_shown(event["series"])
    for part in ("benchmark", "trend", "target"):
        assert status[part] == event[part]
    assert [point["period"] for point in status["series"]] == [f"2017-{n:02d}" for n in range(2, 8)]
    assert [point["trend"] for point in status["series"]] == ["amber"] * 6
    assert (status["latest"]["value"], status["version"]) == ("74", 8)
    assert status["benchmark"] == {
        "colour": "red",
        "rule": "fifteen_percent",
        "reason": "74 is 17.78 per cent worse than the comparator's 90",
        "provisional": False,
    }
    assert status["target"] is None
    assert status["indicator"]["code"] == "ae-four-hour-wait"


async def test_status_of_an_area_without_values_says_so(api: Api):
    status = await api.get(f"{AE}/status", area=PLYMOUTH)
    assert (status["latest"], status["series"], status["version"]) == (None, [], 0)
    assert (status["benchmark"]["reason"], status["trend"]["reason"]) == ("no_local_value", "fewer_than_two_values")
    problem = await api.get(f"{AE}/status", 422, area="E99999999")
    assert problem["errors"] == [{"field": "area", "message": "E99999999 is not known"}]
    assert (await api.get(f"{AE}/status", 422))["errors"][0]["field"] == "area"


async def test_as_of_reads_what_was_known_then(api: Api):
    await api.observe("Dec-17", "79.29")
    before = api.clock.moment.isoformat()
    api.clock.forward(hours=1)
    await api.observe("Dec-17", "70", reason="recount")
    await api.observe("Jan-18", "81.6")
    await api.post(f"{AE}/targets", {"area": PLYMOUTH, "kind": "reach", "value": "95"})
    await api.patch("/indicators/ae-four-hour-wait", {"polarity": "low_is_good"})
    then = await api.get(f"{AE}/status", area=PLYMOUTH, as_of=before)
    assert (then["latest"]["value"], then["latest"]["revision"], then["target"]) == ("79.29", 1, None)
    assert (then["indicator"]["polarity"], then["version"], then["as_of"][:16]) == (
        "high_is_good",
        None,
        "2018-02-28T09:00",
    )
    now = await api.get(f"{AE}/status", area=PLYMOUTH)
    assert (now["latest"]["value"], now["trend"]["colour"], now["target"]["colour"]) == ("81.6", "red", "green")
    listed = await api.get(f"{AE}/observations", as_of=before)
    assert [(o["period"], o["value"]) for o in listed["items"]] == [("2017-12", "79.29")]
    early = await api.get(f"{AE}/status", 404, area=PLYMOUTH, as_of="2017-01-01T01:00:00+01:00")
    assert early["type"] == "/problems/indicator-not-defined-yet"
    assert early["detail"] == "'ae-four-hour-wait' was not defined yet at 2017-01-01T00:00:00.000000Z."
    assert early["errors"][0]["field"] == "as_of"
    nobody = await api.get("/indicators/nope/status", 404, area=PLYMOUTH, as_of="2017-01-01T00:00:00Z")
    assert nobody["type"] == "/problems/indicator-unknown"


async def test_observations_are_listed_by_area_and_period_in_pages(api: Api):
    for area in (PLYMOUTH, "E06000027"):
        for period in ("Dec-17", "Oct-17", "Nov-17"):
            await api.observe(period, "50", area=area)
    await api.observe("Nov-17", "51", reason="recount")
    everything = await api.get(f"{AE}/observations")
    order = [(o["area"], o["period"], o["value"]) for o in everything["items"]]
    assert order == [
        (PLYMOUTH, "2017-10", "50"),
        (PLYMOUTH, "2017-11", "51"),
        (PLYMOUTH, "2017-12", "50"),
        ("E06000027", "2017-10", "50"),
        ("E06000027", "2017-11", "50"),
        ("E06000027", "2017-12", "50"),
    ]
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        part = await api.get(f"{AE}/observations", **params)
        seen += [(o["area"], o["period"], o["value"]) for o in part["items"]]
        cursor = part["next"]
        if not cursor:
            break
    assert seen == order
    some = await api.get(f"{AE}/observations", area=PLYMOUTH, period="November 2017")
    assert [o["revision"] for o in some["items"]] == [2]
    assert (await api.get(f"{AE}/observations", status="provisional"))["items"] == []
    assert (await api.get(f"{AE}/observations", 400, cursor="bm9wZQ"))["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize(
    "as_of",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1899-12-31T23:59:59Z",
        "5",
        "5.5",
        "1e3",
        "2018-02-28",
        "2018-02-28T12:00:00",
        "yesterday",
    ],
)
async def test_a_moment_is_written_out_with_its_zone_and_within_reach(api: Api, as_of: str):
    await api.observe("Jan-18", "81.6")
    for read in ("status", "observations"):
        problem = await api.get(f"{AE}/{read}", 422, area=PLYMOUTH, as_of=as_of)
        assert [error["field"] for error in problem["errors"]] == ["as_of"]
    for bound in ("1900-01-01T00:00:00Z", "1900-01-01T14:00:00+14:00", "9998-12-31T09:59:59-14:00"):
        await api.get(f"{AE}/observations", area=PLYMOUTH, as_of=bound)


@pytest.mark.parametrize("path", [f"{AE}/observations", "/scorecards/x"])
async def test_a_bogus_period_in_a_query_is_a_plain_refusal_of_it(api: Api, path: str):
    problem = await api.get(path, 422, period="bogus")
    assert problem["type"] == "/problems/invalid"
    assert [error["field"] for error in problem["errors"]] == ["period"]

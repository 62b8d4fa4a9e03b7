"""Recording observations: revisions, refusals, events and states, on both databases."""

import asyncio
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from chassis.storage.transaction import Tx
from contracts.indicators import IndicatorUpdated, ObservationStatus
from contracts.period import Period
from services.indicators.domain.observations import Observation, ReadObservation, SeriesKey
from services.indicators.errors import ObservationInvalid
from services.indicators.service.observations import record_observations
from tests.integration.indicators.conftest import ENGLAND, MONTHLY, PLYMOUTH, Api, as_shown

AE = "/indicators/ae-four-hour-wait"


async def test_a_new_observation_is_recorded_and_published(api: Api):
    made = await api.observe("Jan-18", "81.6", note="winter", basis="printed")
    assert made == {
        "indicator": "ae-four-hour-wait",
        "area": PLYMOUTH,
        "breakdown": {},
        "period": "2018-01",
        "value": "81.6",
        "missing": None,
        "marks": [],
        "status": "final",
        "count": None,
        "denominator": None,
        "lower": None,
        "upper": None,
        "limits": None,
        "note": "winter",
        "basis": "printed",
        "reason": None,
        "inferred": [],
        "notes": [],
        "revision": 1,
        "actor": "tester",
        "recorded_at": "2018-02-28T09:00:00.000000Z",
        "version": 1,
        "event": made["event"],
    }
    (event,) = await api.events()
    assert (event["id"], event["type"]) == (made["event"], "commissioning.indicator.updated.v1")
    assert (event["source"], event["subject"]) == ("/indicators", f"ae-four-hour-wait/{PLYMOUTH}")
    assert (event["partitionkey"], event["aggregateversion"]) == (event["subject"], 1)
    body = IndicatorUpdated.model_validate(event["data"])
    assert str(body.latest.value if body.latest else None) == "81.6"
    bare: dict[str, Any] = {"missing": None, "marks": []}
    assert event["data"]["changed"] == [{"period": "2018-01", "value": "81.6", "revision": 1, "status": "final"} | bare]
    assert event["data"]["indicator"]["polarity"] == "high_is_good"
    assert event["data"]["area"] == {"code": PLYMOUTH, "name": "Plymouth", "type": "area"}


async def test_the_same_content_again_changes_nothing(api: Api):
    first = await api.observe("Jan-18", "81.6")
    again = await api.observe("January 2018", "81.60", 200, reason="sent twice")
    assert (again["revision"], again["version"], again["event"]) == (1, first["version"], None)
    assert len(await api.events()) == 1
    later = await api.observe("Dec-17", "79.29")
    assert later["version"] == 2  # the no-op took no version


async def test_a_final_value_changes_only_with_a_reason(api: Api):
    await api.observe("Jan-18", "81.6")
    problem = await api.observe("Jan-18", "82", 409)
    assert (problem["type"], problem["status"]) == ("/problems/final-value", 409)
    assert problem["errors"] == [{"field": "reason", "message": "say why it changes"}]
    assert len(await api.events()) == 1
    changed = await api.observe("Jan-18", "82", reason="late returns")
    assert (changed["revision"], changed["version"], changed["value"]) == (2, 2, "82")


async def test_a_provisional_value_is_revised_freely(api: Api):
    await api.observe("Jan-18", "81.6", status="provisional")
    revised = await api.observe("Jan-18", "81.9", status="provisional")
    settled = await api.observe("Jan-18", "82")
    assert (revised["revision"], settled["revision"], settled["version"]) == (2, 3, 3)
    shown = await api.get(f"{AE}/observations", revisions=True)
    assert [(o["revision"], o["value"], o["status"]) for o in shown["items"]] == [
        (1, "81.6", "provisional"),
        (2, "81.9", "provisional"),
        (3, "82", "final"),
    ]


async def test_a_withdrawal_takes_a_reason_and_leaves_no_value(api: Api):
    assert (await api.observe("Jan-18", None, 409, status="withdrawn", reason="x"))["type"] == (
        "/problems/nothing-to-withdraw"
    )
    await api.observe("Jan-18", "81.6")
    problem = await api.observe("Jan-18", "81.6", 422, status="withdrawn")
    assert [e["field"] for e in problem["errors"]] == ["value"]
    problem = await api.observe("Jan-18", None, 409, status="withdrawn")
    assert (problem["type"], problem["errors"][0]["field"]) == ("/problems/final-value", "reason")
    await api.observe("Jan-18", None, status="withdrawn", reason="counted twice")
    event = (await api.events())[-1]["data"]
    (changed,) = event["changed"]
    assert changed["period"] == "2018-01"
    assert (changed["value"], changed["revision"], changed["status"]) == (None, 2, "withdrawn")
    assert (event["latest"], event["series"]) == (None, [])
    assert event["benchmark"]["reason"] == "no_local_value"


async def test_a_value_is_final_only_after_its_period_has_really_ended(api: Api):
    problem = await api.observe("Feb-18", "80", 422)  # today, 28 February, is its last day
    assert problem["errors"] == [
        {"field": "status", "message": "2018-02 ends on 2018-02-28, so its value cannot be final yet"}
    ]
    await api.observe("Feb-18", "80", status="provisional")
    problem = await api.observe("Mar-18", "80", 422, status="provisional")
    assert problem["errors"] == [{"field": "period", "message": "2018-03 has not begun"}]
    api.clock.forward(hours=15)  # midnight in London
    await api.observe("Feb-18", "80")


async def test_london_not_utc_says_when_a_period_has_ended(api: Api):
    api.clock.moment = api.clock.moment.replace(month=5, day=31, hour=23, minute=30)  # 00:30 in London, 1 June
    await api.observe("May-18", "80")


async def test_a_pinned_business_date_does_not_refuse_later_values(api: Api):
    async def pin(tx: Tx) -> None:
        values = {"name": "business_date", "value": "2017-06-30", "set_at": tx.now}
        await tx.session.execute(tx.table("setting").insert().values(**values))

    await api.database.write(pin)
    await api.observe("Jan-18", "80")


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"value": "many"}, {"value": 'is no number; write plain digits as text, such as "81.6"'}),
        ({"value": "NaN"}, {"value": 'is no number; write plain digits as text, such as "81.6"'}),
        ({"value": "Infinity"}, {"value": 'is no number; write plain digits as text, such as "81.6"'}),
        ({"value": "1_0"}, {"value": 'is no number; write plain digits as text, such as "81.6"'}),
        ({"value": True}, {"value": 'is no number; write plain digits as text, such as "81.6"'}),
        ({"value": None}, {"value": "a value is needed, or a symbol in missing, unless the observation is withdrawn"}),
        ({"value": "101"}, {"value": "a percentage is between 0 and 100"}),
        ({"value": "1.123456789"}, {"value": "Decimal input should have no more than 8 decimal places"}),
        ({"value": "9999999999999"}, {"value": "Input should be less than or equal to 1000000000000"}),
        ({"area": "E99999999"}, {"area": "E99999999 is not known"}),
        ({"area": "Plymouth!"}, {"area": "String should match pattern '^([A-Z][0-9]{8}|[A-Z0-9]{2,6})$'"}),
        ({"period": "2017/18 Q3"}, {"period": "2017/18 Q3 is a quarter, but ae-four-hour-wait is recorded by month"}),
        ({"colour": "green"}, {"colour": "Extra inputs are not permitted"}),
        ({"count": "11", "denominator": "10"}, {"count": "the count of a percentage is not above its denominator"}),
        ({"denominator": "0"}, {"denominator": "Input should be greater than 0"}),
        ({"count": "-1"}, {"count": "Input should be greater than or equal to 0"}),
        ({"lower": "82"}, {"lower": "lower and upper enclose the value"}),
        ({"status": "guess"}, {"status": "Input should be 'provisional', 'final' or 'withdrawn'"}),
        ({"note": "x" * 4001}, {"note": "String should have at most 4000 characters"}),
        ({"note": "a\x00b"}, {"note": "must not hold a NUL character"}),
        (
            {"period": "Mar-18", "value": "-1"},
            {
                "status": "2018-03 ends on 2018-03-31, so its value cannot be final yet",
                "period": "2018-03 has not begun",
                "value": "a percentage is between 0 and 100",
            },
        ),
    ],
)
async def test_bad_input_is_refused_naming_every_field(api: Api, body: dict[str, Any], errors: dict[str, str]):
    whole = {"area": PLYMOUTH, "period": "Jan-18", "value": "81.6", "status": "final"} | body
    problem = await api.post(f"{AE}/observations", whole, 422)
    assert {e["field"]: e["message"] for e in problem["errors"]} == errors
    assert await api.events() == []


async def test_text_that_is_no_period_is_quoted_with_the_accepted_forms(api: Api):
    problem = await api.observe("Smarch-18", "81.6", 422)
    (error,) = problem["errors"]
    assert error["field"] == "period"
    assert error["message"].startswith("'Smarch-18' is not a period. Accepted: 2017-12, Dec-17")
    problem = await api.get(f"{AE}/observations", 422, period="2015-17")
    assert problem["errors"][0]["field"] == "period"


async def test_json_that_is_not_a_number_is_refused(api: Api):
    for literal in (b"NaN", b"Infinity"):
        body = b'{"area":"E06000026","period":"Jan-18","value":%s,"status":"final"}' % literal
        answer = await api.client.post(
            f"/indicators/v1{AE}/observations", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 422
        assert [e["field"] for e in answer.json()["errors"]] == ["value"]


@pytest.mark.parametrize("code", ["nope", "NOPE", "x" * 300, "caf%C3%A9"])
async def test_an_unknown_indicator_is_not_found(api: Api, code: str):
    problem = await api.observe("Jan-18", "1", 404, code=code)
    assert problem["type"] == "/problems/indicator-unknown"
    await api.get(f"/indicators/{code}", 404)
    await api.get(f"/indicators/{code}/status", 404, area=PLYMOUTH)
    await api.get(f"/indicators/{code}/observations", 404)
    await api.get(f"/indicators/{code}/targets", 404)
    await api.patch(f"/indicators/{code}", {"name": "x"}, 404)


async def test_no_indicator_has_a_nul_in_its_code(api: Api):
    await api.observe("Jan-18", "1", 400, code="a%00b")
    await api.get("/indicators/a%00b", 400)


async def test_an_area_takes_no_values_of_periods_in_which_it_did_not_exist(api: Api):
    area = {
        "code": "E38000129",
        "name": "NEW Devon",
        "type": "ccg",
        "valid_from": "2013-04-01",
        "valid_to": "2017-12-15",
    }
    await api.post("/areas", area)
    await api.observe("Dec-17", "80", area="E38000129")
    for period in ("Jan-18", "Mar-13"):
        problem = await api.observe(period, "80", 422, area="E38000129")
        assert [e["field"] for e in problem["errors"]] == ["area"]


async def test_an_england_value_recolours_every_area_it_touches_and_no_other(api: Api):
    await api.observe("Dec-17", "79.29")
    await api.observe("Dec-17", "95", area="E06000027")
    await api.observe("Nov-17", "95", area="E10000008")
    before = len(await api.events())
    made = await api.observe("Dec-17", "80", area=ENGLAND)
    news = (await api.events())[before:]
    told = {e["subject"].split("/")[1]: (e["data"]["benchmark"]["colour"], e["aggregateversion"]) for e in news}
    assert told == {PLYMOUTH: ("amber", 2), "E06000027": ("green", 2), ENGLAND: ("white", 1)}
    assert made["event"] in {e["id"] for e in news if e["subject"].endswith(ENGLAND)}
    assert all(e["data"]["changed"] == [] for e in news if not e["subject"].endswith(ENGLAND))
    await api.observe("Dec-17", "80", 200, area=ENGLAND)
    assert len(await api.events()) == before + 3
    assert (await api.get(f"{AE}/status", area="E10000008"))["version"] == 1


async def test_computed_limits_travel_and_decide_significance(api: Api):
    await api.post("/frameworks", {"code": "PHOF", "name": "Public health", "benchmark_method": "significance"})
    await api.post("/indicators", MONTHLY | {"code": "smoking", "framework": "PHOF", "polarity": "low_is_good"})
    made = await api.observe("Dec-17", "50", code="smoking", count="50", denominator="100")
    assert made["limits"] == {"lower": "40.38315304", "upper": "59.61684696", "computed": True}
    assert (made["lower"], made["upper"]) == (None, None)
    assert (await api.events())[-1]["data"]["latest"]["lower"] == "40.38315304"
    await api.observe("Dec-17", "40", code="smoking", area=ENGLAND)
    status = await api.get("/indicators/smoking/status", area=PLYMOUTH)
    assert (status["benchmark"]["colour"], status["benchmark"]["rule"]) == ("red", "significance")


def _as_read(observation: Observation) -> ReadObservation:
    return lambda _kind: observation


@pytest.mark.both_engines
async def test_many_observations_are_one_change_and_long_ones_several_events(api: Api):
    period, observations = Period.parse("1950-01"), []
    for n in range(501):
        observations.append(Observation(period, Decimal(n % 100), ObservationStatus.FINAL))
        period = period.next()
    sent = [(SeriesKey("ae-four-hour-wait", PLYMOUTH), _as_read(each)) for each in observations]
    recorded = await api.database.write(lambda tx: record_observations(tx, sent))
    events = await api.events()
    assert [(e["aggregateversion"], len(e["data"]["changed"])) for e in events] == [(1, 500), (2, 1)]
    assert (recorded[0].event, recorded[-1].event) == (events[0]["id"], events[1]["id"])
    assert {r.version for r in recorded} == {2}
    assert (await api.observe("Jan-18", "81.6"))["version"] == 3


async def test_many_observations_are_all_or_none_and_name_the_faulty(api: Api):
    good = {"area": PLYMOUTH, "period": "Dec-17", "value": "1", "status": "final"}
    await api.post(f"{AE}/observations", good)
    key = SeriesKey("ae-four-hour-wait", PLYMOUTH)
    observations = [
        Observation(Period.parse("2017-11"), Decimal(5), ObservationStatus.FINAL),
        Observation(Period.parse("2017-10"), Decimal(500), ObservationStatus.FINAL),
    ]
    with pytest.raises(ObservationInvalid) as refused:
        await api.database.write(lambda tx: record_observations(tx, [(key, _as_read(each)) for each in observations]))
    assert [e.field for e in refused.value.errors] == ["observations.1.value"]
    assert len((await api.get(f"{AE}/observations"))["items"]) == 1


@pytest.mark.both_engines
async def test_writers_at_once_leave_no_gap_and_no_double(api: Api):
    """Twelve writers on one series that none had opened, six on another, and England in between."""
    work = [api.observe(f"2017-{n:02d}", str(40 + n)) for n in range(1, 13)]
    work += [api.observe(f"2017-{n:02d}", "50", area="E06000027") for n in range(1, 7)]
    work += [api.observe(f"2017-{n:02d}", "60", area=ENGLAND) for n in (6, 12)]
    await asyncio.gather(*work)
    by_subject: dict[str, list[int]] = {}
    newest = {}
    for event in await api.events():
        by_subject.setdefault(event["subject"], []).append(event["aggregateversion"])
        newest[event["subject"]] = event["data"]
    for versions in by_subject.values():
        assert all(after == before + 1 for before, after in pairwise([0, *versions]))
    for area in (PLYMOUTH, "E06000027", ENGLAND):
        status = await api.get(f"{AE}/status", area=area)
        told = newest[f"ae-four-hour-wait/{area}"]
        assert (status["series"], status["benchmark"]) == (as_shown(told["series"]), told["benchmark"])
        assert status["version"] == by_subject[f"ae-four-hour-wait/{area}"][-1]


@pytest.mark.both_engines
async def test_writers_of_one_period_each_get_a_revision_of_their_own(api: Api):
    work = [api.observe("Dec-17", str(n), status="provisional") for n in range(8)]
    made = await asyncio.gather(*work)
    assert sorted(m["revision"] for m in made) == list(range(1, 9))
    assert sorted(m["version"] for m in made) == list(range(1, 9))


async def test_choices_are_refused_in_the_words_of_the_wire(api: Api):
    refused = [
        await api.observe("Jan-18", "1", 422, status="x"),
        await api.observe("2017", "1", 422),
        await api.post("/indicators", MONTHLY | dict.fromkeys(("unit", "polarity", "frequency"), "x"), 422),
        await api.post(f"{AE}/targets", {"area": PLYMOUTH, "kind": "x"}, 422),
        await api.post(f"{AE}/targets", {"area": PLYMOUTH, "kind": "reduce_by_percent"}, 422),
        await api.post("/frameworks", {"code": "F", "name": "F", "benchmark_method": "x"}, 422),
        await api.get(f"{AE}/observations", 422, status="x"),
    ]
    for problem in refused:
        assert problem["errors"]
        for error in [{"message": problem["detail"]}, *problem["errors"]]:
            assert not {"<", ">"} & set(error["message"])
            assert "Kind." not in error["message"]

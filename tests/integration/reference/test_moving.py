"""Observations posted to the loaded suite move its risks and schemes by what is documented."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import text

from chassis.bus.port import Message
from chassis.events.dead_letters import list_parked_subjects
from contracts.topics import events_topic
from tests.integration.reference.conftest import AE

GAP = "life-gap"


async def test_the_four_risks_stand_as_printed_with_every_link_known(suite):
    for ref, (impact, likelihood), movement in (
        ("OCC2", (4, 4), "unchanged"),
        ("OCC3", (4, 4), "unchanged"),
        ("OCC4", (4, 4), "new"),
        ("OCC5", (4, 3), "unchanged"),
    ):
        risk = await suite.get(f"/risks/v1/risks/{ref}")
        for rating in ("assessed", "indicated", "effective"):
            assert (risk[rating]["impact"], risk[rating]["likelihood"]) == (impact, likelihood), (ref, rating)
        assert risk["movement"] == movement, ref
        assert max(link["severity_at"] for link in risk["links"]) == 1, ref
        assert not any(link["stale"] for link in risk["links"]), ref
    assert (await suite.get("/risks/v1/review-tasks"))["items"] == []


@pytest.mark.parametrize(
    ("indicator", "steps"),
    [
        (AE, [("Jan-18", "76.6", 20), ("Feb-18", "85.0", 20), ("Mar-18", "86.0", 12)]),
        (AE, [("Jan-18", "70.1", 20), ("Feb-18", "96.0", 20), ("Mar-18", "96.5", 12)]),
        ("rtt-18-weeks", [("Feb-18", "70.0", 20), ("Mar-18", "82.0", 20), ("Apr-18", "83.0", 16)]),
        ("dtoc-all", [("2017/18 Q4", "30.0", 20), ("2018/19 Q1", "20.0", 20), ("2018/19 Q2", "15.0", 16)]),
        ("emergency-admissions-65-plus", [("Jan-18", "1600", 20), ("Feb-18", "1300", 20), ("Mar-18", "1290", 16)]),
    ],
)
async def test_occ4_goes_up_and_down_again(suite, indicator, steps):
    for period, value, score in steps:
        assert (await suite.post(indicator, period, value)).status_code == 201
        risk = await suite.get("/risks/v1/risks/OCC4")
        assert risk["effective"]["score"] == score, period


async def test_one_observation_moves_a_risk_and_a_scheme_by_the_documented_pounds(suite):
    path = "/finance/v1/schemes/front-door/position"
    assert (await suite.get(path))["indicated"]["amount"] == "7075.74"
    shown = []
    for period, value in (("Jan-18", "76.6"), ("Feb-18", "85.0"), ("Mar-18", "86.0")):
        await suite.post(AE, period, value)
        shown.append(Decimal((await suite.get(path))["indicated"]["amount"]))
    assert shown == [Decimal("484.64"), Decimal("10177.44"), Decimal("21808.80")]
    assert (await suite.get(path))["banked"]["amount"] == "0.00"


async def test_a_record_under_the_key_of_another_indicator_is_parked_and_freezes_neither(suite):
    """Its body is genuine but for its version and values; it moves no risk, no pledge and no pound."""
    risk, position = "/risks/v1/risks/OCC4", "/finance/v1/schemes/front-door/position"
    before = [await suite.get(path) for path in (risk, position)]
    key = "dtoc-all/E06000026"
    producer = await suite.running.bus.producer()
    await producer.publish(events_topic("indicators"), [Message(key, await _forged(suite, f"{AE}/E06000026"))])
    await producer.close()
    await suite.caught_up()
    for service in ("risks", "pledges", "finance"):
        parked = await suite.running.databases[service].read(lambda tx, name=service: list_parked_subjects(tx, name))
        assert parked == {key}, service
    assert [await suite.get(path) for path in (risk, position)] == before
    await suite.post("dtoc-all", "2017/18 Q4", "30.0")
    assert (await suite.get(risk))["effective"]["score"] == 20
    await suite.post(AE, "Jan-18", "76.6")
    assert (await suite.get(position))["indicated"]["amount"] == "484.64"


async def _forged(suite, subject: str) -> bytes:
    """The newest event of a series once more, as a later one that tells of nothing but 60."""

    async def newest(tx) -> bytes:
        found = text("SELECT body FROM outbox WHERE subject = :subject ORDER BY version DESC LIMIT 1")
        return (await tx.session.execute(found, {"subject": subject})).scalar_one()

    event = json.loads(await suite.running.databases["indicators"].read(newest))
    for point in (*event["data"]["series"], *event["data"]["changed"]):
        point |= {"value": "60", "revision": point["revision"] + 1}
    return json.dumps(event | {"id": "forged", "aggregateversion": event["aggregateversion"] + 1}).encode()


async def test_a_gap_moves_the_risk_that_is_linked_to_it(suite):
    await _define_gap(suite)
    for period, most in (("2017-10", "74"), ("2017-11", "75")):
        await _observe_ends(suite, period, least="80", most=most)
    await suite.caught_up()
    path, link = "/risks/v1/risks/OCC4", {"indicator": GAP, "area": "E06000026", "group": "inequality"}
    links = (await suite.get(f"{path}/links"))["links"]
    (await suite.client.put(f"{path}/links", json={"links": [*links, link]})).raise_for_status()
    before = await suite.get(path)
    assert [one["severity_now"] for one in before["links"] if one["indicator"] == GAP] == [0]
    await _observe_ends(suite, "2017-12", least="81", most="70")
    await suite.caught_up()
    after = await suite.get(path)
    assert [(one["severity_now"], one["pending"]) for one in after["links"] if one["indicator"] == GAP] == [(2, False)]
    assert (before["effective"]["score"], after["effective"]["score"]) == (16, 20)


async def _define_gap(suite) -> None:
    """How many years people live in health, and how far the most deprived are behind: six at most."""
    life = {"code": "life", "name": "Life", "unit": "years", "decimals": 1, "frequency": "month"}
    ends = {"source": "life", "dimension": "deprivation", "a": "least", "b": "most"}
    for body in (
        life | {"polarity": "high_is_good", "dimensions": {"deprivation": ["most", "least"]}},
        life | {"code": GAP, "polarity": "low_is_good", "gap": ends},
    ):
        (await suite.client.post("/indicators/v1/indicators", json=body)).raise_for_status()
    target = {"area": "E06000026", "kind": "reach", "value": "6"}
    (await suite.client.post(f"/indicators/v1/indicators/{GAP}/targets", json=target)).raise_for_status()


async def _observe_ends(suite, period: str, **ends: str) -> None:
    for end, value in ends.items():
        body = {"area": "E06000026", "period": period, "value": value, "status": "final"}
        sent = body | {"breakdown": {"deprivation": end}}
        (await suite.client.post("/indicators/v1/indicators/life/observations", json=sent)).raise_for_status()

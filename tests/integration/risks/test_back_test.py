"""Whether a risk's indicators told of what its owner judged, as its readers are told that."""

import csv
import io
from datetime import date

import pytest

from chassis.events.envelope import Delivery
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.risks.projection import SUBSCRIPTION
from tests.integration.risks.conftest import Register, counted, links, wire


@pytest.mark.both_engines
async def test_a_link_is_held_against_its_owners_judgements(register: Register) -> None:
    await register.pin(date(2017, 10, 15))
    await register.risk(links=links("ae/RK9", "beds/RK9"), mode="propose")
    await register.pin(date(2017, 12, 5))
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4, "reason": "Worse"})
    await register.say("ae/RK9", 1, "gggrrr")
    await register.say("beds/RK9", 1, "gggggr")
    await register.pin(date(2018, 2, 28))
    found = await register.get("/risks/OCC4/back-test")
    assert (found["ref"], found["business_date"], "Of every period" in found["about"]) == ("OCC4", "2018-02-28", True)
    shown = [(one["indicator"], one["before"], one["after"], one["flips"], one["periods"]) for one in found["links"]]
    assert shown == [("ae", 1, 0, 1, 6), ("beds", 0, 1, 1, 6)]
    assert found["links"][0]["reassessments"] == [
        {"since": "2017-10-15", "on": "2017-12-05", "direction": "worse", "verdict": "before"}
    ]
    rows = list(csv.DictReader(io.StringIO((await register.http.get("/risks/v1/risks/OCC4/back-test.csv")).text)))
    assert [(row["indicator"], row["first_period"], row["last_period"], row["after"]) for row in rows] == [
        ("ae", "2017-08", "2018-01", "0"),
        ("beds", "2017-08", "2018-01", "1"),
    ]


@pytest.mark.both_engines
async def test_what_accepts_a_proposal_is_left_out(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg", last="2017-12")
    await register.risk(links=links("ae/RK9"), mode="propose")
    await register.say("ae/RK9", 2, "ggr")
    [proposal] = (await register.get("/risks/OCC4/proposals"))["items"]
    await register.post(f"/risks/OCC4/proposals/{proposal['id']}/accept", {"reason": "Yes"}, 200)
    [link] = (await register.get("/risks/OCC4/back-test"))["links"]
    assert (link["reassessments"], link["flips"]) == ([], 1)


@pytest.mark.both_engines
async def test_it_takes_as_many_statements_for_any_number_of_links(register: Register) -> None:
    sent = []
    for number in range(1, 4):
        names = [f"i{each}/RK9" for each in range(number)]
        await register.risk(f"R{number}", links=links(*names))
        with counted(register.database) as statements:
            await register.get(f"/risks/R{number}/back-test")
        sent.append(len(statements))
    assert sent == [sent[0]] * 3, statements
    await register.get("/risks/NONE/back-test", 404)


MONTHS = "ggggggrrrrrrggggggaaaaaarrrrrrgggggg"
"""Three years of them, the last in January 2018."""


def events_of(subject: str, colours: str = MONTHS) -> list[Delivery]:
    """An event a month, each of which shows six of them."""
    last, told = Period.parse("2018-01"), []
    for number in range(len(colours), 0, -1):
        told.insert(0, wire(subject, number, colours[max(0, number - 6) : number], last=last.label))
        last = last.previous()
    return told


async def periods_of(register: Register) -> tuple[int, str, str, int]:
    [link] = (await register.get("/risks/OCC4/back-test"))["links"]
    return link["periods"], link["first_period"], link["last_period"], link["flips"]


@pytest.mark.both_engines
@pytest.mark.parametrize("at_once", [1, 5, 6, 36])
async def test_all_that_was_ever_shown_is_kept_however_much_comes_at_once(register: Register, at_once: int) -> None:
    await register.risk(links=links("ae/RK9"))
    told = events_of("ae/RK9")
    for start in range(0, len(told), at_once):
        await register.hear(*reversed(told[start : start + at_once]))
    assert await periods_of(register) == (36, "2015-02", "2018-01", 5)
    await register.hear(*reversed(told))
    assert await periods_of(register) == (36, "2015-02", "2018-01", 5)
    await register.say("ae/RK9", 40, "ggggg", last="2017-12")
    assert await periods_of(register) == (35, "2015-02", "2017-12", 5)


@pytest.mark.parametrize("at_once", [1, 2, 3])
async def test_what_is_kept_hangs_on_no_batch_where_one_event_changes_many_periods(register: Register, at_once: int):
    await register.risk(links=links("ae/RK9"))
    ends = ("2015-06", "2016-03", "2018-01")
    told = [wire("ae/RK9", number, "gggggr", last=end) for number, end in enumerate(ends, start=1)]
    for start in range(0, len(told), at_once):
        await register.hear(*told[start : start + at_once])
    assert await periods_of(register) == (18, "2015-01", "2018-01", 5)


@pytest.mark.both_engines
async def test_what_was_shown_outlives_a_rebuild_by_a_log_that_begins_later(register: Register) -> None:
    await register.risk(links=links("ae/RK9"))
    told = events_of("ae/RK9")
    await register.hear(*told)
    before = await register.get("/risks/OCC4/back-test"), await register.column("series_window", "subject", "points")

    async def rebuild(tx: Tx) -> None:
        await SUBSCRIPTION.projection.drop(tx)
        await SUBSCRIPTION.projection.fold(tx, told[-1:])
        await SUBSCRIPTION.projection.evaluate_all(tx)

    await register.database.write(rebuild)
    after = await register.get("/risks/OCC4/back-test"), await register.column("series_window", "subject", "points")
    assert after == before


@pytest.mark.both_engines
async def test_what_its_producer_lost_is_forgotten_with_its_past(register: Register) -> None:
    await register.risk(links=links("ae/RK9"))
    await register.hear(*events_of("ae/RK9"), *events_of("beds/RK9", "rr"))

    async def forget(tx: Tx) -> None:
        assert SUBSCRIPTION.projection.forget
        await SUBSCRIPTION.projection.forget(tx, ["ae/RK9"])

    await register.database.write(forget)
    assert await periods_of(register) == (0, None, None, 0)
    assert {subject for (subject,) in await register.column("series_window", "subject")} == {"beds/RK9"}


@pytest.mark.both_engines
async def test_series_that_would_have_told_are_suggested(register: Register) -> None:
    await register.hear(
        *events_of("ae/RK9", "gggggggggg"),
        *events_of("beds/RK9", "ggggggrrrr"),
        *events_of("flow/RK9", "ggggggggrr"),
        *events_of("beds/RJZ", "ggggggrrrr"),
        *events_of("beds/RK9/sex=male", "ggggggrrrr"),
    )
    await register.pin(date(2017, 9, 15))
    await register.risk(links=links("ae/RK9"), mode="propose")
    await register.pin(date(2017, 12, 5))
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4, "reason": "Worse"})
    await register.pin(date(2018, 2, 28))
    found = await register.get("/risks/OCC4/suggested-links", signal="target")
    assert (found["areas"], found["looked_at"], found["reassessments"], found["is_cut"]) == (["RK9"], 2, 1, False)
    shown = [(each["indicator"], each["lead"], each["before"], each["periods"]) for each in found["suggestions"]]
    assert shown == [("beds", 1, 1, 10)]
    assert "2 series were held against 1 re-assessment." in found["about"]
    elsewhere = await register.get("/risks/OCC4/suggested-links", area="RJZ")
    assert [(each["area"], each["signal"]) for each in elsewhere["suggestions"]] == [("RJZ", "best")]
    path = "/risks/v1/risks/OCC4/suggested-links.csv?signal=target"
    rows = list(csv.DictReader(io.StringIO((await register.http.get(path)).text)))
    assert [(row["indicator"], row["before"], row["wrongly"]) for row in rows] == [("beds", "1", "0")]


@pytest.mark.both_engines
async def test_suggestions_need_an_area_and_take_as_many_statements_for_any_number_of_series(
    register: Register,
) -> None:
    await register.risk()
    problem = await register.get("/risks/OCC4/suggested-links", 422)
    assert problem["errors"][0]["field"] == "area"
    await register.get("/risks/NONE/suggested-links", 404)
    await register.get("/risks/OCC4/suggested-links", 422, area="RK9", signal="finance")
    await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4, "reason": "Worse"})
    sent = []
    for number in range(3):
        await register.say(f"i{number}/RK9", 1, "ggr")
        with counted(register.database) as statements:
            await register.get("/risks/OCC4/suggested-links", area="RK9")
        sent.append(len(statements))
    assert sent == [sent[0]] * 3, statements

"""Risks priced by their owners, and what the register could cost."""

import asyncio
import csv
import io
import sys
import threading
from datetime import date
from typing import Any

import pytest

from chassis.storage import migrate
from chassis.storage.transaction import Tx
from services.risks.service import pricing
from tests.integration.risks.conftest import Register, counted, links
from tests.integration.risks.test_migrating import MOVED, THREE

LOSSES: dict[str, Any] = {
    "losses": [
        {"likelihood": 4, "chance": "0.5", "low": "50000", "high": "400000"},
        {"likelihood": 3, "chance": "1", "low": "1000", "high": "1000"},
    ],
    "reason": "With finance",
}


@pytest.mark.both_engines
async def test_the_curve_follows_the_likelihood_in_effect(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=links("ae/RK9"))
    await register.risk("OTHER")
    await register.risk("CHANCE", kind="opportunity")
    await register.risk("DRAFT", status="draft")
    shown = await register.put("/risks/OCC4/losses", LOSSES)
    assert [band["likelihood"] for band in shown["losses"]] == [3, 4]
    assert await register.get("/risks/OCC4/losses") == {"losses": shown["losses"]}
    assert (await register.put("/risks/OCC4/losses", LOSSES))["version"] == shown["version"]
    found = await register.get("/exposure", seed="7", years="1000")
    assert (found["expected"], found["unpriced"], found["seed"], found["years"]) == ("1000", ["OTHER"], 7, 1000)
    assert {point["loss"] for point in found["curve"]} == {"1000"}
    await register.say("ae/RK9", 2, "ggr")
    moved = await register.get("/exposure", seed="7", years="1000")
    assert (moved["risks"][0]["chance"], moved["curve"][0]["loss"]) == ("0.5", "0")
    assert await register.get("/exposure", seed="7", years="1000") == moved
    text = (await register.http.get("/risks/v1/exposure.csv", params={"seed": 7, "years": 1000})).text
    assert [row["loss"] for row in csv.DictReader(io.StringIO(text))] == [each["loss"] for each in moved["curve"]]
    assert [event["losses"][0]["low"] for event in (await register.events("OCC4"))[-2:]] == ["1000", "1000"]
    assert (await register.audited())[-1][0] == "risk.priced"


@pytest.mark.parametrize(
    ("band", "field"),
    [
        ({"likelihood": 6}, "losses.0.likelihood"),
        ({"chance": "1.1"}, "losses.0.chance"),
        ({"chance": "0"}, "losses.0.chance"),
        ({"low": "0"}, "losses.0.low"),
        ({"high": "10"}, "losses.0"),
        ({"low": "399.99"}, "losses.0"),
        ({"low": "1000000000000", "high": "1000000000000.01"}, "losses.0.high"),
        ({"likelihood": 3}, "body"),
    ],
)
async def test_what_cannot_be_priced_is_refused(register: Register, band: dict[str, Any], field: str) -> None:
    await register.risk()
    losses = [LOSSES["losses"][0] | band, LOSSES["losses"][1]]
    problem = await register.put("/risks/OCC4/losses", LOSSES | {"losses": losses}, 422)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert (await register.get("/risks/OCC4"))["losses"] == []


async def store(register: Register, bands: list[dict[str, str]]) -> None:
    """Have a risk cost what could once be said."""

    async def work(tx: Tx) -> None:
        await tx.session.execute(tx.table("risk").update().values(losses={"format": 1, "items": bands}))

    await register.database.write(work)


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("low", "high"), [("0.01", "9999999999999999.99"), ("1", "1001"), ("1e-300", "1e300"), ("5e12", "6e12")]
)
async def test_an_absurd_price_that_is_stored_already_is_no_price(register: Register, low: str, high: str) -> None:
    await register.risk()
    await store(register, [{"likelihood": "3", "chance": "1", "low": low, "high": high}])
    found = await register.get("/exposure", years="1000")
    assert (found["unpriced"], found["risks"], found["expected"]) == (["OCC4"], [], "0")
    assert len((await register.get("/risks/OCC4/losses"))["losses"]) == 1
    assert len((await register.get("/risks/OCC4"))["losses"]) == 1
    assert (await register.http.get("/risks/v1/exposure.csv", params={"years": 1000})).status_code == 200


@pytest.mark.both_engines
async def test_what_is_priced_is_read_in_as_many_statements_for_any_number(register: Register) -> None:
    sent = []
    for number in range(3):
        await register.risk(f"R{number}", links=links("ae/RK9"))
        await register.put(f"/risks/R{number}/losses", LOSSES)
        with counted(register.database) as statements:
            await register.get("/exposure", years="1000")
        sent.append(len(statements))
        assert not [each for each in statements if "risk_link" in each], "nothing of links is read"
    assert sent == [sent[0]] * 3, statements


async def test_an_override_that_ended_prices_nothing(register: Register) -> None:
    await register.risk()
    await register.put("/risks/OCC4/losses", LOSSES)
    override = {"impact": 4, "likelihood": 5, "until": "2018-03-15", "reason": "For a while"}
    await register.post("/risks/OCC4/override", override, 200)
    assert (await register.get("/exposure", years="1000"))["unpriced"] == ["OCC4"]
    await register.pin(date(2018, 3, 16))
    assert (await register.get("/exposure", years="1000"))["expected"] == "1000"


async def test_more_than_one_go_can_simulate_is_refused(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pricing, "MOST_DRAWS", 1500)
    for ref in ("A", "B"):
        await register.risk(ref)
        await register.put(f"/risks/{ref}/losses", LOSSES)
    problem = await register.get("/exposure", 422, years="1000")
    assert problem["type"] == "/problems/exposure-too-large"
    assert [error["field"] for error in problem["errors"]] == ["years"]
    assert "at most" not in problem["errors"][0]["message"], "750 cannot be asked for"
    assert (await register.get("/exposure", 422))["type"] == problem["type"]


async def test_unless_told_otherwise_as_many_years_as_can_be_are_simulated(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await register.get("/exposure"))["years"] == 10_000
    monkeypatch.setattr(pricing, "MOST_DRAWS", 5000)
    for ref in ("A", "B"):
        await register.risk(ref)
        await register.put(f"/risks/{ref}/losses", LOSSES)
    assert (await register.get("/exposure"))["years"] == 2500
    [error] = (await register.get("/exposure", 422, years="2501"))["errors"]
    assert error["message"].startswith("at most 2500 for 2 threats")
    assert (await register.get("/exposure", years="2500"))["years"] == 2500


async def test_an_opportunity_costs_nothing(register: Register) -> None:
    await register.risk(kind="opportunity")
    problem = await register.put("/risks/OCC4/losses", LOSSES, 422)
    assert (problem["type"], problem["errors"][0]["field"]) == ("/problems/opportunity-without-losses", "losses")
    await store(register, [{"likelihood": "3", "chance": "1", "low": "1", "high": "2"}])
    nothing = await register.put("/risks/OCC4/losses", {"losses": [], "reason": "It is no threat"})
    assert nothing["losses"] == []


async def test_neither_the_sampling_nor_its_library_holds_up_others(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, threads = "services.risks.domain.simulation", list[threading.Thread]()

    class Watching:
        def find_spec(self, wanted: str, *_: Any) -> None:
            if wanted == name:
                threads.append(threading.current_thread())

    monkeypatch.setattr(sys, "meta_path", [Watching(), *sys.meta_path])
    monkeypatch.delitem(sys.modules, name, raising=False)
    await register.get("/exposure", years="1000")
    assert [thread is threading.main_thread() for thread in threads] == [False]


@pytest.mark.both_engines
async def test_it_is_told_as_of_a_quarter_and_of_a_moment(register: Register) -> None:
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=links("ae/RK9"))
    await register.risk("LATER", register="other")
    first = [{"likelihood": 3, "chance": "1", "low": "1000", "high": "1000"}]
    await register.put("/risks/OCC4/losses", {"losses": first, "reason": "r"})
    priced = (await register.get("/risks/OCC4"))["changed_at"]
    now = await register.get("/exposure", years="1000")
    assert (now["business_date"], now["expected"]) == ("2018-02-28", "1000")
    await register.pin(date(2018, 4, 10))
    await register.say("ae/RK9", 2, "ggr")
    dearer = [*first, {"likelihood": 4, "chance": "1", "low": "7000", "high": "7000"}]
    await register.put("/risks/OCC4/losses", {"losses": dearer, "reason": "r"})
    await register.put("/risks/LATER/losses", {"losses": first, "reason": "r"})
    assert (await register.get("/exposure", years="1000"))["expected"] == "8000"
    for past in ({"quarter": "2017/18 Q4"}, {"as_of": priced}, {"quarter": "2017/18 Q4", "register": "people-2018"}):
        then = await register.get("/exposure", years="1000", **past)
        assert (then["expected"], [risk["ref"] for risk in then["risks"]]) == ("1000", ["OCC4"]), past
        assert then["unpriced"] == ([] if "register" in past else ["LATER"])
    assert (await register.get("/exposure", years="1000", quarter="2017/18 Q4"))["business_date"] == "2018-03-31"
    assert (await register.get("/exposure", years="1000", quarter="2017/18 Q3"))["unpriced"] == []
    await register.post("/risks/OCC4/close", {"reason": "Solved"}, 200)
    assert (await register.get("/exposure", years="1000", quarter="2017/18 Q4"))["expected"] == "1000"
    text = (await register.http.get("/risks/v1/exposure.csv", params={"years": 1000, "quarter": "2017/18 Q4"})).text
    assert {row["loss"] for row in csv.DictReader(io.StringIO(text))} == {"1000"}


async def migrated_again(register: Register) -> None:
    """Have the past of prices as a database has it that was filled before it was kept."""
    url = register.database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.downgrade, "services.risks", url, "0018")
    await asyncio.to_thread(migrate.upgrade, "services.risks", url)


@pytest.mark.both_engines
async def test_prices_that_no_record_tells_of_count_from_the_last_change(register: Register) -> None:
    await register.risk()
    await store(register, [{"likelihood": "3", "chance": "1", "low": "1000", "high": "1000"}])
    await migrated_again(register)
    found = await register.get("/exposure", years="1000")
    assert found["expected"] == "1000"
    await register.pin(date(2018, 7, 10))
    assert (await register.get("/exposure", years="1000", quarter="2017/18 Q4"))["risks"] == found["risks"]
    rows = list(csv.DictReader(io.StringIO((await register.http.get("/risks/v1/register.csv")).text)))
    assert [row["ref"] for row in rows] == ["OCC4"]


@pytest.mark.both_engines
@pytest.mark.parametrize("kept", [True, False])
async def test_prices_of_before_their_past_was_kept_count_from_the_day_they_were_given(
    register: Register, *, kept: bool
) -> None:
    """Whether or not a revision was ``kept`` where they were given."""

    async def give(pounds: str) -> str:
        band = {"likelihood": 3, "chance": "1", "low": pounds, "high": pounds}
        await register.put("/risks/OCC4/losses", {"losses": [band], "reason": "r"})
        return str((await register.get("/risks/OCC4"))["changed_at"])

    async def forget_revisions(tx: Tx) -> None:
        revision = tx.table("risk_revision")
        await tx.session.execute(revision.delete().where(revision.c.losses.is_not(None), revision.c.title == "First"))

    await register.risk(title="First")
    before = (await register.get("/risks/OCC4"))["changed_at"]
    await register.risk("NEVER")
    await register.pin(date(2018, 3, 5))
    known = await give("1000")
    await register.pin(date(2018, 4, 10))
    await give("2000")
    if not kept:
        await register.database.write(forget_revisions)
    await register.pin(date(2018, 7, 10))
    await register.patch("/risks/OCC4", {"title": "Second", "reason": "r"})
    await migrated_again(register)
    await register.pin(date(2018, 10, 10))
    asked = [{"as_of": before}, {"as_of": known}, *({"quarter": name} for name in ("2017/18 Q4", "2018/19 Q1")), {}]
    found = [await register.get("/exposure", years="1000", **past) for past in asked]
    assert [one["expected"] for one in found] == ["0", "1000", "1000", "2000", "2000"]
    assert [one["title"] for each in found for one in each["risks"]] == ["First"] * 3 + ["Second"]
    assert (await register.get("/exposure", years="1000", quarter="2018/19 Q2"))["risks"] == found[-1]["risks"]


@pytest.mark.both_engines
async def test_prices_that_a_move_took_away_are_none_afterwards(register: Register) -> None:
    await register.post("/matrices", THREE)
    await register.risk()
    await register.put("/risks/OCC4/losses", LOSSES)
    await register.pin(date(2018, 4, 10))
    await register.post("/risks/OCC4/move", MOVED, 200)
    await migrated_again(register)
    await register.pin(date(2018, 7, 10))
    found = [await register.get("/exposure", years="1000", quarter=name) for name in ("2017/18 Q4", "2018/19 Q1")]
    assert [(one["expected"], one["unpriced"]) for one in found] == [("1000", []), ("0", ["OCC4"])]

"""An indicator's values become entries; a revision posts the difference; closed quarters never change."""

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal

import httpx
import pytest

from chassis.settings import ServiceSettings
from chassis.storage.database import Database
from contracts.colours import Polarity
from tests.integration.finance.world import (
    Source,
    cash,
    entries,
    fund_body,
    hear,
    link_body,
    money,
    published,
    scheme_body,
    totals,
    worth,
)


async def define(api: httpx.AsyncClient, code: str = "admissions", **changes: object) -> None:
    answer = await api.post("/finance/v1/schemes", json=scheme_body(code, **changes))
    assert answer.status_code == 201, answer.text


async def position(api: httpx.AsyncClient, scheme: str = "admissions") -> dict[str, object]:
    answer = await api.get(f"/finance/v1/schemes/{scheme}/position")
    found: dict[str, object] = answer.json()
    return found


async def close(api: httpx.AsyncClient, quarter: str) -> httpx.Response:
    return await api.put(f"/finance/v1/funds/integrated-fund/closed-quarters/{quarter}")


async def test_a_value_becomes_an_entry_and_an_event_with_its_cause(api: httpx.AsyncClient, database: Database):
    await define(api)
    await hear(database, [Source().say({"2017-12": "1371"})])
    (entry,) = await entries(api, "admissions")
    assert entry["cash"] == money("6999.15")
    assert entry["non_cash"] == money("2333.05")
    assert (entry["period"], entry["posted_in"], entry["relates_to"]) == ("2017-12", "2017/18 Q3", None)
    assert (entry["revision"], entry["event_id"]) == (1, "E06000026-1")
    first, second = await published(database, "admissions")
    assert (first["aggregateversion"], second["aggregateversion"]) == (1, 2)
    assert second["data"]["indicated"] == money("6999.15")
    assert second["data"]["banked"] == money(0)
    assert second["data"]["caused_by"] == ["E06000026-1"]
    assert "actual 1371" in second["data"]["why"]


@pytest.mark.parametrize(
    "history",
    [
        ["1371"],
        ["1371", "1380"],
        ["1371", "1429"],
        ["1371", None],
        ["1371", None, "1350"],
        ["1429", "1429.4", "1400"],
        [None, "1371"],
    ],
)
async def test_whatever_was_posted_before_the_period_stands_at_its_last_value(
    api: httpx.AsyncClient, database: Database, history: list[str | None]
):
    await define(api)
    source = Source()
    for value in history:
        await hear(database, [source.say({"2017-12": value})])
    last = history[-1]
    expected = Decimal(0) if last is None else worth(last)
    found = await entries(api, "admissions")
    assert cash(found) == expected
    assert (await position(api))["indicated"] == money(str(expected))
    assert all(entry["relates_to"] == "2017-12" for entry in found[1:])


@pytest.mark.both_engines
async def test_a_closed_quarter_keeps_its_figures_and_the_difference_falls_in_the_open_one(
    api: httpx.AsyncClient, database: Database
):
    await define(api)
    source = Source()
    await hear(database, [source.say({"2017-11": "1390", "2017-12": "1371"})])
    assert (await close(api, "2017/18 Q3")).status_code == 200
    await hear(database, [source.say({"2017-12": "1429"})])
    fund = (await api.get("/finance/v1/funds/integrated-fund/position")).json()
    by_quarter = {q["quarter"]: (q["closed"], q["indicated"]) for q in fund["quarters"]}
    before = worth("1390") + worth("1371")
    assert by_quarter["2017/18 Q3"] == (True, money(str(before)))
    assert by_quarter["2017/18 Q4"] == (False, money(str(worth("1429") - worth("1371"))))
    late = (await entries(api, "admissions"))[-1]
    assert (late["period"], late["posted_in"], late["relates_to"]) == ("2017-12", "2017/18 Q4", "2017-12")
    assert (await position(api))["indicated"] == money(str(worth("1390") + worth("1429")))


async def test_a_difference_passes_over_every_closed_quarter(api: httpx.AsyncClient, database: Database):
    await define(api)
    source = Source()
    await hear(database, [source.say({"2017-06": "1390"})])
    for quarter in ("2017/18 Q1", "2017/18 Q2", "2017/18 Q3"):
        assert (await close(api, quarter)).status_code == 200
    await hear(database, [source.say({"2017-06": "1371"})])
    late = (await entries(api, "admissions"))[-1]
    assert (late["period"], late["posted_in"]) == ("2017-06", "2017/18 Q4")


async def test_a_first_value_for_a_closed_quarter_says_what_it_relates_to(api: httpx.AsyncClient, database: Database):
    await define(api)
    await close(api, "2017-18 Q2")
    await hear(database, [Source().say({"2017-09": "1371"})])
    (entry,) = await entries(api, "admissions")
    assert (entry["posted_in"], entry["relates_to"]) == ("2017/18 Q3", "2017-09")


@pytest.mark.both_engines
async def test_the_same_event_twice_posts_once_even_past_the_inbox(api: httpx.AsyncClient, database: Database):
    await define(api)
    event = Source().say({"2017-12": "1371"})
    await hear(database, [event])
    await hear(database, [event])
    await hear(database, [event, event], through_inbox=False)
    assert len(await entries(api, "admissions")) == 1
    assert len(await published(database, "admissions")) == 2


async def test_an_older_event_still_adds_a_period_the_newer_did_not_carry(api: httpx.AsyncClient, database: Database):
    await define(api)
    source = Source()
    first = source.say({"2017-04": "1371"})
    last = [source.say({month: "1400"}) for month in ("2017-05", "2017-06", "2017-07", "2017-08", "2017-09", "2017-10")]
    await hear(database, [last[-1]])
    assert await totals(api, "admissions") == {}
    await hear(database, [first])
    assert await totals(api, "admissions") == {"2017-04": ("6999.15", "2333.05")}


async def test_a_lower_revision_that_comes_late_changes_nothing(api: httpx.AsyncClient, database: Database):
    await define(api)
    source = Source()
    older, newer = source.say({"2017-12": "1429"}), source.say({"2017-12": "1371"})
    await hear(database, [newer])
    await hear(database, [older])
    assert await totals(api, "admissions") == {"2017-12": ("6999.15", "2333.05")}
    assert [entry["revision"] for entry in await entries(api, "admissions")] == [2]


async def test_a_scheme_defined_later_finds_its_past(api: httpx.AsyncClient, database: Database):
    source = Source()
    await hear(database, [source.say({"2017-03": "1000", "2017-04": "1371"}), source.say({"2017-12": "1390"})])
    await define(api)
    assert await totals(api, "admissions") == {
        "2017-04": ("6999.15", "2333.05"),
        "2017-12": ("2413.50", "804.50"),
    }
    (event,) = await published(database, "admissions")
    assert event["data"]["caused_by"] == ["E06000026-1", "E06000026-2"]


async def test_a_provisional_value_counts_and_says_so_until_it_is_final(api: httpx.AsyncClient, database: Database):
    await define(api)
    source = Source()
    await hear(database, [source.say({"2017-12": "1371"}, status="provisional")])
    assert (await position(api))["flags"] == ["illustrative", "provisional"]
    await hear(database, [source.say({"2017-12": "1371"})])
    assert (await position(api))["flags"] == ["illustrative"]
    assert len(await entries(api, "admissions")) == 1
    assert [e["data"]["flags"] for e in await published(database, "admissions")] == [
        ["illustrative", "nothing_heard"],
        ["illustrative", "provisional"],
        ["illustrative"],
    ]


async def test_a_turned_polarity_turns_every_period_and_an_older_one_does_not_turn_it_back(
    api: httpx.AsyncClient, database: Database
):
    await define(api)
    source = Source()
    first = source.say({"2017-11": "1390"})
    await hear(database, [source.say({"2017-12": "1371"})])
    await hear(database, [source.turn(Polarity.HIGH_IS_GOOD)])
    await hear(database, [first])
    assert await totals(api, "admissions") == {
        "2017-11": ("-2413.50", "-804.50"),
        "2017-12": ("-6999.15", "-2333.05"),
    }
    await hear(database, [source.turn(Polarity.LOW_IS_GOOD)])
    await hear(database, [source.turn(Polarity.HIGH_IS_GOOD)])
    assert (await totals(api, "admissions"))["2017-12"] == ("-6999.15", "-2333.05")


async def test_two_schemes_share_an_indicator_and_a_batch_publishes_each_once(
    api: httpx.AsyncClient, database: Database
):
    await define(api)
    await define(api, "second", link=link_body(attribution="0.6"))
    source = Source()
    await hear(database, [source.say({"2017-11": "1390"}), source.say({"2017-12": "1371"})])
    assert (await totals(api, "second"))["2017-12"] == (f"{worth('1371', '0.6'):.2f}", "3499.58")
    for scheme in ("admissions", "second"):
        events = await published(database, scheme)
        assert len(events) == 2
        assert events[1]["data"]["caused_by"] == ["E06000026-1", "E06000026-2"]


async def test_a_change_of_budget_is_told_by_the_schemes_it_holds_back(api: httpx.AsyncClient, database: Database):
    await define(api)
    await hear(database, [Source().say({"2017-12": "1371"})])
    for state in ("validated", "banked"):
        body = {"reference": state, "state": state, "period": "2017-12", "amount": money("6999.15"), "reason": "x"}
        assert (await api.post("/finance/v1/schemes/admissions/entries", json=body)).status_code == 201
    small = fund_body()
    small["budget_lines"][0]["opening"] = money(5_000)
    assert (await api.put("/finance/v1/funds/integrated-fund", json=small)).status_code == 200
    held = await position(api)
    assert (held["indicated"], held["validated"]) == (money("6999.15"), money("6999.15"))
    assert (held["banked"], held["held"]) == (money(5_000), {"banked": money("1999.15")})
    assert "held_at_budget" in held["flags"]  # type: ignore[operator]
    assert (await published(database, "admissions"))[-1]["data"]["banked"] == money(5_000)
    assert len(await entries(api, "admissions")) == 3


async def test_books_close_by_ended_quarters_only_and_once(
    api: httpx.AsyncClient, move_to: Callable[[date], Awaitable[None]]
):
    early = await close(api, "2017/18 Q4")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/quarter-not-ended")
    await move_to(date(2018, 4, 1))
    done = await close(api, "2017/18 Q4")
    assert done.status_code == 200
    assert (await close(api, "2017-18 Q4")).json() == done.json()
    assert (await close(api, "2017/18")).status_code == 422
    assert (await close(api, "sometime")).status_code == 422
    nowhere = await api.put("/finance/v1/funds/nowhere/closed-quarters/2017/18 Q3")
    assert nowhere.status_code == 404
    assert (await api.get("/finance/v1/funds/integrated-fund")).json()["closed_quarters"] == ["2017/18 Q4"]


@pytest.mark.rest
async def test_the_longest_batch_there_may_be_is_heard_in_one(api: httpx.AsyncClient, database: Database):
    """Every event of another area: PostgreSQL limits the parameters of a statement."""
    (longest,) = [each.le for each in ServiceSettings.model_fields["consumer_batch"].metadata if hasattr(each, "le")]
    await define(api)
    news = [Source(area=f"E{number:08d}").say({"2017-12": "1"}) for number in range(longest - 1)]
    await hear(database, [*news, Source().say({"2017-12": "1371"})])
    assert (await totals(api, "admissions"))["2017-12"][0] == f"{worth('1371'):.2f}"

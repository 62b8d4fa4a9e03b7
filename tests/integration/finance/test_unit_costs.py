"""Unit costs are recorded in versions, and the schemes that name one reckon with it."""

import asyncio
import json
from datetime import date
from functools import partial
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from chassis.jobs.queue import JobFilter, list_jobs
from chassis.jobs.worker import Worker
from chassis.paging import PageRequest
from chassis.settings import ServiceSettings
from chassis.storage import migrate
from chassis.storage.bulk import insert_many
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from services.finance.app import SPEC
from services.finance.domain.unit_costs import UnitCostVersion
from services.finance.models import UnitCostRow, UnitCostVersionRow
from services.finance.repository.unit_costs import row_of
from services.finance.schemas.unit_costs import LibraryCostBody
from services.finance.service.ledger import verify_ledger
from services.finance.service.updates import list_evaluated
from tests.integration.finance.conftest import pin
from tests.integration.finance.world import Source, entries, hear, link_body, money, published, scheme_body, totals

COSTS = "/finance/v1/unit-costs"
ADMISSION = f"{COSTS}/emergency-admission"
REASON = {"reason": "A newer source"}


def cost(amount: str = "1609", **changes: Any) -> dict[str, Any]:
    return {
        "description": "An emergency admission",
        "unit": "emergency admission",
        "amount": money(amount),
        "price_year": "2017/18",
        "source": "Invented",
        "illustrative": True,
    } | changes


def shared_scheme(**changes: Any) -> dict[str, Any]:
    link = {name: value for name, value in link_body().items() if name != "unit_cost"}
    return scheme_body(link=link | {"unit_cost_code": "emergency-admission"}, **changes)


async def explained(api: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get("/finance/v1/schemes/admissions/explanation")).json()
    return found


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]


@pytest.mark.both_engines
async def test_a_scheme_waits_for_its_unit_cost_and_follows_its_versions(api: httpx.AsyncClient, database: Database):
    answer = await api.post("/finance/v1/schemes", json=shared_scheme(illustrative=False))
    assert answer.status_code == 201, answer.text
    assert (answer.json()["link"]["unit_cost"], answer.json()["link"]["unit_cost_code"]) == (
        None,
        "emergency-admission",
    )
    await hear(database, [Source().say({"2017-11": "1390", "2017-12": "1371"})])
    found = await explained(api)
    assert [one["indicated"] for one in found["formula"]["periods"]] == [None, None]
    assert {one["why_nothing"] for one in found["formula"]["periods"]} == {"unit_cost_missing"}
    assert "unit_cost_missing" in found["position"]["flags"]
    assert await totals(api, "admissions") == {}
    assert (await api.put(ADMISSION, json=cost())).status_code == 201
    assert await totals(api, "admissions") == {"2017-11": ("2413.50", "804.50"), "2017-12": ("6999.15", "2333.05")}
    assert "illustrative_unit_cost" in (await explained(api))["position"]["flags"]
    assert (await api.put("/finance/v1/funds/integrated-fund/closed-quarters/2017-18-Q3")).status_code == 200
    dearer = cost("2000", effective_from="2017-12-01") | REASON
    changed = await api.put(ADMISSION, json=dearer)
    assert (changed.status_code, changed.json()["schemes"]) == (200, ["admissions"])
    assert await totals(api, "admissions") == {"2017-11": ("2413.50", "804.50"), "2017-12": ("8700.00", "2900.00")}
    last = (await entries(api, "admissions"))[-1]
    assert (last["cash"], last["posted_in"], last["rule_version"]) == (money("1700.85"), "2017/18 Q4", "1.u2")
    formula = (await explained(api))["formula"]
    assert (formula["unit_cost"], formula["unit_cost_version"]) == (money("2000"), 2)
    assert [one["unit_cost"] for one in formula["periods"]] == [money("1609"), money("2000")]
    assert (await database.read(verify_ledger)).is_clean
    events = await published(database, "unit-cost/emergency-admission")
    assert [(one["aggregateversion"], one["data"]["schemes"]) for one in events] == [
        (1, ["admissions"]),
        (2, ["admissions"]),
    ]
    assert [one["amount"] for one in events[-1]["data"]["versions"]] == [money("1609"), money("2000")]
    again = await api.post("/finance/v1/schemes", json=shared_scheme(illustrative=False))
    assert again.status_code == 200, "the versions are no part of what was agreed"


async def test_a_version_never_changes_and_another_needs_a_reason(api: httpx.AsyncClient):
    assert (await api.put(ADMISSION, json=cost())).status_code == 201
    assert (await api.put(ADMISSION, json=cost())).status_code == 200
    refused = await api.put(ADMISSION, json=cost("1700"))
    assert [error["field"] for error in refused.json()["errors"]] == ["reason"]
    assert [one["version"] for one in (await api.get(ADMISSION)).json()["versions"]] == [1]
    assert (await api.put(ADMISSION, json=cost("1700") | REASON)).status_code == 200
    found = (await api.get(ADMISSION)).json()
    assert [(one["version"], one["amount"], one["reason"]) for one in found["versions"]] == [
        (1, money("1609"), None),
        (2, money("1700"), "A newer source"),
    ]
    [item] = (await api.get(COSTS)).json()["items"]
    assert (item["code"], item["version"], item["illustrative"]) == ("emergency-admission", 2, True)
    assert "emergency-admission,2,An emergency admission" in (await api.get(f"{COSTS}.csv")).text
    assert kind(await api.get(f"{COSTS}/none")) == (404, "unit-cost-unknown")


async def test_only_fiscal_money_is_reckoned_with(api: httpx.AsyncClient):
    assert (await api.put(ADMISSION, json=cost(kind="social"))).status_code == 201
    refused = await api.post("/finance/v1/schemes", json=shared_scheme())
    assert [error["field"] for error in refused.json()["errors"]] == ["link.unit_cost_code"]
    assert (await api.put(ADMISSION, json=cost() | REASON)).status_code == 200
    assert (await api.post("/finance/v1/schemes", json=shared_scheme())).status_code == 201
    back = await api.put(ADMISSION, json=cost(kind="social") | REASON)
    assert [error["field"] for error in back.json()["errors"]] == ["kind"]
    both = await api.post("/finance/v1/schemes", json=scheme_body("both", link=link_body(unit_cost_code="x")))
    assert (both.status_code, "unit_cost" in both.text) == (422, True)
    assert (await api.get("/finance/v1/schemes/both")).status_code == 404


@pytest.mark.both_engines
async def test_amounts_are_uprated_within_one_release(api: httpx.AsyncClient):
    await api.put(ADMISSION, json=cost("1600"))
    years = [{"financial_year": "2017/18", "index": "98"}, {"financial_year": "2018/19", "index": "100"}]
    release = {"base_year": "2018/19", "source": "Invented", "years": years}
    path = "/finance/v1/deflators/2019-03"
    assert (await api.put(path, json=release)).status_code == 201
    assert (await api.put(path, json=release)).status_code == 200
    assert kind(await api.put(path, json=release | {"source": "Another"})) == (409, "deflator-exists")
    assert (await api.get(path)).json() == {"release": "2019-03"} | release
    found = {}
    for year in ("2018/19", "2030/31"):
        answer = await api.get(COSTS, params={"prices_of": year, "deflator": "2019-03"})
        found[year] = answer.json()["items"][0]["uprated"]
    assert found == {"2018/19": money("1632.65"), "2030/31": None}
    assert kind(await api.get(ADMISSION, params={"prices_of": "2018/19", "deflator": "none"})) == (
        404,
        "deflator-unknown",
    )
    for alone, missing in ({"deflator": "2019-03"}, "prices_of"), ({"prices_of": "2018/19"}, "deflator"):
        refused = await api.get(ADMISSION, params=alone)
        assert [error["field"] for error in refused.json()["errors"]] == [missing]


async def test_a_withdrawn_scheme_follows_no_more(api: httpx.AsyncClient, database: Database):
    await api.put(ADMISSION, json=cost())
    await api.post("/finance/v1/schemes", json=shared_scheme())
    await hear(database, [Source().say({"2017-12": "1371"})])
    await api.patch("/finance/v1/schemes/admissions", json={"state": "withdrawn", "reason": "Mistyped"})
    await pin(database, date(2018, 3, 1))
    before = len(await entries(api, "admissions"))
    assert (await api.put(ADMISSION, json=cost("1700") | REASON)).json()["schemes"] == []
    assert len(await entries(api, "admissions")) == before


async def test_money_that_is_not_fiscal_never_counts_in_any_version(api: httpx.AsyncClient, database: Database):
    """What well-being is worth may stand in the library before the fiscal figure; no period reckons with it."""
    await api.put(ADMISSION, json=cost("9000", kind="economic"))
    await api.put(ADMISSION, json=cost("2000", effective_from="2017-12-01") | REASON)
    assert (await api.post("/finance/v1/schemes", json=shared_scheme())).status_code == 201
    await hear(database, [Source().say({"2017-11": "1390", "2017-12": "1371"})])
    assert await totals(api, "admissions") == {"2017-12": ("8700.00", "2900.00")}
    november = (await explained(api))["formula"]["periods"][0]
    assert (november["indicated"], november["why_nothing"]) == (None, "unit_cost_not_effective")
    await api.put(ADMISSION, json=cost("2100", effective_from="2017-12-01") | REASON)
    assert (await totals(api, "admissions")).keys() == {"2017-12"}, "a further version brings none of it back"


@pytest.mark.both_engines
async def test_a_unit_cost_ends_and_can_begin_again(api: httpx.AsyncClient, database: Database):
    await api.put(ADMISSION, json=cost("2000"))
    assert (await api.post("/finance/v1/schemes", json=shared_scheme())).status_code == 201
    await hear(database, [Source().say({"2017-11": "1390", "2017-12": "1371"})])
    lasting = await totals(api, "admissions")
    november = {"2017-11": lasting["2017-11"]}
    past = await api.put(ADMISSION, json=cost("2000", effective_to="2017-11-30") | REASON)
    assert (past.status_code, await totals(api, "admissions")) == (200, lasting), "the version before applies after it"
    ended = await api.put(ADMISSION, json=cost("2000", effective_to="2017-11-30", ends=True) | REASON)
    assert (ended.status_code, ended.json()["versions"][-1]["ends"]) == (200, True)
    assert {period: sums for period, sums in (await totals(api, "admissions")).items() if any(map(float, sums))} == (
        november
    )
    december = (await explained(api))["formula"]["periods"][1]
    assert (december["why_nothing"], december["unit_cost"]) == ("unit_cost_not_effective", None)
    assert (await entries(api, "admissions"))[-1]["rule_version"] == "1.u3"
    assert (await published(database, "unit-cost/emergency-admission"))[-1]["data"]["versions"][-1]["ends"] is True
    await api.put(ADMISSION, json=cost("2000", effective_from="2017-12-01") | REASON)
    assert await totals(api, "admissions") == lasting
    again = await api.put(ADMISSION, json=cost("2000", effective_to="2017-11-30", ends=True) | REASON)
    assert again.status_code == 200, again.text
    assert (await database.read(verify_ledger)).is_clean
    no_day = await api.put(ADMISSION, json=cost("2000", ends=True) | REASON)
    assert [error["field"] for error in no_day.json()["errors"]] == ["ends"]


async def test_the_file_has_every_unit_cost(api: httpx.AsyncClient, database: Database):
    """However many: one more than a file was cut at."""
    many = 10_001
    terms = LibraryCostBody.model_validate(cost()).to_domain()

    async def work(tx: Tx) -> None:
        rows = [{"code": f"c{number:05}", "event_version": 0} for number in range(many)]
        await insert_many(tx, UnitCostRow, rows)
        one = UnitCostVersion(1, terms, "Ana", tx.now, date(2018, 2, 28), None)
        await insert_many(tx, UnitCostVersionRow, [row_of(row["code"], one) for row in rows])

    await database.write(work)
    lines = (await api.get(f"{COSTS}.csv")).text.splitlines()
    assert (len([line for line in lines if line.startswith(("c0", "c1"))]), lines[-1][:6]) == (
        many,
        "c10000",
    )


@pytest.mark.both_engines
async def test_a_database_of_before_reckons_with_fiscal_versions_only(api: httpx.AsyncClient, database: Database):
    await api.put(ADMISSION, json=cost("9000", kind="economic"))
    await api.put(ADMISSION, json=cost("2000", effective_from="2017-12-01") | REASON)
    assert (await api.post("/finance/v1/schemes", json=shared_scheme())).status_code == 201
    await hear(database, [Source().say({"2017-11": "1390", "2017-12": "1371"})])
    before = await totals(api, "admissions")
    await go_back(database)
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url_of(database))
    shown = (await explained(api))["formula"]["periods"]
    assert [one["unit_cost"] for one in shown] == [None, money("2000")]
    assert await totals(api, "admissions") == before, "what was posted stays"
    assert [one["ends"] for one in (await api.get(ADMISSION)).json()["versions"]] == [False, False]


BEFORE = [
    {"version": number, "amount": amount, "source": "x", "price_year": "2017/18", "illustrative": True, "to": None}
    | {"from": day}
    for number, amount, day in ((1, "9000", None), (2, "2000", "2017-12-01"))
]
"""What a scheme of the version before reckoned with: an economic version and a fiscal one."""


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


async def share_as_before(database: Database) -> None:
    async with database.transaction() as connection:
        stored = json.dumps({"format": 1, "versions": BEFORE})
        await connection.execute(sa.text("UPDATE scheme SET shared_cost = :stored"), {"stored": stored})


async def go_back(database: Database) -> None:
    """The database as the version before the last left it."""
    await asyncio.to_thread(migrate.downgrade, SPEC.package, url_of(database), "0017")
    await share_as_before(database)


@pytest.mark.both_engines
async def test_what_the_version_before_indicated_with_other_money_is_taken_back_after_the_upgrade(
    api: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
):
    """Whether or not an event moves the schemes, and a page of schemes a transaction."""
    monkeypatch.setattr("services.finance.service.updates.SCHEMES_AT_ONCE", 1)
    await api.put(ADMISSION, json=cost("9000", kind="economic"))
    await api.put(ADMISSION, json=cost("2000", effective_from="2017-12-01") | REASON)
    for code in ("admissions", "others"):
        link = shared_scheme()["link"] | {"attribution": "0.5"}
        assert (await api.post("/finance/v1/schemes", json=shared_scheme() | {"code": code, "link": link})).is_success
    await share_as_before(database)
    await hear(database, [Source().say({"2017-11": "1390", "2017-12": "1371"})])
    indicated = {code: await totals(api, code) for code in ("admissions", "others")}
    assert indicated["admissions"]["2017-11"] == ("16875.00", "5625.00"), "as the version before counted"
    await go_back(database)
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url_of(database))
    assert set((await _evaluated(database)).values()) == {False}
    versions = len(await published(database, "others"))
    worker = Worker(database, SPEC.jobs, (), ServiceSettings())
    assert await worker.do_next()
    assert await _evaluated(database) == {"admissions": True, "others": True}
    for code, before in indicated.items():
        assert await totals(api, code) == {"2017-12": before["2017-12"]}
        last = (await entries(api, code))[-1]
        assert (last["period"], last["cash"], last["posted_in"]) == ("2017-11", money("-16875.00"), "2017/18 Q3")
    assert len(await published(database, "others")) == versions + 1
    assert (await database.read(verify_ledger)).is_clean
    [job] = (await database.read(lambda tx: list_jobs(tx, JobFilter(), PageRequest(10)))).items
    assert (job.state, job.result) == ("succeeded", {"restated": 2})
    async with database.transaction() as connection:
        steps = (await connection.execute(sa.text("SELECT count(*) FROM job_step"))).scalar_one()
    assert steps == len(["admissions", "others", "no more"])
    assert not await worker.do_next()


async def _evaluated(database: Database) -> dict[str, bool]:
    """Whether the ledger of each scheme is as it is stored."""
    found, after = dict[str, bool](), ""
    while page := await database.read(partial(list_evaluated, after=after)):
        found |= page
        after = list(page)[-1]
    return found


async def test_an_upgrade_that_changes_no_scheme_asks_for_nothing(api: httpx.AsyncClient, database: Database):
    await api.put(ADMISSION, json=cost())
    assert (await api.post("/finance/v1/schemes", json=shared_scheme())).status_code == 201
    await asyncio.to_thread(migrate.downgrade, SPEC.package, url_of(database), "0017")
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url_of(database))
    assert (await database.read(lambda tx: list_jobs(tx, JobFilter(), PageRequest(10)))).items == []


@pytest.mark.both_engines
async def test_the_version_before_goes_on_with_the_newer_schema(api: httpx.AsyncClient, database: Database):
    """It records without saying whether a unit cost ends, and reads what schemes share as it wrote it."""
    await api.put(ADMISSION, json=cost("2000"))
    assert (await api.post("/finance/v1/schemes", json=shared_scheme())).status_code == 201
    table = UnitCostVersionRow.__table__
    told = [column for column in table.c if column.name not in ("ends", "number")]
    async with database.transaction() as connection:
        row = sa.select(sa.literal(2), *told)
        await connection.execute(sa.insert(table).from_select(["number", *told], row, include_defaults=False))
    assert [one["ends"] for one in (await api.get(ADMISSION)).json()["versions"]] == [False, False]
    assert await shared_formats(database) == [1]
    answer = await api.put(ADMISSION, json=cost("2000", effective_to="2017-11-30", ends=True) | REASON)
    assert answer.status_code == 200, answer.text
    assert await shared_formats(database) == [2], "the version before would reckon on"


async def shared_formats(database: Database) -> list[int]:
    async with database.transaction() as connection:
        found = list((await connection.execute(sa.text("SELECT shared_cost FROM scheme"))).scalars())
    return [(json.loads(one) if isinstance(one, str) else one)["format"] for one in found]

"""The ledger of a fund: balanced at any time, on two axes of time; and whatever was changed in it is found."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import Boolean, Date, String, Text, func, literal_column, not_, select, update

from chassis.storage import migrate
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from chassis.storage.types import UtcDateTime
from contracts.period import Period, PeriodKind
from services.finance.app import SPEC
from services.finance.domain.transfers import CONTROL, Layer, RecordedTransfer, Transfer
from services.finance.models import (
    EntryRow,
    EntryTotalRow,
    LedgerBalanceRow,
    LedgerHeadRow,
    LineBalanceRow,
    TransferRow,
)
from services.finance.repository.ledger_balances import get_lines
from services.finance.repository.transfers import append_transfers
from services.finance.service.ledger import verify_ledger
from tests.integration.finance.world import Source, faults_after, fund_body, hear, link_body, money, scheme_body, worth
from tests.integration.indicators.counting import counted

SCHEMES = "/finance/v1/schemes"
FUND = "/finance/v1/funds/integrated-fund"
Move = Callable[[date], Awaitable[None]]


async def post(api: httpx.AsyncClient, state: str, period: str, amount: str, scheme: str = "admissions") -> None:
    body = {"reference": f"{state} {period}", "state": state, "period": period, "amount": money(amount)}
    answer = await api.post(f"{SCHEMES}/{scheme}/entries", json=body | {"reason": "Invoices"})
    assert answer.status_code == 201, answer.text


async def spend(api: httpx.AsyncClient, period: str, amount: str, **more: Any) -> httpx.Response:
    posting = {"reference": f"gl {period}", "line": "leisure", "period": period, "amount": money(amount)}
    return await api.post(f"{FUND}/outturn", json={"postings": [posting]} | more)


@pytest.fixture
async def lived(api: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    """A fund with every kind of entry that there is but virements."""
    source = Source()
    await api.post(SCHEMES, json=scheme_body())
    await hear(database, [source.say({"2017-11": "1390", "2017-12": "1371"}), source.say({"2017-12": "1380"})])
    await post(api, "validated", "2017-12", "5000")
    await post(api, "banked", "2017-12", "4000")
    assert (await spend(api, "2017-11", "410")).status_code == 201
    return api


async def balances(api: httpx.AsyncClient, **when: str) -> dict[tuple[str, str], Decimal]:
    """Of all accounts but the control accounts; the trial balance is seen to be one."""
    answer = await api.get(f"{FUND}/trial-balance", params=when)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["difference"] == money(0)
    assert found["debit"] == found["credit"]
    layers: dict[str, Decimal] = {}
    for one in found["accounts"]:
        layers[one["layer"]] = layers.get(one["layer"], Decimal(0)) + Decimal(one["balance"]["amount"])
    assert set(layers.values()) <= {Decimal(0)}
    return {
        (one["layer"], one["account"]): Decimal(one["balance"]["amount"])
        for one in found["accounts"]
        if one["account"] != "~control"
    }


@pytest.mark.both_engines
async def test_every_figure_has_its_account(lived: httpx.AsyncClient):
    found = await balances(lived)
    indicated = worth("1390") + worth("1380")
    assert found == {
        ("budget", "commissioning"): Decimal(1_000_000),
        ("budget", "leisure"): Decimal(5_000),
        ("planned_low", "admissions"): Decimal(100_000),
        ("planned_high", "admissions"): Decimal(180_000),
        ("indicated", "admissions"): indicated,
        ("non_cash", "admissions"): worth("1390", cashable="0.25") + worth("1380", cashable="0.25"),
        ("validated", "admissions"): Decimal(5_000),
        ("banked", "admissions"): Decimal(4_000),
        ("outturn", "leisure"): Decimal(410),
    }
    position = (await lived.get(f"{SCHEMES}/admissions/position")).json()
    assert Decimal(position["indicated"]["amount"]) == indicated
    shown = (await lived.get(f"{FUND}/position")).json()
    assert (shown["spent"], shown["lines"][1]["spent"], shown["outturn"]) == (money(410), money(410), money(1_001_000))


@pytest.mark.both_engines
async def test_a_balance_at_any_day_as_known_at_any_moment(lived: httpx.AsyncClient, database: Database):
    before = datetime.now(UTC).isoformat()
    assert (await spend(lived, "2017-10", "90")).status_code == 201
    assert (await balances(lived))["outturn", "leisure"] == 500
    assert (await balances(lived, known_at=before))["outturn", "leisure"] == 410
    assert (await balances(lived, at="2017-10-31"))["outturn", "leisure"] == 90
    assert ("outturn", "leisure") not in await balances(lived, at="2017-10-31", known_at=before)
    assert ("validated", "admissions") not in await balances(lived, at="2017-12-30")
    assert not await balances(lived, known_at="2001-01-01T00:00:00Z")
    assert (await database.read(verify_ledger)).is_clean


async def test_a_budget_that_changes_moves_its_account_by_the_difference(lived: httpx.AsyncClient):
    body = fund_body()
    body["budget_lines"][0]["opening"] = money(900_000)
    body["agreement"] = {
        "effective_from": "2017-04-01",
        "contributions": [{"partner": "CCG", "financial_year": "2017/18", "amount": money(77)}],
    }
    assert (await lived.put(FUND, json=body)).status_code == 200
    found = await balances(lived)
    assert (found["budget", "commissioning"], found["contribution", "CCG"]) == (900_000, 77)
    entries = (await lived.get(f"{FUND}/entries", params={"layer": "budget"})).json()["items"]
    assert [(one["debit"], one["credit"], one["amount"]["amount"]) for one in entries] == [
        ("commissioning", "~control", "1000000.00"),
        ("leisure", "~control", "5000.00"),
        ("~control", "commissioning", "100000.00"),
    ]
    assert entries[-1]["reason"] == "Agreed by the partners"


async def test_a_plan_leaves_closed_quarters_as_they_were(lived: httpx.AsyncClient):
    assert (await lived.put(f"{FUND}/closed-quarters/2017-18-Q2")).status_code == 200
    before = await balances(lived, at="2017-09-30")
    plan = [{"period": "2017/18 Q2", "low": money(10), "high": money(20)}]
    answer = await lived.post(SCHEMES, json=scheme_body("pools", link=None, plan=plan))
    assert answer.status_code == 201, answer.text
    assert await balances(lived, at="2017-09-30") == before
    assert (await balances(lived, at="2017-10-01"))["planned_high", "pools"] == 20
    await lived.patch(f"{SCHEMES}/pools", json={"state": "withdrawn", "reason": "Mistyped"})
    assert await balances(lived, at="2017-09-30") == before
    assert (await balances(lived))["planned_high", "pools"] == 0


async def test_a_withdrawn_scheme_leaves_nothing_on_its_accounts(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body())
    await hear(database, [Source().say({"2017-12": "1371"})])
    await api.patch(f"{SCHEMES}/admissions", json={"state": "withdrawn", "reason": "Mistyped"})
    assert {amount for (_, account), amount in (await balances(api)).items() if account == "admissions"} == {0}


async def test_entries_are_numbered_without_gaps_and_say_what_led_to_them(lived: httpx.AsyncClient):
    page = (await lived.get(f"{FUND}/entries", params={"limit": 200})).json()
    assert [one["number"] for one in page["items"]] == list(range(1, len(page["items"]) + 1))
    first = (await lived.get(f"{FUND}/entries", params={"limit": 2})).json()
    following = (await lived.get(f"{FUND}/entries", params={"limit": 2, "cursor": first["next"]})).json()
    assert [one["number"] for one in (*first["items"], *following["items"])] == [1, 2, 3, 4]
    indicated = [one for one in page["items"] if one["layer"] == "indicated"]
    assert [one["event_id"] for one in indicated] == ["E06000026-1", "E06000026-2"]
    assert all("revision" in one["relates_to"] for one in indicated)
    assert (await lived.get(f"{FUND}/entries", params={"account": "leisure"})).json()["items"][-1]["layer"] == "outturn"
    assert (await lived.get("/finance/v1/funds/none/entries")).status_code == 404
    assert (await lived.get("/finance/v1/funds/none/trial-balance")).status_code == 404


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
async def test_the_trial_balance_as_a_file(lived: httpx.AsyncClient, ending: str):
    answer = await lived.get(f"{FUND}/trial-balance.{ending}")
    assert answer.status_code == 200, answer.text
    if ending == "csv":
        lines = answer.text.splitlines()
        assert lines[0].split(",")[:3] == ["layer", "financial_year", "account"]
        assert "outturn,2017/18,leisure,410.00,0.00,410.00" in lines


async def test_the_ledger_is_verified_over_http(lived: httpx.AsyncClient):
    found = (await lived.get("/finance/v1/ledger-verification")).json()
    assert (found["clean"], found["funds"], found["faults"]) == (True, 1, [])
    assert found["transfers"] == len((await lived.get(f"{FUND}/entries", params={"limit": 200})).json()["items"])


VIREMENT = {
    "reference": "v1",
    "financial_year": "2017/18",
    "from_line": "leisure",
    "to_line": "commissioning",
    "amount": money(10),
    "effective_on": "2018-02-01",
    "reason": "r",
}
TAMPERED = {
    "UPDATE transfer SET pence = pence + 1 WHERE number = 2": "transfer integrated-fund.2",
    "DELETE FROM transfer WHERE number = 2": "transfer integrated-fund.3",
    "DELETE FROM transfer WHERE number = (SELECT max(number) FROM transfer)": "ledger_head integrated-fund",
    "UPDATE ledger_head SET number = number + 1": "ledger_head integrated-fund",
    "UPDATE ledger_balance SET debit = debit + 1 WHERE account = 'leisure' AND layer = 'budget'": (
        "ledger_balance integrated-fund 2017/18 budget leisure  2017-04-01"
    ),
    "DELETE FROM ledger_balance WHERE account = 'leisure' AND layer = 'outturn'": (
        "ledger_balance integrated-fund 2017/18 outturn leisure 2017-11 2017-11-30"
    ),
    "UPDATE line_balance SET credit = credit + 1 WHERE layer = 'outturn'": (
        "line_balance integrated-fund 2017/18 outturn leisure 2017-11"
    ),
    "DELETE FROM line_balance WHERE line = 'leisure' AND layer = 'virement'": (
        "line_balance integrated-fund 2017/18 virement leisure "
    ),
    "UPDATE entry SET cash = '5001.00' WHERE state = 'validated'": "entry ",
    "DELETE FROM entry WHERE state = 'banked'": "entry ",
    "UPDATE entry SET state = 'validated' WHERE state = 'banked'": "entry ",
    "UPDATE budget_line SET opening = '5001.00' WHERE code = 'leisure'": "budget_line integrated-fund 2017/18 leisure",
    "UPDATE virement SET amount = '5001.00'": "virement integrated-fund v1",
    "UPDATE virement SET giving = 'commissioning', receiving = 'leisure'": "virement integrated-fund v1",
    "UPDATE virement SET decided_by = 'Bo'": "virement integrated-fund v1",
    "UPDATE entry_total SET cash = cash - 1 WHERE state = 'banked'": (
        "entry_total admissions banked 2017-12 in 2017/18 Q3"
    ),
    "UPDATE scheme_plan SET high = high + 1": "scheme_plan integrated-fund 2017/18 admissions",
}


ADDED = {
    Layer.VIREMENT: ("commissioning", "leisure"),
    Layer.SHARE: ("PCC", CONTROL),
    Layer.INDICATED: ("admissions", CONTROL),
    Layer.NON_CASH: ("admissions", CONTROL),
    Layer.VALIDATED: ("admissions", CONTROL),
    Layer.BANKED: (CONTROL, "admissions"),
    Layer.PLANNED_LOW: ("admissions", CONTROL),
    Layer.BUDGET: ("leisure", CONTROL),
    Layer.CONTRIBUTION: ("CCG", CONTROL),
}


@pytest.mark.both_engines
@pytest.mark.parametrize("layer", ADDED)
async def test_a_transfer_that_nothing_asked_for_is_found_though_the_chain_is_whole(
    lived: httpx.AsyncClient, database: Database, layer: Layer
):
    debit, credit = ADDED[layer]
    extra = Transfer(
        fund="integrated-fund",
        financial_year=Period.parse("2017/18"),
        layer=layer,
        debit=debit,
        credit=credit,
        pence=100,
        effective_on=date(2018, 1, 1),
        reason="r",
    )
    assert (await database.read(verify_ledger)).is_clean

    async def work(tx: Tx) -> list[RecordedTransfer]:
        return await append_transfers(tx, [extra])

    [added] = await database.write(work)
    found = (await database.read(verify_ledger)).faults
    assert found, layer
    if layer not in (Layer.BUDGET, Layer.CONTRIBUTION, Layer.PLANNED_LOW):
        assert [(one.table, one.row) for one in found] == [("transfer", added.id)]


@pytest.mark.both_engines
async def test_whatever_is_tampered_with_the_row_is_named(lived: httpx.AsyncClient, database: Database):
    assert (await lived.post(f"{FUND}/virements", json=VIREMENT)).status_code == 201
    approved = await lived.post(f"{FUND}/virements/v1/approve", json={}, headers={"x-actor": "manager"})
    assert approved.status_code == 200, approved.text
    assert (await database.read(verify_ledger)).is_clean
    for statement, row in TAMPERED.items():
        changed = statement.replace("'5001.00'", "5001.00") if database.dialect == "postgresql" else statement
        found = await faults_after(database, changed)
        assert any(one.startswith(row) for one in found), (statement, found)
    before = await database.read(lambda tx: get_lines(tx, "integrated-fund"))
    url = database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.downgrade, SPEC.package, url, "0024")
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    assert (len(before), await database.read(lambda tx: get_lines(tx, "integrated-fund"))) == (3, before)
    assert (await database.read(verify_ledger)).is_clean


LEDGER = (TransferRow, LedgerHeadRow, LedgerBalanceRow, LineBalanceRow, EntryRow, EntryTotalRow)
ANOTHER = {
    "state": "shared",
    "layer": "share",
    "financial_year": "2016/17",
    "period": "2017-10",
    "period_kind": PeriodKind.QUARTER,
}
"""What a column with a vocabulary says in the place of what it said; any other one says the next of its kind."""
GARBAGE = ({"layer": "none"}, {"period": "none"}, {"financial_year": "none"})
KEYS_OF_OTHERS = {"fund", "scheme"}


def tampered(table: Any, which: Any, values: dict[str, Any]) -> Any:
    """The statement that has the first or the last row of a table say something else, on SQLite."""
    row = literal_column("rowid")
    return update(table).where(row == select(which(row)).select_from(table).scalar_subquery()).values(values)


def another(column: Any) -> Any:
    if column.name in ANOTHER:
        return ANOTHER[column.name]
    if isinstance(column.type, Boolean):
        return not_(column)
    if isinstance(column.type, UtcDateTime):
        return datetime(2016, 1, 1, tzinfo=UTC)
    if isinstance(column.type, Date):
        return date(2016, 1, 1)
    return "Else" if isinstance(column.type, String | Text) else 77


@pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)
async def test_whatever_column_of_the_ledger_is_changed_a_row_is_named(lived: httpx.AsyncClient, database: Database):
    """Every column of every table of the ledger; of what is never written at all the row is named as well."""
    tables = [row.__table__ for row in LEDGER]
    changes = [
        (table, {column.name: another(column)})
        for table in tables
        for column in table.c
        if column.name not in KEYS_OF_OTHERS
    ]
    changes += [(table, said) for table in tables for said in GARBAGE if set(said) <= set(table.c.keys())]
    assert len(changes) > 50
    last = [(table, func.max, said) for table, said in changes]
    first = [(table, func.min, said) for table, said in changes if table is EntryRow.__table__]
    for table, which, said in last + first:
        found = await faults_after(database, tampered(table, which, said))
        assert any(one.split()[0] in {table.name, "transfer", "entry"} for one in found), (table.name, said, found)
    assert (await database.read(verify_ledger)).is_clean


POSTS_OUTTURN = 28
"""Whoever adds a statement takes one away."""


async def test_a_position_costs_as_many_statements_and_rows_however_long_the_ledger(
    lived: httpx.AsyncClient, database: Database
):
    """It reads neither entries nor days of effect, and a line of a layer has one row a period."""
    posting = {"line": "leisure", "period": "2017-11", "amount": money(1)}
    costs, accounts, lines = [], [], []
    for more in (1, 40):
        postings = [posting | {"reference": f"n{more}-{number}"} for number in range(more)]
        with counted(database) as seen:
            answer = await lived.post(f"{FUND}/outturn", json={"postings": postings})
        assert answer.status_code == 201, answer.text
        assert len(seen) <= POSTS_OUTTURN
        taken_back = f"/finance/v1/entries/{answer.json()['entries'][0]['id']}/reverse"
        reversal = {"effective_on": f"2018-01-{more % 28 + 1:02}", "reason": "Twice"}
        assert (await lived.post(taken_back, json=reversal)).status_code == 201
        with counted(database) as seen:
            for path in ("position", "forecast"):
                assert (await lived.get(f"{FUND}/{path}")).status_code == 200
        assert not any("ledger_balance" in one for one in seen)
        with counted(database) as listed:
            found = (await lived.get(f"{FUND}/trial-balance")).json()["accounts"]
        assert not any(f"FROM {table}" in one for table in ("transfer", "entry ", "entry\n") for one in seen + listed)
        costs.append(len(seen + listed))
        accounts.append(len(found))
        lines.append(len(await database.read(lambda tx: get_lines(tx, "integrated-fund"))))
    assert (costs[0], accounts[0], lines[0]) == (costs[1], accounts[1], lines[1])


async def carried_over(api: httpx.AsyncClient, **when: str) -> dict[tuple[str, str], Decimal]:
    """Balances of what there was before there was outturn."""
    return {key: amount for key, amount in (await balances(api, **when)).items() if key[0] != "outturn"}


@pytest.mark.both_engines
async def test_what_a_database_of_before_says_is_carried_into_the_ledger(
    lived: httpx.AsyncClient, database: Database, move_to: Move
):
    api = lived
    first = datetime.now(UTC).isoformat()
    assert (await api.put(f"{FUND}/closed-quarters/2017-18-Q1")).status_code == 200
    await api.post(SCHEMES, json=scheme_body("gone", link=link_body(area="E92000001")))
    await api.patch(f"{SCHEMES}/gone", json={"state": "withdrawn", "reason": "Mistyped"})
    body = fund_body()
    body["budget_lines"][0]["opening"] = money(900_000)
    body["agreement"] = {
        "effective_from": "2017-04-01",
        "contributions": [{"partner": "CCG", "financial_year": "2017/18", "amount": money("77.01")}],
    }
    assert (await api.put(FUND, json=body)).status_code == 200
    await move_to(date(2018, 2, 28))
    moments = {"known_at": first}, {"known_at": datetime.now(UTC).isoformat()}, {"at": "2017-06-30"}, {}
    before = [await carried_over(api, **when) for when in moments]
    url = database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.downgrade, SPEC.package, url, "0011")
    await asyncio.to_thread(migrate.upgrade, SPEC.package, url)
    assert [await balances(api, **when) for when in moments] == before
    check = await database.read(verify_ledger)
    assert (check.faults, check.funds) == ((), 1)
    await post(api, "validated", "2018-01", "1")
    assert (await database.read(verify_ledger)).is_clean

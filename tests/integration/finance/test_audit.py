"""Every change of funds and schemes is audited, with the business date beside its real time."""

from datetime import date

import httpx

from chassis.audit import AuditEntry, AuditFilter, list_entries
from chassis.paging import PageRequest
from chassis.storage.database import Database
from tests.integration.finance.world import fund_body, money, scheme_body

FUND = "/finance/v1/funds/integrated-fund"
SCHEMES = "/finance/v1/schemes"


async def audited(database: Database) -> list[AuditEntry]:
    page = await database.read(lambda tx: list_entries(tx, AuditFilter(), PageRequest(50)))
    return list(page.items)


async def test_a_definition_says_what_it_changed_and_the_same_again_changes_nothing(
    api: httpx.AsyncClient, database: Database
):
    body = fund_body(name="Another name")
    body["budget_lines"][1]["opening"] = money(6_000)
    for _ in range(2):
        assert (await api.put(FUND, json=body)).status_code == 200
    first, second = await audited(database)
    assert (first.action, first.subject, first.before) == ("fund.defined", "integrated-fund", None)
    assert first.after["budget_lines"]["2017/18 leisure"]["opening"] == "5000.00"
    assert (second.action, second.actor, second.business_date) == ("fund.amended", "accountant", date(2018, 2, 28))
    assert (second.before["name"], second.after["name"]) == ("Integrated Fund", "Another name")
    assert second.after["budget_lines"]["2017/18 leisure"]["opening"] == "6000.00"
    assert set(second.after) == {"name", "budget_lines"}


async def test_what_is_done_to_a_scheme_is_audited_with_its_reason(api: httpx.AsyncClient, database: Database):
    await api.post(SCHEMES, json=scheme_body("a", link=None))
    for n, amount in enumerate(("5", "-5")):
        body = {"reference": f"r{n}", "state": "validated", "period": "2017-12", "amount": money(amount), "reason": "x"}
        answer = await api.post(f"{SCHEMES}/a/entries", json=body | {"corrects": "r0" if n else None})
        assert answer.status_code == 201
    await api.put(f"{FUND}/closed-quarters/2017/18 Q3")
    await api.patch(f"{SCHEMES}/a", json={"state": "withdrawn", "reason": "Given up"})
    found = [(entry.subject, entry.action, entry.reason) for entry in (await audited(database))[1:]]
    assert found == [
        ("a", "scheme.defined", None),
        ("a", "entry.posted", "x"),
        ("a", "entry.posted", "x"),
        ("integrated-fund 2017/18 Q3", "quarter.closed", None),
        ("a", "scheme.withdrawn", "Given up"),
    ]

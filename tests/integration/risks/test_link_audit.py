"""Every link of the register: who made it and why, whether it works, and what it told."""

import csv
import io
from typing import Any

import pytest

from services.risks.repository import link_audit
from tests.integration.risks.conftest import Register, counted, links, wire

DEAD_AND_ALIVE = [
    *links("ae/RK9", "beds/RK9", "misspelt/RK9", "old/RK9"),
    *links("ae/RK9", signal="trend"),
    *links("beds/RK9", signal="process-control"),
]


async def linked(register: Register) -> None:
    """A risk that has all kinds of links, one that nobody assessed, and one that is closed."""
    known = (wire("ae/RK9", 1, "gggg"), wire("beds/RK9", 1, "rrrr"), wire("old/RK9", 1, "gg", last="2016-01"))
    await register.hear(*known)
    await register.risk("R1", owner="Director of adults", links=DEAD_AND_ALIVE, fund_links=[FUND])
    await register.hear(wire("ae/RK9", 2, "ggggr"), wire("beds/RK9", 2, "rrrgg"))
    await register.risk("R2", assessment=None, links=links("ae/RK9"))
    await register.risk("R3", links=links("ae/RK9"))
    await register.post("/risks/R3/close", {"reason": "Over"}, 200)


FUND = {"fund": "pooled", "line": "beds", "group": "money"}


async def audited(register: Register, /, **wanted: Any) -> list[Any]:
    found: list[Any] = (await register.get("/link-audit", **wanted))["items"]
    return found


@pytest.mark.both_engines
async def test_what_is_dead_doubled_or_contradicted_is_found(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    await linked(register)
    found = await audited(register)
    assert [(each["risk"], each["indicator"], each["signal"], each["findings"]) for each in found] == [
        ("R1", "ae", "target", ["doubled", "contradicted"]),
        ("R1", "beds", "target", ["doubled", "contradicted"]),
        ("R1", "misspelt", "target", ["pending"]),
        ("R1", "old", "target", ["stale"]),
        ("R1", "ae", "trend", ["unknown_at_snapshot", "doubled"]),
        ("R1", "beds", "process-control", ["not_carried", "unknown_at_snapshot", "doubled"]),
        ("R1", None, "finance", ["pending"]),
        ("R2", "ae", "target", ["unassessed"]),
    ]
    assert (found[6]["fund"], found[6]["line"], found[6]["area"], found[6]["told"]) == ("pooled", "beds", None, None)
    wanted = {"finding": "contradicted"}, {"finding": "pending", "limit": "1"}, {"risk": "R2"}, {"owner": "Nobody"}
    assert [len(await audited(register, **each)) for each in wanted] == [2, 1, 1, 0]
    assert [each["risk"] for each in await audited(register, register="people-2018", finding="unassessed")] == ["R2"]
    await register.get("/link-audit", 422, finding="ugly")
    monkeypatch.setattr(link_audit, "RISKS_AT_ONCE", 1)
    assert await audited(register) == found, "risk by risk"


@pytest.mark.both_engines
async def test_who_made_a_link_is_told_with_why(register: Register) -> None:
    await register.risk(links=links("ae/RK9", "beds/RK9"))
    wanted = links("ae/RK9#patients", "flow/RK9")
    await register.put("/risks/OCC4/links", {"links": wanted, "reason": "Flow tells more than beds"})
    found = {each["indicator"]: each for each in await audited(register)}
    assert {name: (each["origin"]["by"], each["origin"]["reason"]) for name, each in found.items()} == {
        "ae": ("officer", "First"),
        "flow": ("officer", "Flow tells more than beds"),
    }, "a link that is counted in another group is the same link"
    await register.put("/risks/OCC4/links", {"links": links("ae/RK9"), "reason": "Flow told nothing"})
    await register.put("/risks/OCC4/links", {"links": wanted, "reason": "It does after all"})
    assert (await audited(register))[1]["origin"]["reason"] == "It does after all"
    await register.forget("audit_entry", "after")
    assert [each["origin"] for each in await audited(register)] == [None, None], "the record goes back less far"


@pytest.mark.both_engines
async def test_what_it_told_stands_beside_it_on_pages_and_in_files(register: Register) -> None:
    await register.say("calls/RK9", 1, "gggrrr", last="2018-02")
    await register.risk(links=links("calls/RK9"), mode="propose")
    told = {"periods": 6, "flips": 1, "confirmed_flips": 1, "before": 0, "lead": 0, "last_period": "2018-02"}
    [found] = await audited(register)
    assert {name: found["told"][name] for name in told} == told
    answer = await register.http.get("/risks/v1/link-audit.csv?finding=unassessed")
    assert list(csv.DictReader(io.StringIO(answer.text))) == []
    await linked(register)
    answer = await register.http.get("/risks/v1/link-audit.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["risk"], row["indicator"] or row["fund"], row["findings"]) for row in rows[:3]] == [
        ("OCC4", "calls", ""),
        ("R1", "ae", "doubled, contradicted"),
        ("R1", "beds", "doubled, contradicted"),
    ]
    assert (len(rows), rows[0]["linked_by"], rows[0]["reason"], rows[0]["periods"]) == (9, "officer", "First", "6")


async def test_a_page_takes_as_many_statements_for_any_number_of_links(register: Register) -> None:
    sent = []
    for number in range(1, 4):
        await register.risk(f"R{number}", links=links(*(f"i{each}/RK9" for each in range(number))))
        with counted(register.database) as statements:
            assert len(await audited(register, limit=1)) == 1
            assert len(await audited(register)) == sum(range(number + 1))
        sent.append(len(statements))
    assert sent == [sent[0]] * 3, statements

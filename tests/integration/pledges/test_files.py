"""Returns and actions out of files: every bad row named, nothing half saved."""

import csv
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from chassis.storage.database import Database
from services.pledges.service.openings import open_returns

ROOT = "/pledges/v1"
SOMEONE = {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D"]}


async def send(api: httpx.AsyncClient, path: str, text: str, status: int = 200, **query: str) -> dict[str, Any]:
    headers = {"content-type": "text/csv"}
    answer = await api.post(f"{ROOT}/{path}", content=text.encode(), headers=headers, params=query)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def faults(api: httpx.AsyncClient, path: str, text: str) -> list[str]:
    refused = await send(api, path, text, 422)
    assert refused["type"] == "/problems/rows-wrong"
    return [one["field"] for one in refused["errors"]]


async def get(api: httpx.AsyncClient, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api.get(f"{ROOT}/{path}")).json()
    return found


async def test_returns_come_in_as_they_went_out(api: httpx.AsyncClient, database: Database):
    for number in ("1", "2"):
        body = {"number": number, "theme": "Health", "title": "T", "assignments": [SOMEONE]}
        await api.post(f"{ROOT}/pledges", json=body)
    await database.write(open_returns)
    first, second = (f"2018-{n}.2017-18-Q3.1" for n in (1, 2))
    wrong = (
        f"id,colour,narrative\n{first},green,Well\n{second},blue,Ill\nnone,red,No\n{first},red,Again\n{second},red\n"
    )
    assert await faults(api, "return-files", wrong) == ["line 3, colour", "line 4, id", "line 5, id", "line 6"]
    assert (await get(api, f"returns/{first}"))["colour"] is None
    out = list(csv.reader((await api.get(f"{ROOT}/returns.csv")).text.splitlines()))
    colour, narrative = out[0].index("colour"), out[0].index("narrative")
    out[1][colour], out[1][narrative] = "amber", "Slow, yet going"
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in out)
    assert await send(api, "return-files", text) == {"created": [], "changed": [first], "unchanged": [second]}
    assert await send(api, "return-files", text) == {"created": [], "changed": [], "unchanged": [first, second]}
    shown = await get(api, f"returns/{first}")
    assert (shown["colour"], shown["narrative"], shown["state"]) == ("amber", "Slow, yet going", "draft")
    await api.post(f"{ROOT}/returns/{first}/submit", json={})
    assert await faults(api, "return-files", f"id,colour\n{first},green\n") == ["line 2"]


async def test_actions_come_in_any_order_all_or_none(api: httpx.AsyncClient):
    note = {"topic": "t", "figures": [{"figure": "1", "source": "s"}, {"figure": "2", "source": "p"}]}
    there = {"title": "Cafe", "due": "2018-04-30", "partners": ["Mind"], "notes": [note | {"used": "1", "why": "w"}]}
    assert (await api.put(f"{ROOT}/actions/cafe", json=there)).status_code == 201
    wrong = (
        "code,title,due,weight,depends_on\na,A,April,,\nb,B,,x,\nc,C,,,none\ncafe,Cafe,,,d\nd,D,,,cafe\nd,D,,,\n,E,,,\n"
    )
    assert sorted(await faults(api, "action-files", wrong)) == [
        "line 2, due",
        "line 3, weight",
        "line 4, depends_on",
        "line 7, code",
        "line 8, code",
    ]
    assert [one["code"] for one in (await get(api, "actions"))["items"]] == ["cafe"]
    right = (
        "code,title,depends_on,part_of,delivery\npart,Part,,whole,\nwhole,Whole,cafe; first,,\ncafe,Cafe,,,delivered\n"
    )
    right += "first,First,,,in_progress\n"
    made = await send(api, "action-files", right, reason="Plan")
    assert made == {"created": ["first", "part", "whole"], "changed": ["cafe"], "unchanged": []}
    cafe, whole = await get(api, "actions/cafe"), await get(api, "actions/whole")
    assert (cafe["delivery"], cafe["due"], cafe["partners"]) == ("delivered", "2018-04-30", ["Mind"])
    assert len(cafe["notes"]) == 1
    assert (whole["blocked_by"], whole["version"]) == ([{"kind": "action", "code": "first"}], 1)
    assert await faults(api, "action-files", "code,title,depends_on\nfirst,First,last\nlast,Last,whole\n") == [
        "line 2, depends_on",
        "line 3, depends_on",
    ]
    again = await send(api, "action-files", right)
    assert again["unchanged"] == ["cafe", "first", "part", "whole"]
    assert await faults(api, "action-files", "code,titel\na,A\n") == ["line 1, title", "line 1, titel"]
    assert await faults(api, "action-files", "\n") == ["line 1"]


@pytest.mark.parametrize(
    ("rows", "blamed"),
    [
        ("a,A,April,,,\nb,B,,a,,\nc,C,,,a,", ["line 2, due"]),
        ("a,A,,none,,\nb,B,,a,,\nc,C,,b,,", ["line 2, depends_on"]),
        ("a,A,,b,,\nb,B,,a,,\np,P,,,w,\nw,W,,,,", ["line 2, depends_on", "line 3, depends_on"]),
        ("a,A,,free,,\nfree,Free,,,,2018-01-01\nb,B,,a,,", ["line 3, closed_on"]),
        ("whole,Whole,,,,\npart,Part,,new,whole,\nnew,New,,part,,", ["line 3, depends_on", "line 4, depends_on"]),
        ("whole,Whole,,new,,\nnew,New,,part,,\npart,Part,,,whole,", ["line 2, depends_on", "line 3, depends_on"]),
        ("CAFE,C,,,,\nb,B,,CAFE,,\nB,B,,,,", ["line 2, code", "line 4, code"]),
        ("p,P,,,part,\nq,Q,,p,,\nr,R,,,cafe,", ["line 2, part_of"]),
    ],
)
async def test_a_row_is_blamed_for_what_is_wrong_with_itself(api: httpx.AsyncClient, rows: str, blamed: list[str]):
    for code, body in (("cafe", {}), ("whole", {"title": "Whole"}), ("part", {"title": "Part", "part_of": "whole"})):
        assert (await api.put(f"{ROOT}/actions/{code}", json={"title": "Cafe"} | body)).status_code == 201
    head = "code,title,due,depends_on,part_of,closed_on\n"
    assert await faults(api, "action-files", f"{head}{rows}\n") == blamed
    assert len((await get(api, "actions"))["items"]) == 3


async def test_decisions_come_in_as_they_went_out_all_or_none(api: httpx.AsyncClient):
    for path in ("boards/cabinet", "actions/pool"):
        assert (await api.put(f"{ROOT}/{path}", json={"title": "Something"})).status_code == 201
    wrong = "code,title,board,due,depends_on,actions,report\n1,A,none,,2,,\n2,B,,March,,,\n"
    wrong += "3,C,cabinet,,4,pool; x,r\n3,,,,,,\n"
    assert sorted(await faults(api, "decision-files", wrong)) == [
        "line 2, board",
        "line 3, due",
        "line 4, actions",
        "line 4, depends_on",
        "line 4, report",
        "line 5, title",
    ]
    assert (await get(api, "decisions"))["items"] == []
    right = "code,title,depends_on,board,actions,due\n1,Pool,2,cabinet,pool,2018-03-31\n2,Agree,,,,\n"
    made = await send(api, "decision-files", right, reason="Paper of March")
    assert made == {"created": ["1", "2"], "changed": [], "unchanged": []}
    condition = {"text": "Agree the share"}
    taken = {"outcome": "agreed", "taken_on": "2018-02-20", "conditions": [condition], "reason": "As asked"}
    for code in ("2", "1"):
        assert (await api.post(f"{ROOT}/decisions/{code}/take", json=taken)).status_code == 200
    assert (await api.post(f"{ROOT}/decisions/1/conditions/1/meet")).status_code == 200
    text = (await api.get(f"{ROOT}/decisions.csv")).text
    first, second = csv.DictReader(text.splitlines())
    said = ("outcome", "taken_on", "conditions", "reason", "in_force", "waits_for", "asked_of")
    assert [first[name] for name in said] == [
        *("agreed", "2018-02-20", "Agree the share (met on 2018-02-28)", "As asked", "yes", "", "")
    ]
    assert (second["in_force"], first["depends_on"], first["actions"], first["due"]) == (
        "no",
        "2",
        "pool",
        "2018-03-31",
    )
    assert await send(api, "decision-files", text) == {"created": [], "changed": [], "unchanged": ["1", "2"]}
    assert await send(api, "decision-files", "code,title,asked_of\n1,Pool all,CCG; NHS\n") == {
        "created": [],
        "changed": ["1"],
        "unchanged": [],
    }
    shown = await get(api, "decisions/1")
    assert (shown["title"], shown["asked_of"], shown["board"]) == ("Pool all", ["CCG", "NHS"], "cabinet")
    assert (shown["taken"][0]["title"], shown["in_force"], shown["version"]) == ("Pool", True, 2)
    assert await faults(api, "decision-files", "code,title,depends_on\n2,Agree,1\n") == ["line 2, depends_on"]
    assert await faults(api, "decision-files", "code,title\na,A\nA,A\n") == ["line 3, code"]
    assert await faults(api, "decision-files", "code,outcome\n1,rejected\n") == ["line 1, title"]
    assert len(list(csv.reader((await api.get(f"{ROOT}/decisions.csv?board=cabinet")).text.splitlines()))) == 2
    for ending in ("xlsx", "ods"):
        assert (await api.get(f"{ROOT}/decisions.{ending}")).content[:2] == b"PK"


async def test_a_file_of_actions_costs_the_same_however_long(api: httpx.AsyncClient, database: Database):
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))

    async def cost(path: str, prefix: str, rows: int) -> int:
        statements.clear()
        text = "".join(f"{prefix}{n},Row {n},{prefix}{n + 1}\n" for n in range(rows))
        await send(api, path, f"code,title,depends_on\n{text}{prefix}{rows},Last,\n")
        return len(statements)

    for path in ("action-files", "decision-files"):
        assert await cost(path, "a", 30) == await cost(path, "b", 3)

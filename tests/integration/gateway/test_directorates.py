"""A key of a directorate writes for the budget lines of that directorate, and for nothing else."""

from importlib import import_module
from typing import Any

import httpx
import pytest

from gateway.access import service
from gateway.access.keys import NewKey
from gateway.proxy.upstreams import in_process
from tests.conftest import ResourcesFor
from tests.integration.finance.test_virements import virement
from tests.integration.finance.world import fund_body, money, scheme_body
from tests.integration.gateway.conftest import Front, FrontOf, signed_for

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

FUND = "/finance/v1/funds/integrated-fund"
SCHEMES = "/finance/v1/schemes"
SCOPES = frozenset({"finance:read", "finance:write", "finance:validate", "indicators:write"})
PLAIN = {"link": None}


def fund() -> dict[str, Any]:
    """A fund of two directorates, a line each."""
    body = fund_body()
    body["budget_lines"][1]["directorate"] = "Place"
    return body


@pytest.fixture
async def front(front_of: FrontOf, resources_for: ResourcesFor) -> Front:
    resources = await resources_for("services.finance", settings=signed_for("finance"))
    found = await front_of(finance=in_process("finance", import_module("services.finance.app").create_app(resources)))
    (await found.client.put(FUND, json=fund())).raise_for_status()
    return found


async def holder(front: Front, **limits: frozenset[str]) -> httpx.AsyncClient:
    wanted = NewKey(f"etl-{len(limits)}", SCOPES, **limits)
    secret = await front.database.write(lambda tx: service.create_key(tx, wanted))
    return httpx.AsyncClient(base_url=front.url, headers={"authorization": f"Bearer {secret}"}, timeout=30)


def outturn(line: str, reference: str) -> dict[str, Any]:
    posting = {"reference": reference, "line": line, "period": "2017-11", "amount": money(410)}
    return {"postings": [posting]}


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "").rsplit("/", 1)[-1]


FORBIDDEN = (403, "directorate-forbidden")


async def test_a_key_of_a_directorate_writes_for_its_lines_alone(front: Front) -> None:
    theirs = (await front.client.post(SCHEMES, json=scheme_body("theirs", budget_line="leisure") | PLAIN)).status_code
    spent = await front.client.post(f"{FUND}/outturn", json=outturn("leisure", "gl-0"))
    assert (theirs, spent.is_success) == (201, True), spent.text
    entry = (await front.client.get(f"{FUND}/entries", params={"layer": "outturn"})).json()["items"][0]["id"]
    async with await holder(front, directorates=frozenset({"People"})) as etl:
        assert (await etl.post(SCHEMES, json=scheme_body("ours") | PLAIN)).status_code == 201
        assert (await etl.post(f"{FUND}/outturn", json=outturn("commissioning", "gl-1"))).is_success
        ended = await etl.patch(f"{SCHEMES}/ours", json={"state": "withdrawn", "reason": "Not begun"})
        assert ended.status_code == 200
        validated = {"reference": "v", "state": "validated", "period": "2017-11", "amount": money(1), "reason": "r"}
        refused = [
            await etl.post(SCHEMES, json=scheme_body("others", budget_line="leisure") | PLAIN),
            await etl.patch(f"{SCHEMES}/theirs", json={"state": "withdrawn", "reason": "Theirs"}),
            await etl.post(f"{SCHEMES}/theirs/entries", json=validated),
            await etl.post(f"{FUND}/outturn", json=outturn("leisure", "gl-2")),
            await etl.post(f"/finance/v1/entries/{entry}/reverse", json={"effective_on": "2018-02-01", "reason": "r"}),
            await etl.post(f"{FUND}/virements", json=virement()),
            await etl.put(FUND, json=fund() | {"name": "Another"}),
            await etl.put("/finance/v1/unit-costs/bed-day", json={}),
        ]
        assert [kind(answer) for answer in refused[:-1]] == [FORBIDDEN] * 7
        assert refused[-1].status_code in {403, 404, 405, 422}
        assert (await etl.get(f"{SCHEMES}/theirs")).status_code == 200, "it reads what its scopes open"
    listed = (await front.client.get(SCHEMES)).json()["items"]
    assert {each["code"] for each in listed} == {"theirs", "ours"}, "nothing of what was refused is there"


async def test_a_key_of_areas_writes_for_no_line_and_one_of_both_for_its_own(front: Front) -> None:
    async with await holder(front, areas=frozenset({"E06000026"})) as etl:
        refused = await etl.post(SCHEMES, json=scheme_body("ours") | PLAIN)
        assert kind(refused) == (403, "area-forbidden")
    limits = {"areas": frozenset({"E06000026"}), "directorates": frozenset({"People"})}
    async with await holder(front, **limits) as both:
        assert (await both.post(SCHEMES, json=scheme_body("ours") | PLAIN)).status_code == 201
        assert kind(await both.post(SCHEMES, json=scheme_body("others", budget_line="leisure") | PLAIN)) == FORBIDDEN


@pytest.mark.parametrize(
    "wrong",
    [{"directorates": [" "]}, {"directorates": ["x" * 201]}, {"directorates": ["People"], "scopes": ["admin"]}],
)
async def test_what_cannot_be_such_a_key(front: Front, wrong: dict[str, Any]) -> None:
    answer = await front.client.post("/access/v1/keys", json={"name": "etl", "scopes": ["finance:write"]} | wrong)
    assert [each["field"] for each in answer.json()["errors"]] == ["directorates"]


async def test_the_limit_is_told_and_recorded(front: Front) -> None:
    body = {"name": "etl", "scopes": ["finance:write"], "directorates": ["Public Health", "People"]}
    made = await front.client.post("/access/v1/keys", json=body)
    assert (made.status_code, made.json()["directorates"]) == (201, ["People", "Public Health"])
    assert (await front.client.get("/access/v1/keys/etl")).json()["directorates"] == ["People", "Public Health"]
    [entry] = (await front.client.get("/access/v1/audit", params={"subject": "etl"})).json()["items"]
    assert entry["after"]["directorates"] == ["People", "Public Health"]

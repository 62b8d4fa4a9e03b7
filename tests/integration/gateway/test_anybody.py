"""Published promises are read without a key where the deployment says so, and nothing else is."""

import pytest

from contracts.anybody import ANYBODY, PUBLISHED_PROMISES
from services.pledges.app import create_app
from tests.conftest import ResourcesFor
from tests.integration.gateway.changes import PLEDGE
from tests.integration.gateway.conftest import FrontOf, Serve, caller_in, echo, signed_for

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

NEAR = (
    ("GET", "/pledges/v1/promises"),
    ("GET", "/pledges/v1/pledges"),
    ("GET", f"{PUBLISHED_PROMISES}/"),
    ("GET", f"{PUBLISHED_PROMISES}/x"),
    ("GET", f"{PUBLISHED_PROMISES}.csv"),
    ("GET", "/pledges/v1/Published-promises"),
    ("GET", f"/{PUBLISHED_PROMISES}"),
    ("POST", PUBLISHED_PROMISES),
    ("DELETE", PUBLISHED_PROMISES),
    ("OPTIONS", PUBLISHED_PROMISES),
)


async def test_nobody_reads_them_without_a_key_unless_it_is_set(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(pledges=await serve(echo))
    answer, other = [await front.stranger.get(path) for path in (PUBLISHED_PROMISES, "/pledges/v1/pledges")]
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/unauthorized")
    assert answer.json() == other.json() | {"instance": PUBLISHED_PROMISES}, "as any other path is refused"


async def test_where_it_is_set_this_path_alone_is_read_and_no_more_is_lent(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(settings={"public_promises": 100}, pledges=await serve(echo))
    answer = await front.stranger.get(PUBLISHED_PROMISES, headers={"x-actor": "admin"})
    sent = dict(answer.json()["headers"])
    caller = caller_in(sent["authorization"], "pledges", "GET", PUBLISHED_PROMISES)
    assert (caller.name, caller.scopes, "x-actor" in sent) == (ANYBODY, frozenset({"pledges:read"}), False)
    assert (await front.stranger.head(PUBLISHED_PROMISES)).status_code == 200
    for method, path in NEAR:
        refused = await front.stranger.request(method, front.url + path)
        assert (method, path, refused.status_code) == (method, path, 401)
    wrong = await front.stranger.get(PUBLISHED_PROMISES, headers={"authorization": "Bearer of-nobody"})
    assert wrong.status_code == 401, "who shows a key comes in by that or not at all"


async def test_one_address_reads_them_only_so_often(front_of: FrontOf, serve: Serve) -> None:
    front = await front_of(settings={"public_promises": 2}, pledges=await serve(echo))
    answers = [await front.stranger.get(PUBLISHED_PROMISES) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["type"] == "/problems/too-many-from-address"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30
    assert (await front.client.get(PUBLISHED_PROMISES)).status_code == 200, "keys are counted by themselves"


async def test_what_is_read_may_be_kept_and_tells_what_is_published(
    front_of: FrontOf, serve: Serve, resources_for: ResourcesFor
) -> None:
    service = create_app(await resources_for("services.pledges", settings=signed_for("pledges")))
    front = await front_of(settings={"public_promises": 100}, pledges=await serve(service))
    made = await front.client.put("/pledges/v1/sets/2018", json={"title": "Hundred"})
    assert made.status_code == 201, made.text
    made = await front.client.post("/pledges/v1/pledges", json=PLEDGE | {"set": "2018"})
    assert made.status_code == 201, made.text
    assert (await front.stranger.get(PUBLISHED_PROMISES)).json()["promises"] == [], "no set says that it is public"
    await front.client.put("/pledges/v1/sets/2018", json={"title": "Hundred", "public": True})
    answer = await front.stranger.get(PUBLISHED_PROMISES)
    (promise,) = answer.json()["promises"]
    assert promise == {
        "id": made.json()["id"],
        "text": PLEDGE["title"],
        "delivery": "not_started",
        "evidence": "none",
        "schedule": promise["schedule"],
        "last_evidence_on": None,
    }, "nothing of who answers for it, its notes, links, risks or money"
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = await front.stranger.get(PUBLISHED_PROMISES, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    keyed = await front.client.get(PUBLISHED_PROMISES)
    assert (keyed.json(), keyed.headers["cache-control"]) == (answer.json(), "private, no-cache")

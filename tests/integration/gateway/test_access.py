"""Keys over HTTP: made, rotated and revoked by administrators, and no more than their scopes to whoever has one."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from typer.testing import CliRunner

from gateway.access import keys, service
from gateway.access.keys import NewKey
from suite import key_commands
from tests.integration.gateway.conftest import Front, FrontOf, Serve, echo

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

KEYS = "/access/v1/keys"


async def made(front: Front, **more: object) -> dict[str, object]:
    answer = await front.client.post(KEYS, json={"name": "etl", "scopes": ["risks:read"]} | more)
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def holder(front: Front, key: object) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=front.url, headers={"authorization": f"Bearer {key}"})


@pytest.fixture
async def front(front_of: FrontOf, serve: Serve) -> Front:
    return await front_of(risks=await serve(echo))


async def test_a_key_lives_from_post_to_delete(front: Front) -> None:
    body = await made(front, areas=["E06000026"], owner="Head of Intelligence", expires_on="2999-12-31")
    key = str(body["key"])
    assert body["prefix"] == key[:8]
    assert body["expires_at"] == "3000-01-01T00:00:00Z"
    shown = (await front.client.get(f"{KEYS}/etl")).json()
    assert "key" not in shown
    assert shown == {name: body[name] for name in shown}
    async with front.database.connect() as connection:
        assert key[8:] not in str((await connection.exec_driver_sql("SELECT * FROM api_key")).all())
    async with holder(front, key) as etl:
        assert (await etl.get("/risks/v1/risks")).status_code == 200
        refused = await etl.get(KEYS)
        assert (refused.status_code, refused.json()["detail"]) == (403, "This needs the scope admin.")
        assert (await etl.get("/metrics")).json()["detail"] == "This needs the scope operations:read."
        assert (await front.client.delete(f"{KEYS}/etl")).json()["revoked_at"]
        assert (await etl.get("/risks/v1/risks")).status_code == 401
    assert [each["name"] for each in (await front.client.get(KEYS)).json()["items"]] == ["Ana Nowak", "etl"]
    again = await front.client.post(KEYS, json={"name": "etl", "scopes": ["risks:read"]})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/key-name-taken")


async def test_rotation_lets_the_secret_before_work_on_for_as_long_as_is_said(front: Front) -> None:
    first = (await made(front))["key"]
    second = (await front.client.post(f"{KEYS}/etl/rotate")).json()
    third = (await front.client.post(f"{KEYS}/etl/rotate", json={"overlap_hours": 1})).json()
    assert third["previous_prefix"] == second["prefix"]
    for key, status in ((first, 401), (second["key"], 200), (third["key"], 200)):
        async with holder(front, key) as caller:
            assert (await caller.get("/risks/v1/risks")).status_code == status
    last = (await front.client.post(f"{KEYS}/etl/rotate", json={"overlap_hours": 0})).json()
    assert last["previous_until"] is None
    async with holder(front, third["key"]) as caller:
        assert (await caller.get("/risks/v1/risks")).status_code == 401
    await front.client.delete(f"{KEYS}/etl")
    assert (await front.client.post(f"{KEYS}/etl/rotate")).json()["type"] == "/problems/key-not-in-use"


@pytest.mark.parametrize("of", ["a running suite", "its database"])
async def test_keys_by_command(front_of: FrontOf, serve: Serve, of: str) -> None:
    """``suite keys create``, ``rotate``, ``list`` and ``revoke``: with and without ``--url``."""
    front = await front_of(settings={"key_memory": 0}, risks=await serve(echo))
    url = front.database.url.render_as_string(hide_password=False)
    env = {"DATABASE_URL_GATEWAY": url} if of == "its database" else {"SUITE_URL": front.url, "SUITE_KEY": front.key}
    more = [] if of == "its database" else ["--url", front.url]

    async def said(*words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, key_commands.app, [*words, *more], env=env)
        assert done.exit_code == 0, done.exception
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""

    async def statuses(*keys: str) -> list[int]:
        found = []
        for key in keys:
            async with holder(front, key) as caller:
                found.append((await caller.get("/risks/v1/risks")).status_code)
        return found

    first = await said("create", "etl", "--scope", "risks:read")
    second = await said("rotate", "etl", "--overlap", "1")
    assert len({first, second}) == 2
    assert await statuses(first, second) == [200, 200]
    third = await said("rotate", "etl", "--overlap", "0")
    assert await statuses(second, third) == [401, 200]
    assert (await said("list")).startswith(f"etl  {third[:8]}")
    await said("revoke", "etl")
    assert await statuses(third) == [401]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scopes": ["risks:fly"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"areas": ["E 1"]}, "areas"),
        ({"areas": ["E06000026"], "scopes": ["admin"]}, "areas"),
        ({"areas": ["E06000026"], "scopes": ["operations:operate", "risks:read"]}, "areas"),
        ({"expires_on": "2018-01-01"}, "expires_on"),
        ({"expires_on": "9999-12-31"}, "expires_on"),
    ],
)
async def test_what_cannot_be_a_key_is_refused_by_field(front: Front, wrong: dict[str, object], field: str) -> None:
    answer = await front.client.post(KEYS, json={"name": "etl", "scopes": ["risks:read"]} | wrong)
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} == {field}


async def test_an_answer_with_a_secret_is_not_kept_for_an_idempotency_key(front: Front) -> None:
    body = {"name": "etl", "scopes": ["risks:read"]}
    answer = await front.client.post(KEYS, json=body, headers={"idempotency-key": "one"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-not-taken")


async def test_a_key_opens_nothing_after_its_last_day(front: Front) -> None:
    day = date(2999, 7, 1)
    secret = await front.database.write(
        lambda tx: service.create_key(tx, NewKey("etl", frozenset({"risks:read"}), expires_on=day))
    )
    [key] = [each for each in await front.database.read(service.list_keys) if each.name == "etl"]
    end, digest = datetime(2999, 7, 1, 23, tzinfo=UTC), keys.hash_key(secret)
    assert key.good_until(digest, end - timedelta(seconds=1)) == end
    with pytest.raises(LookupError):
        key.good_until(digest, end)

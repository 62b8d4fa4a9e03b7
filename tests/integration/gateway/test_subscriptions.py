"""What a key subscribed to ends with the key: when it is revoked, and when it has run out."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from chassis.identity import Caller
from chassis.jobs.worker import Worker
from chassis.settings import ServiceSettings
from gateway.access import service
from gateway.access.keys import NewKey
from gateway.operations import subscriptions
from gateway.operations.services import Services
from gateway.proxy.upstreams import in_process
from services.subscriptions.app import create_app
from services.subscriptions.domain.deliveries import Attempt, Delivery, Outcome
from services.subscriptions.domain.mailboxes import Message, MessageStatus
from services.subscriptions.repository.deliveries import save_deliveries
from services.subscriptions.repository.mailboxes import save_messages
from suite import notice_commands, subscription_commands
from tests.conftest import DatabaseFor, ResourcesFor
from tests.integration.gateway.conftest import SIGNER, FrontOf, signed_for

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)
SCOPES = frozenset({"events:subscribe", "risks:read"})
PATH = "/events/v1/subscriptions"


class _Clock:
    now = datetime(2018, 2, 28, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def _statuses(client: httpx.AsyncClient) -> dict[str, tuple[str, str | None]]:
    auth = SIGNER.auth("subscriptions", Caller("ops", frozenset({"operations:read"})))
    page = (await client.get(PATH, auth=auth)).raise_for_status().json()
    return {each["owner"]: (each["status"], each["reason"]) for each in page["items"]}


async def test_subscriptions_end_with_the_key_of_their_owner(
    resources_for: ResourcesFor, database_for: DatabaseFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUBSCRIPTIONS_WEBHOOK_KEYS", "a-key-for-tests-that-is-long-enough-0123")
    clock = _Clock()
    app = create_app(await resources_for("services.subscriptions", settings=signed_for("subscriptions")))
    database = await database_for("gateway", clock=clock)
    client = in_process("subscriptions", app)
    worker = Worker(
        database,
        subscriptions.handlers(Services({"subscriptions": client}, SIGNER)),
        subscriptions.SCHEDULES,
        ServiceSettings(),
    )
    for name, last in (("revoked", None), ("brief", date(2018, 2, 28)), ("lasting", None)):
        key = NewKey(name, SCOPES, expires_on=last)
        await database.write(partial(service.create_key, wanted=key))
        body = {"name": "warehouse", "url": "https://93.184.216.34/hook"}
        auth = SIGNER.auth("subscriptions", Caller(name, SCOPES))
        assert (await client.post(PATH, json=body, auth=auth)).status_code == 201
    await database.write(lambda tx: service.revoke_key(tx, "revoked"))
    assert await worker.do_next()
    ended = ("disabled", "owner_gone")
    assert await _statuses(client) == {"revoked": ended, "brief": ("active", None), "lasting": ("active", None)}
    await database.write(lambda tx: service.revoke_key(tx, "revoked"))
    assert not await worker.do_next(), "again asks for nothing"
    clock.now += timedelta(days=2)
    await worker.save_occurrences()
    assert await worker.do_next()
    assert await _statuses(client) == {"revoked": ended, "brief": ended, "lasting": ("active", None)}
    await client.aclose()


async def test_operators_see_and_steer_subscriptions_by_commands(
    front_of: FrontOf, resources_for: ResourcesFor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUBSCRIPTIONS_WEBHOOK_KEYS", "a-key-for-tests-that-is-long-enough-0123")
    resources = await resources_for("services.subscriptions", settings=signed_for("subscriptions"))
    front = await front_of(subscriptions=in_process("subscriptions", create_app(resources)))
    body = {"name": "warehouse", "url": "https://93.184.216.34/hook"}
    found = (await front.client.post(PATH, json=body)).json()["id"]
    lost = Message(found, f"{found}.1", 1, (3, 4), resources.clock(), status=MessageStatus.UNDELIVERABLE, code="14")
    await resources.database.write(lambda tx: save_messages(tx, [lost]))
    line = Delivery(0, found, "e1", "t.v1", "risks", "R1", 1, 1, Attempt(Outcome.REFUSED, resources.clock(), 5, 500))
    await resources.database.write(lambda tx: save_deliveries(tx, [line]))
    at = {"SUITE_URL": front.url, "SUITE_KEY": front.key}

    async def run(*words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, subscription_commands.app, words, env=at)
        assert done.exit_code == 0, done.exception
        lines = done.stdout.splitlines(keepends=True)
        return "".join(line for line in lines if "\x1b" not in line)  # the suite in this process logs there too

    told = "0 behind, 0 waiting, 0 dead, 0 messages not collected, 1 undelivered"
    assert f"active  {told}  https://93.184.216.34/hook" in await run("list")
    assert await run("messages", found, "--status", "undeliverable") == f"{found}.1  undeliverable  2 events  14\n"
    assert await run("resend", found, f"{found}.1") == f"{found}.1  planned\n"
    assert (await run("pause", found)).split()[-1] == "paused"
    assert (await run("resume", found)).split()[-1] == "active"
    assert (await run("replay", found, "--after", "0")).startswith(found)
    assert "refused  500  5 ms  attempt 1  1  t.v1  R1" in await run("deliveries", found, "--outcome", "refused")
    assert await run("deliveries", found, "--outcome", "gone") == ""
    await _tell(front.url, front.key, tmp_path)


async def _tell(url: str, key: str, folder: Path) -> None:
    """Who is told of what waits, by commands: here nobody is told yet, for the loop that sends does not run."""
    path = folder / "ana.json"
    path.write_text('{"name": "Ana", "address": "ana@council.example", "owners": ["Ana Nowak"]}')
    at = {"SUITE_URL": url, "SUITE_KEY": key}

    async def run(*words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, notice_commands.app, words, env=at)
        assert done.exit_code == 0, done.exception
        return "".join(line for line in done.stdout.splitlines(keepends=True) if "\x1b" not in line)

    assert await run("put", "ana", str(path)) == "ana  Ana  ana@council.example  daily at 08:30  Ana Nowak\n"
    assert "ana@council.example" in await run("recipients")
    assert await run("list", "--unreached") == ""
    message = (await run("test", "ana")).strip()
    assert f"{message}  " in await run("messages", "--state", "waiting")
    assert "daily at 08:30" in await run("delete", "ana")
    assert "failed: withdrawn" in await run("messages")
    assert await run("retry", message) == f"{message}  waiting\n"

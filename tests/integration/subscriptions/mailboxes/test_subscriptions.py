"""Subscriptions to mailboxes as their owners make and change them; what opens a mailbox is seen by nobody."""

from typing import Any

import httpx
import pytest
from sqlalchemy import event

from chassis.storage.transaction import Tx
from services.subscriptions.service.deliveries.measures import refresh
from services.subscriptions.settings import MeshSettings
from tests.integration.subscriptions.webhooks.plant import Plant
from tests.mesh.sandbox import ADDRESS, OPENING

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)

BODY: dict[str, Any] = {"name": "region", "url": ADDRESS, "mailbox": OPENING}
SECRETS = {"id": "X26SEC", "password": "pass-w0rd-secret", "shared_key": "sh4red-secret"}


@pytest.fixture
def url() -> str:
    return "https://mesh.example"


async def test_what_opens_the_mailbox_is_sealed_and_in_no_answer(plant: Plant, api: httpx.AsyncClient) -> None:
    made = await api.post("/subscriptions", json={**BODY, "mailbox": SECRETS})
    found = made.json()
    assert (made.status_code, found["kind"], found["url"], found["secret"]) == (201, "mesh", ADDRESS, None)
    path = f"/subscriptions/{found['id']}"
    changed = await api.patch(path, json={"mailbox": {"password": "an0ther-secret"}})
    seen = made.text + changed.text + (await api.get(path)).text + (await api.get("/audit")).text
    tables = plant.database.metadata.tables

    async def stored(tx: Tx) -> str:
        names = ("subscription", "audit_entry", "mailbox_message", "delivery")
        return str([(await tx.session.execute(tables[name].select())).all() for name in names])

    seen += await plant.database.read(stored)
    for secret in (*SECRETS.values(), "an0ther-secret"):
        assert secret not in seen
    entries = (await api.get("/audit", params={"subject": found["id"]})).json()["items"]
    assert [(each["action"], each["after"].get("mailbox")) for each in entries] == [
        ("subscription.created", None),
        ("subscription.amended", "changed"),
    ]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"mailbox": None}, {"mailbox"}),
        ({"url": "mesh://?workflow_id=W"}, {"url"}),
        ({"url": "mesh://X26ABC2"}, {"url"}),
        ({"url": "mesh://X26ABC2?workflow_id=A B&more=1"}, {"url"}),
        ({"url": "https://93.184.216.34/hook"}, {"mailbox"}),
        ({"mailbox": {"id": "X/1", "password": "", "shared_key": "ké"}}, {"id", "password", "shared_key"}),
        ({"mailbox": {**OPENING, "certificate": "PEM"}}, {"mailbox.private_key"}),
        ({"mailbox": {**OPENING, "certificate": "PEM", "private_key": "PEM"}}, {"mailbox.certificate"}),
        ({"mailbox": {**OPENING, "authorities": "none"}}, {"mailbox.authorities"}),
    ],
)
async def test_every_fault_is_named_without_what_was_sent(
    api: httpx.AsyncClient, sent: dict[str, Any], fields: set[str]
) -> None:
    answer = await api.post("/subscriptions", json={**BODY, **sent})
    assert answer.status_code == 422
    assert {each["field"].removeprefix("mailbox.") for each in answer.json()["errors"]} == {
        each.removeprefix("mailbox.") for each in fields
    }
    assert "ké" not in answer.text
    assert (await api.get("/subscriptions")).json()["items"] == []


async def test_a_subscription_stays_of_its_kind(api: httpx.AsyncClient) -> None:
    mailbox = f"/subscriptions/{(await api.post('/subscriptions', json=BODY)).json()['id']}"
    webhook = {"name": "hook", "url": "https://93.184.216.34/hook"}
    hook = f"/subscriptions/{(await api.post('/subscriptions', json=webhook)).json()['id']}"
    for path, change, field in (
        (mailbox, {"url": webhook["url"]}, "url"),
        (hook, {"url": ADDRESS}, "url"),
        (hook, {"mailbox": {"password": "p"}}, "mailbox"),
        (mailbox, {"mailbox": {"certificate": "PEM"}}, "mailbox.private_key"),
        (mailbox, {"mailbox": None}, "mailbox"),
    ):
        refused = await api.patch(path, json=change)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), change
    assert (await api.post(f"{mailbox}/rotate")).status_code == 409
    moved = await api.patch(mailbox, json={"url": "mesh://X26ABC3?workflow_id=W"})
    assert (moved.status_code, moved.json()["url"]) == (200, "mesh://X26ABC3?workflow_id=W")


async def test_where_the_key_is_lost_a_mailbox_is_given_whole_once_more(
    plant: Plant, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/subscriptions/{(await plant.subscribe(ADDRESS, mailbox=OPENING))['id']}"
    monkeypatch.setenv("SUBSCRIPTIONS_WEBHOOK_KEYS", "another-key-for-tests-that-is-long-enough")
    certificates = dict.fromkeys(("certificate", "private_key", "authorities"))
    answers = [await api.patch(path, json={"mailbox": sent}) for sent in (SECRETS, SECRETS | certificates)]
    assert [each.status_code for each in answers] == [503, 200]


async def test_of_messages_that_were_collected_no_measure_reads_any(plant: Plant) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    async def explained(tx: Tx) -> list[str]:
        connection = await tx.session.connection()
        plans = [await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", values) for each, values in messages]
        return [row.detail for plan in plans for row in plan if "mailbox_message" in row.detail]

    event.listen(plant.database.engine.sync_engine, "before_cursor_execute", note)
    await refresh(plant.database)
    event.remove(plant.database.engine.sync_engine, "before_cursor_execute", note)
    messages = [each for each in asked if "FROM mailbox_message" in each[0]]
    found = await plant.database.read(explained)
    assert len(found) == len(messages) == 3
    assert [each for each in found if "(status=?" not in each] == []


async def test_nobody_subscribes_where_no_operator_says_where_mesh_is(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUBSCRIPTIONS_MESH_URL")
    refused = await api.post("/subscriptions", json=BODY)
    assert refused.status_code == 422
    assert "SUBSCRIPTIONS_MESH_URL" in refused.json()["errors"][0]["message"]
    monkeypatch.setenv("SUBSCRIPTIONS_MESH_DEVELOPMENT", "false")
    monkeypatch.setenv("SUBSCRIPTIONS_MESH_URL", "http://mesh.example")
    with pytest.raises(ValueError, match="https"):
        MeshSettings()

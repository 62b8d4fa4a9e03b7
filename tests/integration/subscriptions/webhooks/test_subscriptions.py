"""Subscriptions as their owners and operators make, see and change them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.errors import InsufficientScope
from chassis.identity import Caller, operating
from chassis.paging import PageRequest
from chassis.storage.transaction import Tx
from services.subscriptions.domain.addresses import AddressPolicy
from services.subscriptions.domain.subscriptions import Definition, Reason, Start, Status, Subscription, Wanted
from services.subscriptions.errors import SecretsUnavailable, SubscriptionRefused, SubscriptionUnknown
from services.subscriptions.service import running, subscriptions
from services.subscriptions.service.subscriptions import Rules
from services.subscriptions.service.webhook_secrets import Sealer, sealer_of
from services.subscriptions.settings import WebhookSettings
from tests.integration.subscriptions.webhooks.plant import KEY, Plant, event
from tests.receivers import Receiver

URL = "https://93.184.216.34/hook"
RULES = Rules(AddressPolicy(), 3, Sealer([KEY]))
READS_ALL = frozenset({"events:subscribe", "indicators:read", "risks:read"})
PLATFORM = Caller("platform", READS_ALL, person="dana", names=frozenset({"platform", "platform-2"}))
NARROW = Caller("platform-2", frozenset({"events:subscribe", "risks:read"}), person="dana", names=PLATFORM.names)
OTHER = Caller("somebody", READS_ALL)


async def _made(plant: Plant, caller: Caller = PLATFORM, name: str = "warehouse", **wanted: Any) -> Subscription:
    definition = Definition(name, URL, Wanted(**wanted))
    found, _ = await plant.database.write(
        lambda tx: subscriptions.create_subscription(tx, definition, Start(), RULES), actor=caller
    )
    return found


async def test_the_secret_is_shown_once_and_sealed_at_rest(
    plant: Plant, api: httpx.AsyncClient, receiver: Receiver
) -> None:
    made = await api.post(
        "/subscriptions", json={"name": "warehouse", "url": receiver.url, "types": ["commissioning.*"]}
    )
    found = made.json()
    assert made.status_code == 201
    assert made.headers["location"] == f"/events/v1/subscriptions/{found['id']}"
    assert found["secret"].startswith("whsec_")
    read = await api.get(f"/subscriptions/{found['id']}")
    assert read.json() == {name: value for name, value in found.items() if name != "secret"}
    tables = plant.database.metadata.tables

    async def stored(tx: Tx) -> str:
        rows = [(await tx.session.execute(tables[name].select())).all() for name in ("subscription", "audit_entry")]
        return str(rows)

    kept = await plant.database.read(stored)
    assert found["secret"].removeprefix("whsec_") not in kept
    assert found["id"] in kept


async def test_a_repeat_makes_no_second_and_a_key_for_it_is_refused(
    api: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    assert (await api.post("/subscriptions", json=body)).status_code == 201
    again = await api.post("/subscriptions", json=body)
    assert (again.status_code, again.json()["type"].rsplit("/", 1)[-1]) == (409, "subscription-exists")
    keyed = await api.post("/subscriptions", json=body, headers={"idempotency-key": "1"})
    assert keyed.json()["type"].rsplit("/", 1)[-1] == "idempotency-key-not-taken"


async def test_every_fault_is_named_and_nothing_is_saved(api: httpx.AsyncClient) -> None:
    sent = {"name": "", "url": "https://10.0.0.1/", "mode": "half", "types": ["a" * 121], "more": 1}
    answer = await api.post("/subscriptions", json=sent)
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} >= {"name", "mode", "types.0", "more"}
    answer = await api.post("/subscriptions", json={"name": "a", "url": "https://10.0.0.1/", "services": ["gateway"]})
    assert {each["field"] for each in answer.json()["errors"]} == {"url", "services"}
    assert (await api.get("/subscriptions")).json()["items"] == []


async def test_changes_go_by_what_was_read(api: httpx.AsyncClient, body: dict[str, Any]) -> None:
    found = (await api.post("/subscriptions", json=body)).json()
    path = f"/subscriptions/{found['id']}"
    tag = (await api.get(path)).headers["etag"]
    changed = await api.patch(path, json={"area": "E06000026", "heartbeat": True}, headers={"if-match": tag})
    assert (changed.status_code, changed.json()["area"], changed.json()["name"]) == (200, "E06000026", "warehouse")
    assert (await api.patch(path, json={"area": None}, headers={"if-match": tag})).status_code == 412
    assert (await api.patch(path, json={"area": None})).json()["area"] is None
    assert (await api.patch(path, json={"url": "https://169.254.169.254/latest"})).status_code == 422
    assert (await api.patch(path, json={"url": None})).status_code == 422
    assert (await api.delete(path, headers={"if-match": tag})).status_code == 412
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_a_keyed_step_is_taken_once_and_each_change_has_an_entry(
    api: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    found = (await api.post("/subscriptions", json=body)).json()["id"]
    keyed = {"idempotency-key": "test-1"}
    first = await api.post(f"/subscriptions/{found}/test", headers=keyed)
    assert (await api.post(f"/subscriptions/{found}/test", headers=keyed)).json() == first.json()
    for step in ("pause", "pause", "resume", "resync"):
        assert (await api.post(f"/subscriptions/{found}/{step}")).status_code == 200
    assert (await api.post(f"/subscriptions/{found}/rotate")).status_code == 200
    await api.patch(f"/subscriptions/{found}", json={"name": "warehouse"})
    entries = (await api.get("/audit", params={"subject": found})).json()["items"]
    wanted = ["created", "tested", "paused", "resumed", "resynced", "secret_rotated"]
    assert [each["action"] for each in entries] == [f"subscription.{each}" for each in wanted]
    assert entries[2]["after"] == {"status": "paused"}


async def test_others_see_nothing_and_operators_everything(plant: Plant) -> None:
    found = await _made(plant)
    request = PageRequest(10)

    def read(caller: Caller) -> Any:
        return plant.database.read(lambda tx: subscriptions.get_subscription(tx, found.id), actor=caller)

    with pytest.raises(SubscriptionUnknown):
        await read(OTHER)
    assert (await read(NARROW)).id == found.id, "another key of the same person"
    assert (await read(Caller("watcher", frozenset({"operations:read"})))).id == found.id
    listed = [
        len((await plant.database.read(lambda tx: subscriptions.list_subscriptions(tx, request), actor=each)).items)
        for each in (PLATFORM, NARROW, OTHER, operating("ops"))
    ]
    assert listed == [1, 1, 0, 1]
    with pytest.raises(SubscriptionUnknown):
        await plant.database.write(lambda tx: subscriptions.delete_subscription(tx, found.id), actor=operating("ops"))
    paused = await plant.database.write(lambda tx: running.pause_subscription(tx, found.id), actor=operating("ops"))
    assert paused.status is Status.PAUSED


async def test_events_are_those_that_the_owner_may_read_and_a_lesser_key_narrows_them(plant: Plant) -> None:
    with pytest.raises(SubscriptionRefused, match="delivered") as refused:
        await _made(plant, services=frozenset({"finance"}))
    assert [each.field for each in refused.value.errors] == ["services"]
    with pytest.raises(InsufficientScope):
        await _made(plant, Caller("x", frozenset({"events:subscribe"})))
    found = await _made(plant)
    assert found.filter.services == {"indicators", "risks"}
    pledge = event("2018-46", 1, service="pledges", type_="commissioning.pledge.updated.v1")
    assert not found.filter.matches(pledge)

    async def change(caller: Caller, **changes: Any) -> Subscription:
        return await plant.database.write(
            lambda tx: subscriptions.change_subscription(tx, found.id, changes, {}, RULES), actor=caller
        )

    assert (await change(NARROW, heartbeat=True)).filter.services == {"risks"}
    assert (await change(PLATFORM, heartbeat=False)).filter.services == {"risks"}, "and it never grows back"


async def test_a_caller_has_so_many_and_no_more(plant: Plant) -> None:
    for number in range(3):
        await _made(plant, name=f"n{number}")
    with pytest.raises(subscriptions.TooManySubscriptions):
        await _made(plant, name="n4")
    await _made(plant, OTHER)


async def test_what_a_key_subscribed_to_ends_with_the_key_and_goes_on_with_another_of_the_person(plant: Plant) -> None:
    found = await _made(plant)
    write = plant.database.write
    assert await plant.database.read(running.list_owners) == ["platform"]
    assert await write(lambda tx: running.end_of_owner(tx, "platform"), actor=operating("ops")) == 1
    assert await write(lambda tx: running.end_of_owner(tx, "platform"), actor=operating("ops")) == 0
    ended = await plant.database.read(lambda tx: subscriptions.get_subscription(tx, found.id), actor=PLATFORM)
    assert (ended.status, ended.reason) == (Status.DISABLED, Reason.OWNER_GONE)
    assert await plant.database.read(running.list_owners) == []
    with pytest.raises(InsufficientScope):
        await write(lambda tx: running.resume_subscription(tx, found.id), actor=operating("ops"))
    resumed = await write(lambda tx: running.resume_subscription(tx, found.id), actor=NARROW)
    assert (resumed.owner, resumed.status, resumed.granted) == ("platform-2", Status.ACTIVE, {"risks"})


async def test_secrets_are_read_with_former_keys_and_never_without(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await _made(plant)
    sealed = found.secrets.current
    assert Sealer(["another-key-that-is-as-long-as-32-characters", KEY]).unseal(found.id, sealed).startswith("whsec_")
    for sealer, number in ((Sealer(["another"]), found.id), (Sealer([KEY]), "sub_other"), (Sealer([]), found.id)):
        with pytest.raises(SecretsUnavailable):
            sealer.unseal(number, sealed)
    monkeypatch.delenv("SUBSCRIPTIONS_WEBHOOK_KEYS")
    made = sealer_of(plant.database, WebhookSettings())
    if plant.database.dialect == "sqlite":
        assert made.unseal("a", sealer_of(plant.database, WebhookSettings()).seal("a", "s")) == "s", "the file stays"
    else:
        with pytest.raises(SecretsUnavailable):
            made.seal("a", "s")


async def test_an_overlap_ends(plant: Plant) -> None:
    found = await _made(plant)
    now = datetime(2018, 2, 28, 9, tzinfo=UTC)
    rotated, _ = await plant.database.write(
        lambda tx: subscriptions.rotate_secret(tx, found.id, timedelta(hours=2), RULES.sealer), actor=PLATFORM
    )
    assert [len(rotated.secrets.sealed(now + timedelta(hours=hours))) for hours in (0, 1.9, 2, 3)] == [2, 2, 1, 1]
    at_once, _ = await plant.database.write(
        lambda tx: subscriptions.rotate_secret(tx, found.id, timedelta(), RULES.sealer), actor=PLATFORM
    )
    assert len(at_once.secrets.sealed(now)) == 1

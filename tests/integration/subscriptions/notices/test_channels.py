"""The ways to people: a real mail server; GOV.UK Notify and Teams by their published contracts, at our receiver."""

import json
import ssl
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import trustme
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr, ValidationError

from chassis.storage.transaction import Tx
from services.subscriptions.domain.messages import Message
from services.subscriptions.repository import messages as stored
from services.subscriptions.service.notices.channels import Channels
from services.subscriptions.service.notices.loop import Teller, channels_of
from services.subscriptions.service.webhook_secrets import sealer_of
from services.subscriptions.settings import NoticeSettings, SmtpSecurity, WebhookSettings
from tests.integration.subscriptions.notices.conftest import ISSUER, SECRET, TEMPLATE, MailServer, Office, Serving
from tests.receivers import Answer, Received, receiving

pytestmark = pytest.mark.parametrize("database_for", ["sqlite"], indirect=True)


def teller_of(office: Office, settings: NoticeSettings, trust: ssl.SSLContext | None = None) -> Teller:
    channels = replace(channels_of(office.database, settings), trust=trust)
    return Teller(office.database, channels, sealer_of(office.database, WebhookSettings()), settings, lambda: 0.0)


async def test_a_mail_that_is_put_off_is_sent_later_and_one_that_is_refused_is_given_up(
    office: Office, mails: MailServer
) -> None:
    await office.enter("ana", pace="immediate")
    await office.late()
    mails.answer = "451 Come again"
    assert await office.tell() == 0
    [waiting] = await office.messages()
    assert (waiting["state"], waiting["outcome"], waiting["detail"]) == ("waiting", "not_now", "451 Come again")
    assert await office.tell() == 0, "not before its time"
    mails.greeting = "550 Not from you"
    office.clock.move(seconds=5)
    assert await office.tell() == 0
    [waiting] = await office.messages()
    assert (waiting["state"], waiting["detail"]) == ("waiting", "550 Not from you"), "it says nothing of the message"
    mails.greeting = mails.answer = "250 OK"
    office.clock.move(seconds=20)
    assert await office.tell() == 1, "whatever it says once it has it"
    assert len({each["message-id"] for each in mails.offered}) == 1
    assert str(mails.mails[0]["message-id"]) == f"<{waiting['id']}@council.example>"
    mails.answer = "550 No such user"
    await office.late("dtoc")
    assert await office.tell() == 0
    [failed] = await office.messages(state="failed")
    assert (failed["outcome"], failed["detail"]) == ("refused", "550 No such user")
    mails.answer = "250 OK"
    retried = await office.api.post(f"/messages/{failed['id']}/retry")
    assert (retried.status_code, retried.json()["state"]) == (200, "waiting")
    assert await office.tell() == 1
    again = await office.api.post(f"/messages/{failed['id']}/retry")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/message-not-failed")
    assert (await office.api.post("/messages/msg_0/retry")).status_code == 404


async def test_a_mail_server_that_is_away_is_tried_for_three_days(office: Office, settings: NoticeSettings) -> None:
    away = settings.model_copy(update={"smtp_port": 9})
    office.teller = teller_of(office, away)
    await office.enter("ana", pace="immediate", working_days_only=False)
    await office.late()
    for _ in range(9):
        await office.tell()
        office.clock.move(hours=10)
    [message] = await office.messages()
    assert (message["state"], message["outcome"]) == ("failed", "unreachable")
    assert message["attempts"] == 9, "the last falls on the end of three days"


async def test_mail_goes_by_tls_with_a_password_and_to_no_server_of_another_name(
    office: Office, settings: NoticeSettings, mail_server: Serving
) -> None:
    authority = trustme.CA()
    context, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(trust)
    server = await mail_server(tls=context, password="of the suite")
    secure = {"smtp_security": SmtpSecurity.STARTTLS, "smtp_port": server.port, "smtp_user": "suite"}
    known = settings.model_copy(update=secure | {"smtp_password": SecretStr("of the suite")})
    await office.enter("ana", pace="immediate")
    await office.late()
    office.teller = teller_of(office, known)
    assert await office.tell() == 0, "nobody we trust vouches for it"
    office.clock.move(minutes=1)
    office.teller = teller_of(office, known.model_copy(update={"smtp_password": SecretStr("another")}), trust)
    assert await office.tell() == 0
    [message] = await office.messages()
    assert (message["state"], message["outcome"]) == ("waiting", "not_now"), "our password says nothing of the message"
    office.clock.move(minutes=5)
    office.teller = teller_of(office, known, trust)
    assert (await office.tell(), len(server.mails)) == (1, 1)


async def test_a_mail_that_does_not_end_is_let_go_of_and_is_not_tried_twice_in_a_turn(
    office: Office, settings: NoticeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a server that says something again and again; what is put off meanwhile is of the next turn."""
    ended = threading.Event()

    def hang(*_: Any) -> None:
        ended.wait(5)

    async def take_time(tx: Tx, message: Message, lease: str) -> bool:
        office.clock.move(seconds=6)
        return await saved(tx, message, lease)

    saved = stored.save_attempt
    monkeypatch.setattr(Channels, "_hand_over", hang)
    monkeypatch.setattr(stored, "save_attempt", take_time)
    office.teller = teller_of(office, settings.model_copy(update={"timeout": 0.02}))
    await office.enter("ana", pace="immediate")
    await office.late()
    assert await office.tell() == 0
    ended.set()
    [message] = await office.messages()
    assert (message["state"], message["outcome"], message["attempts"]) == ("waiting", "unreachable", 1)


async def test_without_a_way_set_up_messages_wait_and_say_so(office: Office, settings: NoticeSettings) -> None:
    office.teller = teller_of(office, settings.model_copy(update={"smtp_host": None}))
    await office.enter("ana", pace="immediate")
    await office.enter("emma", pace="immediate", channel="notify", owners=["Emma"])
    await office.late()
    await office.late("dtoc", owner="Emma")
    assert await office.tell() == 0
    assert {each["outcome"] for each in await office.messages(state="waiting")} == {"not_set_up"}


async def test_notify_is_asked_by_its_contract_and_not_twice_for_what_had_arrived(
    office: Office, settings: NoticeSettings
) -> None:
    """As in docs.notifications.service.gov.uk/rest-api.html: send an email, and the status of several messages."""
    known: list[dict[str, Any]] = []

    def answer(request: Received) -> Answer:
        token = jwt.decode(request.headers["authorization"].removeprefix("Bearer "), OctKey.import_key(SECRET))
        assert token.claims == {"iss": ISSUER, "iat": int(office.clock.now.timestamp())}
        if request.path.startswith("/v2/notifications?reference="):
            return 200, {}, json.dumps({"notifications": known, "links": {}}).encode()
        assert request.path == "/v2/notifications/email"
        body = json.loads(request.body)
        assert set(body) == {"email_address", "template_id", "reference", "personalisation", "sanitise_content_for"}
        known.append({"id": "740e5834-3a29-46b4-9a6f-16142fde533a", "reference": body["reference"]})
        return 500  # it had arrived all the same

    async with receiving() as notify:
        notify.answer = answer
        key = SecretStr(f"council-{ISSUER}-{SECRET}")
        url = notify.url.removesuffix("/hook")
        way = {"notify_key": key, "notify_template": TEMPLATE, "notify_url": url}
        office.teller = teller_of(office, settings.model_copy(update=way))
        await office.enter("ana", pace="immediate", channel="notify")
        await office.late()
        assert await office.tell() == 0
        sent = json.loads(notify.received[0].body)
        assert (sent["email_address"], sent["template_id"]) == ("ana@council.example", TEMPLATE)
        assert set(sent["personalisation"]) == {"subject", "body", "link"}
        assert sent["sanitise_content_for"] == ["subject", "body"]
        office.clock.move(seconds=5)
        assert await office.tell() == 1
        assert [each.path.split("?", 1)[0] for each in notify.received] == [
            "/v2/notifications/email",
            "/v2/notifications",
        ]
        notify.answer = lambda _request: 400
        await office.late("dtoc")
        assert await office.tell() == 0
        [failed] = await office.messages(state="failed")
        assert failed["outcome"] == "refused"
    with pytest.raises(ValidationError, match="two UUIDs"):
        NoticeSettings(notify_key=SecretStr("no-such-key"))
    with pytest.raises(ValidationError, match="in TLS alone"):
        NoticeSettings(smtp_password=SecretStr("of the suite"), smtp_security=SmtpSecurity.NONE)


async def test_teams_gets_a_card_at_an_address_that_is_shown_nowhere(office: Office) -> None:
    async with receiving() as teams:
        teams.answer = lambda _request: 202
        url = teams.url.replace("/hook", "/workflows/0d8c2f1d6a10")
        await office.enter("ana", pace="immediate", channel="teams", address=None, url=url)
        await office.late("*ae* [here](https://evil.example)")
        assert await office.tell() == 1
        body = json.loads(teams.received[0].body)
        teams.answer = lambda _request: (429, {"retry-after": "60"})
        office.clock.move(seconds=1)
        await office.late("dtoc")
        assert await office.tell() == 0
        waiting = (await office.messages(state="waiting"))[0]
        assert (waiting["outcome"], waiting["due_at"]) == ("not_now", "2018-02-28T09:01:01Z")
    assert body["type"] == "message"
    [attachment] = body["attachments"]
    assert (attachment["contentType"], attachment["contentUrl"]) == ("application/vnd.microsoft.card.adaptive", None)
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    texts = [each["text"] for each in card["body"]]
    assert any("\\*ae\\* \\[here\\]\\(https" in each for each in texts), "what somebody typed is no mark"
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open", "url": "https://suite.council.example/desk"}]
    shown = (await office.api.get("/recipients/ana")).text + (await office.api.get("/audit")).text
    assert "0d8c2f1d6a10" not in shown
    row = await office.database.read(_stored_url)
    assert "0d8c2f1d6a10" not in row


async def _stored_url(tx: Any) -> str:
    return str(
        list(await tx.session.scalars(tx.table("recipient").select().with_only_columns(tx.table("recipient").c.url)))
    )


FAULTS: Sequence[tuple[dict[str, Any], str]] = [
    ({"address": "ana"}, "address"),
    ({"address": "Ana <ana@council.example>"}, "address"),
    ({"address": "ana@council.example\r\nBcc: all@council.example"}, "address"),
    ({"url": "https://teams.example/hook"}, "url"),
    ({"channel": "teams"}, "address"),
    ({"channel": "teams", "address": None}, "url"),
    ({"channel": "teams", "address": None, "url": "https://10.0.0.1/hook"}, "url"),
    ({"channel": "teams", "address": None, "url": "https://metadata.google.internal/hook"}, "url"),
    ({"escalates_to": "nobody", "escalate_after_days": 3}, "escalates_to"),
    ({"escalate_after_days": 3}, "escalates_to"),
    ({"deputy": "ana"}, "deputy"),
    ({"owners": ["Taken"]}, "owners"),
    ({"owners": []}, "owners"),
    ({"away_from": "2018-03-02", "away_until": "2018-03-01"}, "away_until"),
    ({"away_until": "2018-03-01"}, "away_from"),
    ({"daily_at": "half past eight"}, "daily_at"),
]


async def test_a_recipient_who_cannot_be_told_so_is_refused_by_each_field(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUBSCRIPTIONS_WEBHOOK_NETWORKS")
    monkeypatch.setenv("SUBSCRIPTIONS_WEBHOOK_DEVELOPMENT", "false")
    await office.enter("emma", owners=["Taken"])
    for change, field in FAULTS:
        body = {"name": "Ana", "address": "ana@council.example", "owners": ["Ana"]} | change
        answer = await office.api.put("/recipients/ana", json=body)
        assert answer.status_code == 422, (change, answer.text)
        assert field in {each["field"].rsplit(".", 1)[-1] for each in answer.json()["errors"]}, change
    assert (await office.api.get("/recipients/ana")).status_code == 404, "nothing half saved"


async def test_recipients_are_put_by_their_tag_and_addresses_are_of_the_domains_that_are_set(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await office.enter("ana")
    assert (made["revision"], made["granted"]) == (1, ["finance", "indicators", "pledges", "risks"])
    read = await office.api.get("/recipients/ana")
    body = {"name": "Ana", "address": "ana@council.example", "owners": ["Ana"]}
    path = "/recipients/ana"
    stale = await office.api.put(path, json=body, headers={"if-match": '"another"'})
    assert stale.status_code == 412
    changed = await office.api.put(path, json=body, headers={"if-match": read.headers["etag"]})
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    same = await office.api.put(path, json=body)
    assert (same.status_code, same.json()["revision"]) == (200, 2)
    monkeypatch.setenv("SUBSCRIPTIONS_NOTICES_DOMAINS", '["nhs.example"]')
    refused: httpx.Response = await office.api.put(path, json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "address")
    other = await office.api.put("/recipients/ANA", json=body | {"address": "a@nhs.example", "owners": ["B"]})
    assert other.status_code == 409


async def test_a_test_is_sent_on_whatever_day_and_nothing_to_who_was_taken_out(
    office: Office, mails: MailServer
) -> None:
    await office.enter("ana", pace="immediate")
    office.clock.now += timedelta(days=3)
    asked = await office.api.post("/recipients/ana/test")
    assert asked.status_code == 202
    assert (await office.tell(), mails.subjects) == (1, ["A test"])
    await office.api.post("/recipients/ana/test")
    assert (await office.api.delete("/recipients/ana")).json()["code"] == "ana"
    assert await office.tell() == 0
    assert [each["outcome"] for each in await office.messages(state="failed")] == ["withdrawn"]
    assert (await office.api.delete("/recipients/ana")).status_code == 404

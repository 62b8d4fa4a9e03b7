"""Where requests really go: names that resolve differently the second time, certificates, signatures."""

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from chassis.clock import system_clock
from services.subscriptions.domain.addresses import AddressPolicy
from services.subscriptions.domain.deliveries import Outcome
from services.subscriptions.domain.webhooks import Rendering, make_secret, request_headers, webhook_of
from services.subscriptions.service.deliveries.sending import Resolve, Sender, is_public
from tests.integration.subscriptions.webhooks.plant import Plant, event
from tests.receivers import Receiver, receiving

LOCAL = AddressPolicy.of(["127.0.0.1/32"], [443], allows_any_port=True, allows_http=True)


def _sender(resolve: Resolve, trust: ssl.SSLContext | None = None, policy: AddressPolicy = LOCAL) -> Sender:
    return Sender(policy, timeout=2, answer_bytes=1024, clock=system_clock, resolve=resolve, trust=trust)


class Changing:
    """A resolver that answers otherwise each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


async def test_a_name_is_judged_at_each_connection_and_the_connection_goes_where_was_judged(receiver: Receiver) -> None:
    """Good when it is subscribed to, within the walls when it is sent to: the second answer is refused unasked for."""
    resolver = Changing(["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1", "169.254.169.254"], [], ["::ffff:127.0.0.1"])
    url = f"http://rebind.example.org:{receiver.port}/hook"
    outcomes = []
    for _ in range(5):
        sender = _sender(resolver)
        outcomes.append((await sender.send(url, {"webhook-id": "1"}, b"{}")).outcome)
        await sender.close()
    assert outcomes == [Outcome.DELIVERED, *[Outcome.ADDRESS_REFUSED] * 4]
    assert resolver.asked == ["rebind.example.org"] * 5, "once a connection"
    assert receiver.received[0].headers["host"] == f"rebind.example.org:{receiver.port}"


async def test_a_kept_connection_is_of_its_name_and_not_asked_for_again(receiver: Receiver) -> None:
    resolver = Changing(["127.0.0.1"], ["10.0.0.1"])
    sender = _sender(resolver)
    url = f"http://kept.example.org:{receiver.port}/hook"
    assert [(await sender.send(url, {}, b"{}")).outcome for _ in range(2)] == [Outcome.DELIVERED] * 2
    other = await sender.send(url.replace("kept", "other"), {}, b"{}")
    await sender.close()
    assert (other.outcome, resolver.asked) == (Outcome.ADDRESS_REFUSED, ["kept.example.org", "other.example.org"])


async def test_addresses_are_judged_when_somebody_subscribes_as_well() -> None:
    public = AddressPolicy()
    found = [await is_public("a.example.org", 443, public, Changing(each)) for each in (["8.8.8.8"], ["10.0.0.1"], [])]
    assert found == [True, False, True]
    assert not await is_public("::1", 443, public)


@pytest.mark.parametrize("literal", ["127.0.0.1", "127.0.0.2", "[::1]"])
async def test_literal_addresses_are_judged_too(receiver: Receiver, literal: str) -> None:
    sender = _sender(Changing([]))
    found = await sender.send(f"http://{literal}:{receiver.port}/", {}, b"{}")
    await sender.close()
    assert (found.outcome is Outcome.DELIVERED) is (literal == "127.0.0.1")


async def test_the_certificate_is_asked_for_by_name_though_the_address_is_pinned() -> None:
    authority = trustme.CA()
    trust, tls = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(trust)
    authority.issue_cert("hooks.example.org").configure_cert(tls)
    async with receiving(tls) as receiver:
        sender = _sender(Changing(["127.0.0.1"]), trust)
        urls = [f"https://{name}:{receiver.port}/" for name in ("hooks.example.org", "other.example.org", "127.0.0.1")]
        outcomes = [(await sender.send(url, {}, b"{}")).outcome for url in urls]
        await sender.close()
    assert outcomes == [Outcome.DELIVERED, Outcome.UNREACHABLE, Outcome.UNREACHABLE]


def _by_hand(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """A second implementation, as the specification words it."""
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    given = [each.partition(",") for each in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(value, expected) for version, _, value in given)


async def test_signatures_verify_by_the_library_and_by_hand_before_during_and_after_a_rotation(
    plant: Plant, receiver: Receiver
) -> None:
    plant.clock.now = datetime.now(UTC)  # the library reads the machine's clock
    made = await plant.subscribe(receiver.url)
    secrets = [made["secret"]]
    await plant.add(event("R1", 1))
    await plant.drain()
    secrets.append((await plant.post(made["id"], "rotate", {"overlap_hours": 1})).json()["secret"])
    await plant.add(event("R1", 2))
    await plant.drain()
    plant.clock.move(hours=2)
    await plant.add(event("R1", 3))
    await plant.drain()

    def verifies(secret: str, number: int) -> tuple[bool, bool]:
        sent = receiver.taken[number]
        headers = dict(sent.headers)
        try:
            Webhook(secret).verify(sent.body, headers)
        except WebhookVerificationError:
            return False, _by_hand(secret, headers, sent.body)
        return True, _by_hand(secret, headers, sent.body)

    by_library = [[verifies(secret, number)[0] for number in range(2)] for secret in secrets]
    by_hand = [[verifies(secret, number)[1] for number in range(3)] for secret in secrets]
    assert by_library == [[True, True], [False, True]]
    assert by_hand == [[True, True, False], [False, True, True]]
    assert [len(each.headers["webhook-signature"].split(" ")) for each in receiver.taken] == [1, 2, 1]


def test_a_signature_is_the_librarys_own() -> None:
    secret, now = make_secret(bytes(range(32))), datetime(2018, 2, 28, 9, tzinfo=UTC)
    sent = webhook_of("8a4f", "t", "s", json.dumps({"id": "8a4f", "é": 1}).encode(), Rendering())
    headers = request_headers(sent, [secret], now)
    assert headers["webhook-signature"] == Webhook(secret).sign("8a4f", now, sent.body.decode())
    assert headers["webhook-timestamp"] == str(int(now.timestamp()))
    with pytest.raises(ValueError, match="32"):
        make_secret(b"short")

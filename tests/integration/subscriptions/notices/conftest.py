"""People who are told, on a real database, by a real mail server and with a clock that tests move."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from chassis.storage.database import Database
from services.subscriptions.service.notices.loop import Teller, channels_of
from services.subscriptions.service.webhook_secrets import sealer_of
from services.subscriptions.settings import NoticeSettings, WebhookSettings
from tests.integration.subscriptions.events import apply, event
from tests.integration.subscriptions.webhooks.plant import KEY, MovedClock

OWNER = "Strategic co-operative commissioning"
TYPE = "commissioning.observation.late.v1"
LATE = {
    "indicator": "ae",
    "name": "Waits of ae",
    "owner": OWNER,
    "area": "E06000026",
    "breakdown": "",
    "latest": "2017-12",
    "awaited": "2018-01",
    "due": "2018-02-20",
    "late": True,
}
TEMPLATE = "4f1c0d6c-5b7e-4c7f-8a55-0d8c2f1d6a10"
ISSUER, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"


@dataclass(slots=True)
class MailServer:
    """Takes mail, or answers as a test says. ``offered`` are those that it did not take, too."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    offered: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 OK"
    greeting: str = "250 OK"

    async def handle_MAIL(  # noqa: N802  the library's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.greeting.startswith("2"):
            envelope.mail_from = address
        return self.greeting

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802  the library's
        return "421 Closing"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  the library's
        mail = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.offered.append(mail)
        if self.answer.startswith("2"):
            self.mails.append(mail)
        return self.answer

    @property
    def subjects(self) -> list[str]:
        return [str(each["subject"]).strip() for each in self.mails]


def text_of(mail: EmailMessage) -> str:
    """Its text, with the line ends that it was written with."""
    return str(mail.get_content()).replace("\r\n", "\n")


Serving = Callable[..., Awaitable[MailServer]]


@pytest.fixture
async def mail_server() -> AsyncIterator[Serving]:
    running: list[asyncio.Server] = []

    async def serve(tls: ssl.SSLContext | None = None, password: str | None = None) -> MailServer:
        found = MailServer()

        def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
            return AuthResult(success=data.password == (password or "").encode(), handled=False)

        more: dict[str, Any] = {"tls_context": tls, "require_starttls": True} if tls else {}
        if password:
            more |= {"authenticator": check, "auth_required": True}
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(found, loop=loop, **more), "127.0.0.1", 0)
        running.append(server)
        found.port = server.sockets[0].getsockname()[1]
        return found

    yield serve
    for each in running:
        each.close()


@pytest.fixture
async def mails(mail_server: Serving) -> MailServer:
    return await mail_server()


@pytest.fixture
def clock() -> MovedClock:
    """Begins at nine on Wednesday, 28 February 2018, in winter time."""
    return MovedClock()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, mails: MailServer) -> NoticeSettings:
    webhooks = {"DEVELOPMENT": "true", "NETWORKS": '["127.0.0.0/8"]', "KEYS": KEY, "TIMEOUT": "2"}
    for name, value in webhooks.items():
        monkeypatch.setenv(f"SUBSCRIPTIONS_WEBHOOK_{name}", value)
    values = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mails.port),
        "SMTP_SECURITY": "none",
        "SENDER": "Suite <suite@council.example>",
        "PORTAL_URL": "https://suite.council.example",
        "TIMEOUT": "5",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"SUBSCRIPTIONS_NOTICES_{name}", value)
    return NoticeSettings()


@pytest.fixture
def actor() -> str:
    return "office"


@dataclass(slots=True)
class Office:
    """What tells people, and what happens that they are told of."""

    database: Database
    api: httpx.AsyncClient
    clock: MovedClock
    teller: Teller
    versions: dict[str, int] = field(default_factory=dict)

    async def enter(self, code: str, **more: Any) -> dict[str, Any]:
        body = {"name": code.title(), "address": f"{code}@council.example", "owners": [OWNER], **more}
        answer = await self.api.put(f"/recipients/{code}", json={k: v for k, v in body.items() if v is not None})
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def happens(self, service: str, subject: str, type_: str, data: dict[str, Any]) -> None:
        self.versions[subject] = self.versions.get(subject, 0) + 1
        await apply(self.database, event(service, subject, self.versions[subject], type_=type_, data=data))

    async def late(
        self, code: str = "ae", *, late: bool = True, owner: str | None = OWNER, due: str = "2018-02-20"
    ) -> None:
        data = LATE | {"indicator": code, "name": f"Waits of {code}", "owner": owner, "due": due, "late": late}
        await self.happens("indicators", f"{code}/late/E06000026", TYPE, data)

    async def reviewed(self, ref: str = "OCC4", **more: Any) -> None:
        state = {"ref": ref, "title": "Urgent care", "status": "open", "owner": OWNER, "override_until": None}
        await self.happens("risks", ref, "commissioning.risk.reviewed.v1", state | {"review_due": None} | more)

    async def overdue(self, ref: str = "OCC4") -> None:
        state = {"ref": ref, "title": "Urgent care", "owner": OWNER, "due": "2018-02-26"}
        await self.happens("risks", ref, "commissioning.review.overdue.v1", state)

    async def tell(self) -> int:
        return await self.teller.turn()

    async def notices(self, **wanted: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.api.get("/notices", params=wanted)).raise_for_status().json()["items"]
        return found

    async def messages(self, **wanted: str) -> list[dict[str, Any]]:
        answer = (await self.api.get("/messages", params=wanted)).raise_for_status()
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


@pytest.fixture
async def office(
    database: Database, api: httpx.AsyncClient, clock: MovedClock, settings: NoticeSettings
) -> AsyncIterator[Office]:
    channels = channels_of(database, settings)
    sealer = sealer_of(database, WebhookSettings())
    yield Office(database, api, clock, Teller(database, channels, sealer, settings, chance=lambda: 0.0))
    await channels.sender.close()

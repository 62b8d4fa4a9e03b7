"""The ways to people: a mail server, GOV.UK Notify, and a webhook of Teams. Each says how an attempt ended.

GOV.UK Notify and Teams are spoken to by their published contracts: no test of ours reaches them.
"""

import asyncio
import json
import smtplib
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import quote

from chassis.clock import Clock
from services.subscriptions.domain.deliveries import Attempt, Outcome
from services.subscriptions.domain.messages import Message, MessageOutcome
from services.subscriptions.domain.recipients import Channel, Recipient
from services.subscriptions.service.deliveries.sending import Sender, printable
from services.subscriptions.settings import NoticeSettings, SmtpSecurity

AT_ONCE: Final = 10
"""Messages that a process takes at a time, and sends side by side."""
_MAILS: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")
"""Threads of their own: a mail server that hangs keeps those from working that read files."""
_STEPS: Final = 3
"""How often the time of one answer a whole mail may take, which is less than the lease of its message lasts."""
_REFUSED_FROM: Final = 500
_TOO_MANY: Final = 429
_FORBIDDEN: Final = 403
_LONGEST_CARD: Final = 20_000
"""Characters of a card: Teams takes 28 kB of a message with all that is around it."""
_MARKED: Final = str.maketrans({each: f"\\{each}" for each in "\\`*_[]()#+-!>~|"})


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended. ``wait``: for how long the other side asked to be left alone."""

    outcome: MessageOutcome
    detail: str = ""
    wait: timedelta | None = None


_SENT: Final = Ended(MessageOutcome.SENT)


@dataclass(frozen=True, slots=True)
class Channels:
    """All ways that are set up."""

    settings: NoticeSettings
    sender: Sender
    clock: Clock
    trust: ssl.SSLContext | None = None
    """Whose certificates a mail server may show; by default those of public authorities."""

    async def send(self, message: Message, to: Recipient, url: str | None) -> Ended:
        """Send a message; whatever happens is how it ended, never an exception. ``url``: of the webhook, plain."""
        match to.channel:
            case Channel.EMAIL:
                return await self._by_smtp(message, to.address or "")
            case Channel.NOTIFY:
                return await self._by_notify(message, to.address or "")
            case Channel.TEAMS:
                return _ended(await self._post(url or "", {}, card_of(message, self.settings.desk)))

    # E-mail

    async def _by_smtp(self, message: Message, address: str) -> Ended:
        settings = self.settings
        if settings.smtp_host is None or settings.sender is None:
            return Ended(MessageOutcome.NOT_SET_UP, "SUBSCRIPTIONS_NOTICES_SMTP_HOST and _SENDER are not set")
        mail = mail_of(message, settings.sender, address, settings.desk)
        try:
            async with asyncio.timeout(settings.timeout * _STEPS):
                await asyncio.get_running_loop().run_in_executor(_MAILS, self._hand_over, settings.smtp_host, mail)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            return _said_by_smtp(error)
        except smtplib.SMTPNotSupportedError as error:
            return Ended(MessageOutcome.NOT_NOW, printable(str(error).encode()))
        except (smtplib.SMTPException, OSError) as error:
            return Ended(MessageOutcome.UNREACHABLE, type(error).__name__)
        return _SENT

    def _hand_over(self, host: str, mail: EmailMessage) -> None:
        settings, trust = self.settings, self.trust or ssl.create_default_context()
        connect: Callable[..., smtplib.SMTP] = smtplib.SMTP
        more: dict[str, Any] = {}
        if settings.smtp_security is SmtpSecurity.TLS:
            connect, more = smtplib.SMTP_SSL, {"context": trust}
        with closing(connect(host, settings.smtp_port, timeout=settings.timeout, **more)) as server:
            if settings.smtp_security is SmtpSecurity.STARTTLS:
                server.starttls(context=trust)
            if settings.smtp_user is not None and settings.smtp_password is not None:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(mail)
            with suppress(smtplib.SMTPException, OSError):  # it was taken, whatever is said to our goodbye
                server.quit()

    # GOV.UK Notify

    async def _by_notify(self, message: Message, address: str) -> Ended:
        settings = self.settings
        if settings.notify_key is None or settings.notify_template is None:
            return Ended(MessageOutcome.NOT_SET_UP, "SUBSCRIPTIONS_NOTICES_NOTIFY_KEY and _TEMPLATE are not set")
        bearer = notify_token(settings.notify_key.get_secret_value(), int(self.clock().timestamp()))
        headers = {"authorization": f"Bearer {bearer}"}
        base = f"{settings.notify_url.rstrip('/')}/v2/notifications"
        if message.attempts and await self._has_notify(base, headers, message.id):
            return _SENT
        body = {
            "email_address": address,
            "template_id": settings.notify_template,
            "reference": message.id,
            "personalisation": {"subject": message.subject, "body": message.text, "link": settings.desk or ""},
            "sanitise_content_for": ["subject", "body"],
        }
        return _ended(await self._post(f"{base}/email", headers, body))

    async def _has_notify(self, base: str, headers: Mapping[str, str], reference: str) -> bool:
        """Whether an attempt that seemed to fail had arrived: there is no other guard against sending it twice."""
        url = f"{base}?reference={quote(reference, safe='')}"
        attempt = await self.sender.send(url, headers, b"", method="GET", whole_answer=True)
        try:
            return bool(attempt.is_delivered and json.loads((attempt.answer or {})["text"])["notifications"])
        except (ValueError, KeyError, TypeError):
            return False

    async def _post(self, url: str, headers: Mapping[str, str], body: Any) -> Attempt:
        kinds = {"content-type": "application/json", "user-agent": "commissioning-suite"}
        return await self.sender.send(url, {**headers, **kinds}, json.dumps(body).encode())


def mail_of(message: Message, sender: str, address: str, desk: str | None) -> EmailMessage:
    """The mail that a message is: plain text, with the same ``Message-ID`` in every attempt."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, address
    mail["Subject"] = printable(message.subject.encode()).replace("\n", " ")
    mail["Date"] = format_datetime(message.created_at.astimezone(UTC))
    mail["Message-ID"] = f"<{message.id}@{sender.rsplit('@', 1)[1].rstrip('>')}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(filter(None, (message.text, desk))) + "\n")
    return mail


def card_of(message: Message, desk: str | None) -> dict[str, Any]:
    """The message as an Adaptive Card in the envelope that webhooks of Teams take; in it texts have no marks."""
    parts = message.text[:_LONGEST_CARD].split("\n\n")
    texts = [part.translate(_MARKED).replace("\n\\- ", "\n- ") for part in parts]
    blocks = [{"type": "TextBlock", "text": each, "wrap": True} for each in texts]
    title = {
        "type": "TextBlock",
        "text": message.subject.translate(_MARKED),
        "weight": "bolder",
        "size": "medium",
        "wrap": True,
    }
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *blocks],
    }
    if desk:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": desk}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def notify_token(key: str, now: int) -> str:
    """What GOV.UK Notify takes for half a minute: a token (JWT, HS256) by the two UUIDs that an API key ends with.

    Raises:
        ValueError: it is no such key.
    """
    from joserfc import jwt  # noqa: PLC0415  loads the library
    from joserfc.jwk import OctKey  # noqa: PLC0415

    if not (found := NoticeSettings.notify_parts(key)):
        raise ValueError("a key of GOV.UK Notify ends with two UUIDs")
    issuer, secret = found
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, {"iss": issuer, "iat": now}, OctKey.import_key(secret))


def _ended(attempt: Attempt) -> Ended:
    """How a request ended: an answer that would be the same again ends it, for good."""
    if attempt.is_delivered:
        return _SENT
    detail = attempt.outcome.value if attempt.status is None else f"{attempt.outcome.value}: {attempt.status}"
    if attempt.outcome in {Outcome.TIMED_OUT, Outcome.UNREACHABLE}:
        return Ended(MessageOutcome.UNREACHABLE, detail)
    is_final = attempt.status is None or (
        attempt.status < _REFUSED_FROM and attempt.status not in {_TOO_MANY, _FORBIDDEN}
    )
    return Ended(MessageOutcome.REFUSED if is_final else MessageOutcome.NOT_NOW, detail, attempt.retry_after)


def _said_by_smtp(error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused) -> Ended:
    """A mail server's no: from 500 on it is for good where it is said to the recipient or to the message.

    What it says to our greeting, our password or our own address is of how we are set up, and would end every message.
    """
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    else:
        code, said = error.smtp_code, error.smtp_error
    text = printable(said if isinstance(said, bytes) else said.encode())
    is_final = code >= _REFUSED_FROM and isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    return Ended(MessageOutcome.REFUSED if is_final else MessageOutcome.NOT_NOW, f"{code} {text}")

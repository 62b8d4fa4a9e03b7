"""What tells people, in every process of the service: notices are made, messages written and sent."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import uuid4

from chassis import telemetry
from chassis.clock import london_date
from chassis.crash_points import crash_point
from chassis.logging import get_logger
from chassis.storage.database import Database
from chassis.storage.outages import is_outage
from chassis.storage.transaction import Tx
from services.subscriptions.domain.messages import Message, MessageOutcome, MessageState
from services.subscriptions.domain.recipients import Recipient
from services.subscriptions.errors import SecretsUnavailable
from services.subscriptions.repository import messages as stored
from services.subscriptions.repository import notices, recipients
from services.subscriptions.service.deliveries.loop import policy_of
from services.subscriptions.service.deliveries.sending import Sender
from services.subscriptions.service.notices import folding, planning
from services.subscriptions.service.notices.channels import AT_ONCE, Channels, Ended
from services.subscriptions.service.recipients import url_of
from services.subscriptions.service.webhook_secrets import Sealer, sealer_of
from services.subscriptions.settings import NoticeSettings, WebhookSettings

log = get_logger()

_LEASE_FACTOR: Final = 4
_ACTOR: Final = "subscriptions.notices"


class Teller:
    """Makes notices, writes messages and sends them, each step in transactions of its own; all may be killed."""

    def __init__(
        self,
        database: Database,
        channels: Channels,
        sealer: Sealer,
        settings: NoticeSettings,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._channels = channels
        self._sealer = sealer
        self._settings = settings
        self._chance = chance

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            try:
                await self.turn()
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("notices.waiting", error=str(error)[:200])
            await asyncio.sleep(self._settings.poll)

    async def turn(self) -> int:
        """Make notices of all that the feed has, write what is due and send it. Returns how many messages were sent."""
        soon = timedelta(days=self._settings.soon_days)
        if await self._database.read(folding.has_more):
            while await self._database.write(lambda tx: folding.fold(tx, soon), actor=_ACTOR):
                pass
        await self._database.write(folding.compare_subscriptions, actor=_ACTOR)
        if await self._database.read(planning.is_time):
            await self._database.write(planning.plan, actor=_ACTOR)
        crash_point("notices.after_plan")
        sent = await self._send_due()
        await self._database.read(measure)
        return sent

    async def _send_due(self) -> int:
        """Send what is due now; what is put off meanwhile is of the next turn, so that no other work waits for it."""
        sent, by = 0, self._database.clock()
        while await self._database.read(lambda tx: stored.has_due(tx, by)):
            lease, lasts = str(uuid4()), timedelta(seconds=self._settings.timeout * _LEASE_FACTOR)
            due = await self._database.write(lambda tx: stored.lease_due(tx, lease, tx.now + lasts, by, AT_ONCE))  # noqa: B023
            if not due:
                break
            known, services = await self._database.read(lambda tx: _read(tx, due))  # noqa: B023
            ended = await asyncio.gather(*(self._send(each, known.get(each.recipient), services) for each in due))
            crash_point("notices.after_send")
            for message, end in zip(due, ended, strict=True):
                sent += await self._record(message, end, lease)
        return sent

    async def _send(self, message: Message, to: Recipient | None, services: Mapping[int, str]) -> Ended:
        """``services``: of its notices. Whoever puts a recipient anew is not sent what they may not read."""
        if to is None:
            return Ended(MessageOutcome.REFUSED, "there is no such recipient any more")
        if not {services.get(each) for each in message.notices} <= to.services:
            return Ended(MessageOutcome.REFUSED, "they may not be told of all of it any more")
        try:
            return await self._channels.send(message, to, url_of(to, self._sealer))
        except SecretsUnavailable:
            return Ended(MessageOutcome.NOT_SET_UP, "the key that its address was sealed with is not set")
        except Exception as error:  # one message must not keep all others from being sent
            log.exception("notices.failed", message=message.id)
            return Ended(MessageOutcome.NOT_NOW, type(error).__name__)

    async def _record(self, message: Message, end: Ended, lease: str) -> bool:
        after = message.after(end.outcome, end.detail, self._database.clock(), self._chance(), end.wait)
        telemetry.NOTICES_SENT.labels(end.outcome.value).inc()
        if after.state is MessageState.FAILED:
            log.warning("notices.given_up", message=message.id, recipient=message.recipient, detail=end.detail)
        saved = await self._database.write(lambda tx: stored.save_attempt(tx, after, lease), actor=_ACTOR)
        return saved and after.state is MessageState.SENT


async def _read(tx: Tx, due: Sequence[Message]) -> tuple[Mapping[str, Recipient], Mapping[int, str]]:
    told = {notice for each in due for notice in each.notices}
    return await recipients.get_all(tx), await notices.get_services(tx, told)


async def measure(tx: Tx) -> None:
    """Say how many notices are open, of how many nobody is told, and how many messages are in which state."""
    opened, unreached = await notices.count_open(tx, london_date(tx.now))
    telemetry.NOTICES_OPEN.set(opened)
    telemetry.NOTICES_UNREACHED.set(unreached)
    states = await stored.count_by_state(tx)
    for state in MessageState:
        telemetry.NOTICE_MESSAGES.labels(state.value).set(states.get(state.value, 0))


def channels_of(database: Database, settings: NoticeSettings) -> Channels:
    """The ways that are set up. Webhooks of Teams go where other webhooks may."""
    sender = Sender(policy_of(WebhookSettings()), timeout=settings.timeout, answer_bytes=65_536, clock=database.clock)
    return Channels(settings, sender, database.clock)


async def tell(database: Database) -> None:
    """Tell people for as long as the service runs."""
    settings = NoticeSettings()
    channels = channels_of(database, settings)
    try:
        await Teller(database, channels, sealer_of(database, WebhookSettings()), settings).run()
    finally:
        await channels.sender.close()


async def trim_notices(tx: Tx, most: int) -> int:
    """Delete so many closed notices and messages that are older than the settings say."""
    before = tx.now - timedelta(days=NoticeSettings().keep_days)
    return await notices.delete_closed(tx, before, most) + await stored.delete_old(tx, before, most)

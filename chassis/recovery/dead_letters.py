"""What an operator does with dead letters and stopped consumers, asked of each service like a recovery's steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from chassis.events import dead_letters, failures, replay
from chassis.events.dead_letters import DeadLetter, DeadLetterFilter
from chassis.events.subscription import Subscription
from chassis.recovery.remote import ask
from chassis.storage.database import Database
from chassis.storage.outages import is_outage

MOST = 200
"""So many dead letters are decided on in one call."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a dead letter, in words: ``applied``, ``discarded``, ``already retried``, ``still parked: ...``."""

    number: int
    words: str

    @property
    def is_parked(self) -> bool:
        return self.words.startswith("still parked")


class DeadLetterStore(Protocol):
    """The dead letters of one service's consumers.

    Raises:
        StoresUnreachable: the service or its database does not answer.
    """

    async def list_dead_letters(self, wanted: DeadLetterFilter, after: int, most: int) -> Sequence[DeadLetter]:
        """Those numbered above ``after``, in their order, without their bodies."""

    async def get_dead_letter(self, number: int) -> DeadLetter | None:
        """One with its body."""

    async def retry_dead_letters(self, numbers: Sequence[int]) -> Sequence[Outcome]:
        """Apply parked events through their handler, one transaction each; what still fails stays parked."""

    async def discard_dead_letters(self, numbers: Sequence[int], reason: str) -> Sequence[Outcome]:
        """Discard parked events for good; they stay on record with the reason."""

    async def allow_failures(self, consumer: str, most: int, reason: str) -> bool:
        """Have a stopped consumer go on and park that many events more in a row. False where there is none such."""


@dataclass(frozen=True, slots=True)
class LocalDeadLetters:
    """By the service's own database; ``actor`` is whom audit entries name."""

    subscriptions: Sequence[Subscription]
    database: Database
    actor: str = "suite"

    async def list_dead_letters(self, wanted: DeadLetterFilter, after: int, most: int) -> Sequence[DeadLetter]:
        return await self.database.read(lambda tx: dead_letters.list_dead_letters(tx, wanted, after=after, most=most))

    async def get_dead_letter(self, number: int) -> DeadLetter | None:
        return await self.database.read(lambda tx: dead_letters.get_dead_letter(tx, number))

    async def retry_dead_letters(self, numbers: Sequence[int]) -> Sequence[Outcome]:
        return [Outcome(number, await self._retry(number)) for number in numbers]

    async def _retry(self, number: int) -> str:
        try:
            return await replay.retry_dead_letter(self.database, self.subscriptions, number, actor=self.actor)
        except replay.DeadLetterUnknown:
            raise
        except Exception as error:  # whatever a handler raises is what the operator wants to know
            if is_outage(error):
                raise
            return f"still parked: {' '.join(str(error).split())[:300]}"

    async def discard_dead_letters(self, numbers: Sequence[int], reason: str) -> Sequence[Outcome]:
        return [
            Outcome(number, await replay.discard_dead_letter(self.database, number, reason, actor=self.actor))
            for number in numbers
        ]

    async def allow_failures(self, consumer: str, most: int, reason: str) -> bool:
        if consumer not in {each.consumer for each in self.subscriptions}:
            return False
        await self.database.write(lambda tx: failures.save_allowance(tx, consumer, most, reason), actor=self.actor)
        return True


@dataclass(frozen=True, slots=True)
class RemoteDeadLetters:
    """Over HTTP; ``auth`` proves who asks, and says for whom."""

    service: str
    client: httpx.AsyncClient
    auth: httpx.Auth | None

    async def list_dead_letters(self, wanted: DeadLetterFilter, after: int, most: int) -> Sequence[DeadLetter]:
        found: Sequence[DeadLetter] = await self._ask("list_dead_letters", wanted=wanted, after=after, most=most)
        return found

    async def get_dead_letter(self, number: int) -> DeadLetter | None:
        found: DeadLetter | None = await self._ask("get_dead_letter", number=number)
        return found

    async def retry_dead_letters(self, numbers: Sequence[int]) -> Sequence[Outcome]:
        found: Sequence[Outcome] = await self._ask("retry_dead_letters", numbers=numbers)
        return found

    async def discard_dead_letters(self, numbers: Sequence[int], reason: str) -> Sequence[Outcome]:
        found: Sequence[Outcome] = await self._ask("discard_dead_letters", numbers=numbers, reason=reason)
        return found

    async def allow_failures(self, consumer: str, most: int, reason: str) -> bool:
        return bool(await self._ask("allow_failures", consumer=consumer, most=most, reason=reason))

    async def _ask(self, step: str, **arguments: Any) -> Any:
        return await ask(DeadLetterStore, step, arguments, at=self)

"""The dead letters of a suite, as its public interface shows them: by its databases, or by its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

import httpx

from chassis.events.dead_letters import DeadLetterFilter, DeadLetterState, Reason
from chassis.paging import PageRequest
from chassis.recovery.dead_letters import LocalDeadLetters
from chassis.storage.database import Database
from gateway.operations import dead_letters
from gateway.operations.dead_letter_schemas import DeadLetterOut, DecisionsOut
from gateway.operations.dead_letters import Decisions, Name, Stores
from suite import compose, operations
from suite.running_suite import PAGE, ask, ask_all

Json = Any
PATH = "/operations/v1/dead-letters"
MANY = "/operations/v1/dead-letter"


@dataclass(frozen=True, slots=True)
class Where:
    """Which parked events are meant."""

    consumer: str | None
    reason: Reason | None
    subject: str | None
    since: datetime | None

    def to_json(self) -> dict[str, str]:
        since = None if self.since is None else self.since.isoformat()
        given = {"consumer": self.consumer, "reason": self.reason, "subject": self.subject, "since": since}
        return {name: str(value) for name, value in given.items() if value is not None}

    def to_domain(self, state: DeadLetterState | None = DeadLetterState.PARKED) -> DeadLetterFilter:
        return DeadLetterFilter(self.consumer, self.reason, self.subject, self.since, state)


class DeadLetters(Protocol):
    """What commands ask. Answers are bodies of the public interface, as JSON."""

    async def list(self, where: Where, *, every: bool) -> Sequence[Json]: ...
    async def show(self, consumer: str, number: int) -> Json: ...
    async def retry(self, consumer: str, numbers: Sequence[int]) -> Json: ...
    async def discard(self, consumer: str, numbers: Sequence[int], reason: str) -> Json: ...
    async def retry_matching(self, where: Where, most: int) -> Json: ...
    async def discard_matching(self, where: Where, most: int, reason: str) -> Json: ...
    async def allow_failures(self, consumer: str, most: int, reason: str) -> None: ...


def _named(consumer: str, number: int) -> Name:
    return Name(operations.consumer_named(consumer)[0], number)


@dataclass(frozen=True, slots=True)
class LocalLetters:
    """By the services' databases."""

    stores: Stores

    @classmethod
    def of(cls, databases: Mapping[str, Database]) -> Self:
        return cls(
            {name: LocalDeadLetters(compose.SPECS[name].subscriptions, each) for name, each in databases.items()}
        )

    async def list(self, where: Where, *, every: bool) -> Sequence[Json]:
        wanted, found, request = where.to_domain(None) if every else where.to_domain(), [], PageRequest(PAGE)
        while True:
            page = await dead_letters.list_page(self.stores, wanted, request)
            found += [DeadLetterOut.of(each).model_dump(mode="json") for each in page.items]
            if page.more_after is None:
                return found
            request = PageRequest(PAGE, page.more_after)

    async def show(self, consumer: str, number: int) -> Json:
        letter = await dead_letters.get_letter(self.stores, _named(consumer, number))
        return DeadLetterOut.of(letter).model_dump(mode="json")

    async def retry(self, consumer: str, numbers: Sequence[int]) -> Json:
        names = [_named(consumer, number) for number in numbers]
        return _body(Decisions([await dead_letters.retry(self.stores, name) for name in names], has_more=False))

    async def discard(self, consumer: str, numbers: Sequence[int], reason: str) -> Json:
        names = [_named(consumer, number) for number in numbers]
        return _body(
            Decisions([await dead_letters.discard(self.stores, name, reason) for name in names], has_more=False)
        )

    async def retry_matching(self, where: Where, most: int) -> Json:
        return _body(await dead_letters.retry_matching(self.stores, where.to_domain(), most))

    async def discard_matching(self, where: Where, most: int, reason: str) -> Json:
        return _body(await dead_letters.discard_matching(self.stores, where.to_domain(), most, reason))

    async def allow_failures(self, consumer: str, most: int, reason: str) -> None:
        await dead_letters.allow_failures(self.stores, consumer, most, reason)


def _body(decisions: Decisions) -> Json:
    return DecisionsOut.of(decisions).model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class RemoteLetters:
    """By the address of a running suite."""

    client: httpx.AsyncClient

    async def list(self, where: Where, *, every: bool) -> Sequence[Json]:
        return await ask_all(self.client, PATH, **where.to_json(), **({} if every else {"state": "parked"}))

    async def show(self, consumer: str, number: int) -> Json:
        return await ask(self.client, "GET", f"{PATH}/{_named(consumer, number)}")

    async def retry(self, consumer: str, numbers: Sequence[int]) -> Json:
        paths = [f"{PATH}/{_named(consumer, number)}/retry" for number in numbers]
        return {"items": [await ask(self.client, "POST", path) for path in paths], "has_more": False}

    async def discard(self, consumer: str, numbers: Sequence[int], reason: str) -> Json:
        paths = [f"{PATH}/{_named(consumer, number)}/discard" for number in numbers]
        body = {"reason": reason}
        return {"items": [await ask(self.client, "POST", path, json=body) for path in paths], "has_more": False}

    async def retry_matching(self, where: Where, most: int) -> Json:
        return await ask(self.client, "POST", f"{MANY}-retries", json={"where": where.to_json(), "most": most})

    async def discard_matching(self, where: Where, most: int, reason: str) -> Json:
        body = {"where": where.to_json(), "most": most, "reason": reason}
        return await ask(self.client, "POST", f"{MANY}-discards", json=body)

    async def allow_failures(self, consumer: str, most: int, reason: str) -> None:
        path = f"/operations/v1/consumers/{consumer}/allowed-failures"
        await ask(self.client, "POST", path, json={"most": most, "reason": reason})

"""Dead letters of all services: found, retried and discarded, one or many at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from chassis.events.dead_letters import DeadLetter, DeadLetterFilter, DeadLetterState
from chassis.events.replay import DeadLetterUnknown
from chassis.paging import Page, PageRequest, cursor_made_up, number_of, page_of
from chassis.recovery.dead_letters import DeadLetterStore, Outcome
from gateway.operations.errors import ConsumerUnknown

Stores = Mapping[str, DeadLetterStore]
"""The dead letters of each service, by its name."""


@dataclass(frozen=True, slots=True)
class Name:
    """What names a dead letter among those of all services, written ``risks-7``."""

    service: str
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The name that a text is.

        Raises:
            DeadLetterUnknown: it is none.
        """
        name = cls.of(text)
        if name is None:
            raise DeadLetterUnknown(f"There is no dead letter {text}.")
        return name

    @classmethod
    def of(cls, text: str) -> Self | None:
        service, _, digits = text.rpartition("-")
        number = number_of(digits)
        return cls(service, number) if service and number is not None else None

    def __str__(self) -> str:
        return f"{self.service}-{self.number}"


@dataclass(frozen=True, slots=True)
class NamedLetter:
    name: Name
    letter: DeadLetter


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of one dead letter."""

    name: Name
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Decisions:
    """What came of many; ``has_more``: others that were asked for are still to be decided on."""

    decided: Sequence[Decision]
    has_more: bool


async def list_page(stores: Stores, wanted: DeadLetterFilter, request: PageRequest) -> Page[NamedLetter]:
    """Dead letters by service, then by number; the sort key is the name.

    Raises:
        BadRequest: the sort key is no name.
    """
    after = None if request.after is None else Name.of(request.after)
    if request.after is not None and after is None:
        raise cursor_made_up()
    names = list(stores)
    begin = names.index(after.service) if after and after.service in names else 0
    found: list[NamedLetter] = []
    for service in names[begin:]:
        above = after.number if after and service == after.service else 0
        most = request.fetch - len(found)
        found += await _list_of(stores, service, wanted, above, most) if most else []
    return page_of(found, request, lambda each: str(each.name))


async def _list_of(
    stores: Stores, service: str, wanted: DeadLetterFilter, above: int, most: int
) -> Sequence[NamedLetter]:
    letters = await stores[service].list_dead_letters(wanted, above, most)
    return [NamedLetter(Name(service, each.id), each) for each in letters]


async def get_letter(stores: Stores, name: Name) -> NamedLetter:
    """A dead letter with its body.

    Raises:
        DeadLetterUnknown: there is none.
    """
    found = await stores[name.service].get_dead_letter(name.number) if name.service in stores else None
    if found is None:
        raise DeadLetterUnknown(f"There is no dead letter {name}.")
    return NamedLetter(name, found)


async def retry(stores: Stores, name: Name) -> Decision:
    """Apply a parked event through its consumer's handler. Again is a no-op.

    Raises:
        DeadLetterUnknown: there is none.
    """
    await get_letter(stores, name)
    (outcome,) = await stores[name.service].retry_dead_letters([name.number])
    return Decision(name, outcome)


async def discard(stores: Stores, name: Name, reason: str) -> Decision:
    """Discard a parked event for good.

    Raises:
        DeadLetterUnknown: there is none.
    """
    await get_letter(stores, name)
    (outcome,) = await stores[name.service].discard_dead_letters([name.number], reason)
    return Decision(name, outcome)


async def retry_matching(stores: Stores, wanted: DeadLetterFilter, most: int) -> Decisions:
    """Retry what is parked and wanted, the oldest of each service first, no more than ``most``."""
    page = await list_page(stores, replace(wanted, state=DeadLetterState.PARKED), PageRequest(most))
    decided: list[Decision] = []
    for service, numbers in _by_service(page.items).items():
        outcomes = await stores[service].retry_dead_letters(numbers)
        decided += [Decision(Name(service, each.number), each) for each in outcomes]
    return Decisions(decided, page.more_after is not None)


async def discard_matching(stores: Stores, wanted: DeadLetterFilter, most: int, reason: str) -> Decisions:
    """Discard what is parked and wanted, the oldest of each service first, no more than ``most``."""
    page = await list_page(stores, replace(wanted, state=DeadLetterState.PARKED), PageRequest(most))
    decided: list[Decision] = []
    for service, numbers in _by_service(page.items).items():
        outcomes = await stores[service].discard_dead_letters(numbers, reason)
        decided += [Decision(Name(service, each.number), each) for each in outcomes]
    return Decisions(decided, page.more_after is not None)


def _by_service(letters: Sequence[NamedLetter]) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = {}
    for each in letters:
        found.setdefault(each.name.service, []).append(each.name.number)
    return found


async def allow_failures(stores: Stores, consumer: str, most: int, reason: str) -> None:
    """Have a consumer that a run of failures has stopped go on, and park that many events more in a row.

    Raises:
        ConsumerUnknown: no service has a consumer of that name.
    """
    for store in stores.values():
        if await store.allow_failures(consumer, most, reason):
            return
    raise ConsumerUnknown(f"There is no consumer {consumer!r}.")

"""What a service derives from events, told once: live consumption, replay and rebuild all follow from it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from chassis.events.envelope import Delivery
from chassis.storage.transaction import Tx

Touched = TypeVar("Touched")


@dataclass(frozen=True, slots=True)
class Projection(Generic[Touched]):
    """State that is a fold over events, and what is evaluated from it.

    ``fold`` keeps what events say and returns what that touched; older and repeated events change nothing.
    ``evaluate`` brings up to date what hangs on what was touched, ``evaluate_all`` everything.
    ``drop`` forgets what was folded; what was evaluated stays until it is evaluated again.
    ``forget`` forgets what was folded of aggregates, by subject, which their producer no longer has since its database
    went back in time, and evaluates what hung on them.
    ``list_contradicted`` gives, of the newest events of aggregates, the subjects whose stored state is another than
    theirs; it changes nothing, and leaves generations aside, since a producer does not know which an event was of.
    ``list_evaluated`` gives a page of what was evaluated, by keys after one, and whether each is what the folded state
    asks for now; it changes nothing either, and a page that is empty is the end.
    """

    fold: Callable[[Tx, Sequence[Delivery]], Awaitable[Touched]]
    evaluate: Callable[[Tx, Touched], Awaitable[None]]
    evaluate_all: Callable[[Tx], Awaitable[None]]
    drop: Callable[[Tx], Awaitable[None]]
    forget: Callable[[Tx, Sequence[str]], Awaitable[None]] | None = None
    list_contradicted: Callable[[Tx, Sequence[Delivery]], Awaitable[Sequence[str]]] | None = None
    list_evaluated: Callable[[Tx, str], Awaitable[Mapping[str, bool]]] | None = None

    async def apply(self, tx: Tx, deliveries: Sequence[Delivery]) -> None:
        """Fold events, those of a partition in order, and evaluate what they touched."""
        await self.evaluate(tx, await self.fold(tx, deliveries))


AnyProjection = Projection[Any]


def of_types(
    projection: Projection[Touched], types: Collection[str], is_subject: Callable[[str], bool]
) -> Projection[Touched]:
    """The same projection of a topic that has events of other types too.

    A consumer can be compared with a service's digests only where it reads all that is on the topic. What is not among
    ``types``, and aggregates that are not ``is_subject``, are recorded as applied and change nothing.
    """

    def ours(deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        return [each for each in deliveries if each.type in types]

    async def fold(tx: Tx, deliveries: Sequence[Delivery]) -> Touched:
        return await projection.fold(tx, ours(deliveries))

    async def forget(tx: Tx, subjects: Sequence[str]) -> None:
        if projection.forget is not None:
            await projection.forget(tx, [each for each in subjects if is_subject(each)])

    async def list_contradicted(tx: Tx, deliveries: Sequence[Delivery]) -> Sequence[str]:
        found = projection.list_contradicted
        return [] if found is None else await found(tx, ours(deliveries))

    return replace(
        projection,
        fold=fold,
        forget=projection.forget and forget,
        list_contradicted=projection.list_contradicted and list_contradicted,
    )

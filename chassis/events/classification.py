"""Records of a log, classified by what a subscription does with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chassis.bus.port import Record
from chassis.events.dead_letters import Reason
from chassis.events.envelope import Delivery, UnreadableEventError, delivery


@dataclass(frozen=True, slots=True)
class Unapplicable:
    """A record that is parked without an attempt, and why."""

    record: Record
    reason: Reason
    error: str


@dataclass(frozen=True, slots=True)
class Classified:
    """A batch by what becomes of it, each part in the log's order; events of other types are in neither."""

    deliveries: Sequence[Delivery]
    unapplicable: Sequence[Unapplicable]


def classify(records: Sequence[Record], types: Sequence[str]) -> Classified:
    """Events of ``types`` to apply; unreadable records and unknown versions of ``types`` to park."""
    bases = {_base(name) for name in types}
    found = list(_classified(records, types, bases))
    return Classified(
        [each for each in found if isinstance(each, Delivery)],
        [each for each in found if isinstance(each, Unapplicable)],
    )


def _classified(records: Sequence[Record], types: Sequence[str], bases: set[str]) -> Iterator[Delivery | Unapplicable]:
    for record in records:
        try:
            event = delivery(record)
        except UnreadableEventError as error:
            yield Unapplicable(record, Reason.UNREADABLE, str(error))
            continue
        if event.type in types:
            yield event
        elif _base(event.type) in bases:
            error_text = f"{event.type} is not known here; known: {', '.join(types)}"
            yield Unapplicable(record, Reason.UNKNOWN_VERSION, error_text)


def _base(type_: str) -> str:
    return type_.rpartition(".v")[0]

"""What finance says of funds: the newest is saved, as what indicators say is, and is what risks on funds hang on."""

from collections.abc import Mapping, Sequence

from chassis.storage.transaction import Tx
from services.risks.domain.funds import FundEvent
from services.risks.domain.links import SeriesSignals
from services.risks.repository import signals as repository
from services.risks.service.signals import is_stored


async def save_newest(tx: Tx, events: Sequence[FundEvent]) -> Sequence[str]:
    """Save what events say, one a fund; returns the subjects of the places that changed severity.

    An event that is not newer than what is stored changes nothing, so order and duplicates cannot matter.
    """
    if not events:
        return []
    there = await repository.list_places_of_funds(tx, [each.subject for each in events])
    told = [one for each in events for one in _signals(each, there[each.subject])]
    return await repository.save_newest_signals(tx, told)


def _signals(event: FundEvent, there: Sequence[str]) -> list[SeriesSignals]:
    """What an event says of a fund and its lines; of a line that the fund has no more, nothing is known."""
    told = {one.subject: one for one in event.signals}
    return [*told.values(), *(event.signals_of(subject, ()) for subject in there if subject not in told)]


async def delete_all(tx: Tx) -> None:
    """Drop what finance said: the start of a rebuild. Ratings stay until they are evaluated again."""
    await repository.delete_signals(tx, of_funds=True)


async def list_contradicted(tx: Tx, events: Mapping[str, FundEvent]) -> Sequence[str]:
    """Subjects of newest events, by which they are given, whose stored signals are others than theirs."""
    wanted = {subject: event.signals for subject, event in events.items()}
    there = await repository.get_signals(tx, [one.subject for found in wanted.values() for one in found])
    return [
        subject for subject, found in wanted.items() if not all(is_stored(one, there.get(one.subject)) for one in found)
    ]

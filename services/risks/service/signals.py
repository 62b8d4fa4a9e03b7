"""What indicators say: the newest is saved, and the risks on them are brought up to date."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from chassis.storage.transaction import Tx
from services.risks.domain.links import SeriesSignals, SeriesWindow
from services.risks.domain.records import Cause
from services.risks.domain.rescoring import Occasion
from services.risks.repository import rescoring as stored
from services.risks.repository import signals as repository
from services.risks.repository import windows
from services.risks.service.rescoring import list_misjudged, rescore, rescore_on

RISKS_AT_ONCE = 500


async def save_newest(tx: Tx, signals: Sequence[SeriesSignals], shown: Sequence[SeriesWindow]) -> Sequence[str]:
    """Save what events say, one entry a subject; returns the subjects that changed severity.

    An event that is not newer than what is stored changes no severity, so order and duplicates cannot matter. What was
    ``shown`` is kept of every event.
    """
    changed = await repository.save_newest_signals(tx, signals)
    await windows.save_windows(tx, shown)
    return changed


async def rescore_changed(tx: Tx, changed: Sequence[str]) -> None:
    """Re-score the risks whose indicators, or funds, changed severity."""
    if changed:
        await rescore_on(tx, changed)


async def delete_all(tx: Tx) -> None:
    """Drop what indicators said: the start of a rebuild. Ratings stay until they are evaluated again.

    What series showed stays as well: it is for good, and the log may not reach back as far.
    """
    await repository.delete_signals(tx, of_funds=False)


async def rescore_all(tx: Tx) -> None:
    """Re-score every risk once: the end of a rebuild. Where nothing differs, nothing is written or published."""
    remaining = iter(await stored.list_risk_ids(tx))
    while some := list(islice(remaining, RISKS_AT_ONCE)):
        await rescore(tx, some, Occasion(Cause.REBUILD))


async def list_contradicted(tx: Tx, signals: Sequence[SeriesSignals]) -> Sequence[str]:
    """Subjects of newest events whose stored signals are others than theirs."""
    there = await repository.get_signals(tx, [one.subject for one in signals])
    return [one.subject for one in signals if not is_stored(one, there.get(one.subject))]


async def list_evaluated(tx: Tx, after: str) -> Mapping[str, bool]:
    """Risks by reference, those after one, and whether the ratings of each are what indicators ask for."""
    refs = await stored.list_refs_after(tx, after, RISKS_AT_ONCE)
    misjudged = await list_misjudged(tx, refs)
    return {ref: ref not in misjudged for ref in refs}


def is_stored(one: SeriesSignals, stored: SeriesSignals | None) -> bool:
    """Whether what is stored is what an event says, whatever its generation."""
    return stored is not None and replace(stored, generation=one.generation) == one

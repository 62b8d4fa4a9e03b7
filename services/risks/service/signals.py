"""What indicators say: the newest is saved, and the risks on them are brought up to date."""

from collections.abc import Sequence
from itertools import islice

from chassis.storage.transaction import Tx
from services.risks.domain.links import IndicatorSignals
from services.risks.domain.records import Cause
from services.risks.domain.rescoring import Occasion
from services.risks.repository import rescoring as stored
from services.risks.repository import signals as repository
from services.risks.service.rescoring import rescore, rescore_on

RISKS_AT_ONCE = 500


async def save_newest(tx: Tx, signals: Sequence[IndicatorSignals]) -> Sequence[str]:
    """Save what events say, one entry a subject; returns the subjects that changed severity.

    An event that is not newer than what is stored changes nothing, so order and duplicates cannot matter.
    """
    changed = await _lock_changed(tx, signals)
    await repository.save_newest_signals(tx, signals)
    return changed


async def rescore_changed(tx: Tx, changed: Sequence[str]) -> None:
    """Re-score the risks whose indicators changed severity."""
    if changed:
        await rescore_on(tx, changed)


async def _lock_changed(tx: Tx, signals: Sequence[IndicatorSignals]) -> list[str]:
    """Subjects whose severities this will change. Those that exist stay locked until the end."""
    stored_signals = await repository.lock_signals(tx, sorted(one.subject for one in signals))
    return [one.subject for one in signals if _changes(one, stored_signals.get(one.subject))]


def _changes(new: IndicatorSignals, old: IndicatorSignals | None) -> bool:
    return old is None or (new.version > old.version and new.severities != old.severities)


async def delete_all(tx: Tx) -> None:
    """Drop what indicators said: the start of a rebuild. Ratings stay until they are evaluated again."""
    await repository.delete_signals(tx)


async def rescore_all(tx: Tx) -> None:
    """Re-score every risk once: the end of a rebuild. Where nothing differs, nothing is written or published."""
    remaining = iter(await stored.list_risk_ids(tx))
    while some := list(islice(remaining, RISKS_AT_ONCE)):
        await rescore(tx, some, Occasion(Cause.REBUILD))

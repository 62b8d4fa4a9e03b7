"""What indicators say: kept, newest only, and the risks on them brought up to date."""

from collections.abc import Sequence
from itertools import islice

from chassis.storage.transaction import Tx
from services.risks.domain.register import Cause
from services.risks.repository import rating, signals
from services.risks.repository.signals import Heard
from services.risks.service.rescoring import Occasion, rescore, rescore_on

RISKS_AT_ONCE = 500


async def fold(tx: Tx, heard: Sequence[Heard]) -> Sequence[str]:
    """Keep what was heard, one entry a subject; returns the subjects that changed severity.

    An event that is not newer than what is known changes nothing, so order and duplicates cannot matter.
    """
    changed = await _changed(tx, heard)
    await signals.keep_newest(tx, heard)
    return changed


async def evaluate(tx: Tx, changed: Sequence[str]) -> None:
    """Re-score the risks whose indicators changed severity."""
    if changed:
        await rescore_on(tx, changed)


async def _changed(tx: Tx, heard: Sequence[Heard]) -> list[str]:
    """Subjects whose severities this will change. Those that exist stay locked until the end."""
    known = await signals.known_severities(tx, sorted(one.subject for one in heard))
    nothing = (0, (None, None, None, None))
    found = []
    for one in heard:
        version, severities = known.get(one.subject, nothing)
        if one.subject not in known or (one.version > version and one.severities != severities):
            found.append(one.subject)
    return found


async def forget(tx: Tx) -> None:
    """Drop what was heard: the start of a rebuild. Ratings stay until they are evaluated again."""
    await signals.forget(tx)


async def evaluate_all(tx: Tx) -> None:
    """Re-score every risk once: the end of a rebuild. Where nothing differs, nothing is written or told."""
    remaining = iter(await rating.all_risk_ids(tx))
    while some := list(islice(remaining, RISKS_AT_ONCE)):
        await rescore(tx, some, Occasion(Cause.REBUILD))

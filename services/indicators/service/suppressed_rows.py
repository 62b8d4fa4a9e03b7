"""Rows that say ``[c]`` because the suite itself published the figure so: an export brought back changes nothing."""

from collections.abc import Sequence

from chassis.storage.transaction import Tx
from contracts.indicators import Missing
from services.indicators.domain.importing.drafts import Draft
from services.indicators.repository import indicators
from services.indicators.service.rows_there import get_there
from services.indicators.service.suppression import get_hidden, where


async def drop_suppressed(tx: Tx, drafts: Sequence[Draft]) -> tuple[list[Draft], list[Draft]]:
    """The drafts to be recorded, and those that hide, as a rule has it, the figure that is there."""
    marked = [draft for draft in drafts if draft.texts.get("missing") == Missing.SUPPRESSED.value]
    if not marked:
        return list(drafts), []
    there = await get_there(tx, marked)
    defined = await indicators.get_indicators(tx, {key.indicator for key, _ in there})
    hidden = await get_hidden(tx, [revision for revision, _ in there.values()], defined)
    ours = {name for name, (revision, _) in there.items() if where(revision) in hidden}
    dropped = [draft for draft in marked if (draft.key, draft.period) in ours]
    known = {id(draft) for draft in dropped}
    return [draft for draft in drafts if id(draft) not in known], dropped

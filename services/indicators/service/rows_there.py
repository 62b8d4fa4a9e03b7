"""What is there already of the rows of a file."""

from collections.abc import Sequence

from chassis.storage.transaction import Tx
from contracts.period import Period, UnknownPeriodError
from services.indicators.domain.importing.drafts import Draft
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.repository import indicators, observations

There = dict[tuple[SeriesKey, str], tuple[Revision, Observation]]
"""By series and the period as the row writes it: what is there, and what would take its place."""


async def get_there(tx: Tx, drafts: Sequence[Draft]) -> There:
    """Of these rows those whose series has a figure of their period. Two statements."""
    defined = await indicators.get_indicators(tx, {draft.key.indicator for draft in drafts})
    sent: dict[tuple[SeriesKey, Period], tuple[str, Observation]] = {}
    for draft in drafts:
        if draft.key.indicator in defined:
            try:
                observation = draft.read(defined[draft.key.indicator].frequency)
            except UnknownPeriodError:
                continue
            sent[draft.key, observation.period] = draft.period, observation
    found = await observations.get_ending(tx, {(key, period.end) for key, period in sent})
    there: There = {}
    for revision in found:
        if (revision.series, revision.period) in sent:
            label, observation = sent[revision.series, revision.period]
            there[revision.series, label] = revision, observation
    return there

"""Whole series as they are published."""

from collections.abc import Collection
from datetime import datetime

from chassis.storage.transaction import Tx
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.domain.series_inputs import SeriesInputs
from services.indicators.repository import observations
from services.indicators.service.suppression import published

WholeSeries = dict[SeriesKey, list[Revision]]


async def get_whole_published(
    tx: Tx, inputs: SeriesInputs, keys: Collection[SeriesKey], as_of: datetime | None
) -> WholeSeries:
    """Every period of these series, with ``[c]`` where a value is not published; the inputs carry it then too.

    Two statements, and three more where a rule for small numbers is set.
    """
    latest = [each for found in inputs.revisions.values() for each in found.values()]
    whole = await observations.get_whole(tx, keys, as_of)
    shown = await published(tx, [*latest, *whole], inputs.indicators)
    for each in shown[: len(latest)]:
        inputs.put_revision(each)
    found: WholeSeries = {}
    for each in shown[len(latest) :]:
        found.setdefault(each.series, []).append(each)
    return found

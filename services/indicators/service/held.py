"""Holding series while they change, and publishing what became of them.

Writers take locks in one order: indicators, then series by (indicator, area). Whoever changes one open series holds
that series alone. Whoever changes the comparator or the definition, or opens a series, holds the indicator first,
so that a series opened meanwhile cannot miss the change.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from chassis.errors import FieldError
from chassis.events.outbox import emit
from chassis.storage.transaction import Tx
from contracts.indicators import MAX_CHANGED, IndicatorUpdated
from services.indicators import events
from services.indicators.domain.readings import Reading
from services.indicators.errors import IndicatorUnknown, ReferenceInvalid
from services.indicators.repository import definitions, series
from services.indicators.repository.series import Key
from services.indicators.service.known import Known


@dataclass(frozen=True, slots=True)
class Held:
    """The versions of held series before this change, and those that now stand in the database."""

    before: Mapping[Key, int]
    stored: Mapping[Key, int]


@dataclass(frozen=True, slots=True)
class Published:
    """The version of a series after a change, and the events that tell of it, in order."""

    version: int
    events: Sequence[str] = ()

    def event_of(self, place: int) -> str | None:
        """The event that lists the change at ``place`` of all the changes."""
        return self.events[place // MAX_CHANGED] if self.events else None


async def hold(tx: Tx, keys: Collection[Key], whole: Collection[str] = ()) -> Held:
    """Hold the series of ``keys``, opening them where they are new, and all series of the ``whole`` indicators.

    One open series, the usual case, takes one statement. What is recorded of them is recorded from here on.

    Raises:
        IndicatorUnknown: a key names an indicator that is not known.
        ReferenceInvalid: a key names an area that is not known.
    """
    held = await _hold(tx, keys, whole)
    tx.catch_up()
    return held


async def _hold(tx: Tx, keys: Collection[Key], whole: Collection[str]) -> Held:
    if len(keys) == 1 and not whole:
        (key,) = keys
        version = await series.take_next_version(tx, key)
        if version is not None:
            return Held({key: version}, {key: version + 1})
    missing = set(keys) - await series.open_keys(tx, keys)
    await definitions.lock_indicators(tx, {indicator for indicator, _ in missing} | set(whole))
    if missing:
        await _require_known(tx, missing)
        await series.open_series(tx, missing)
    versions = await series.lock_series(tx, keys, whole)
    return Held(versions, versions)


async def _require_known(tx: Tx, keys: Collection[Key]) -> None:
    indicators = {indicator for indicator, _ in keys}
    for unknown in sorted(indicators - set(await definitions.indicators(tx, indicators))):
        raise IndicatorUnknown(unknown)
    await require_areas(tx, {area for _, area in keys})


async def require_areas(tx: Tx, codes: Collection[str]) -> None:
    unknown = sorted(set(codes) - set(await definitions.areas(tx, codes)))
    if unknown:
        raise ReferenceInvalid(
            "An area is not known; add it first.", [FieldError("area", f"{code} is not known") for code in unknown]
        )


async def publish(
    tx: Tx,
    held: Held,
    known: Known,
    changed: Mapping[Key, Sequence[Reading]],
    before: Mapping[Key, IndicatorUpdated],
) -> dict[Key, Published]:
    """Publish every held series with a changed period, and those whose state is no longer what it was ``before``."""
    published = {}
    for key in sorted({*changed, *before}):
        body = known.body(key)
        if key not in changed and body == before[key]:
            continue
        news = events.announcements(body, changed.get(key, ()), held.before[key])
        published[key] = Published(held.before[key] + len(news), [emit(tx, event) for event in news])
    after = {**held.before, **{key: news.version for key, news in published.items()}}
    await series.set_versions(tx, {key: v for key, v in after.items() if v != held.stored[key]})
    return published

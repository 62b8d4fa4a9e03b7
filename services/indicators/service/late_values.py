"""Late values, found by the service itself once a day and told to those who answer for them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import time
from functools import partial
from typing import Final

from chassis.events.outbox import emit
from chassis.jobs.job import Json
from chassis.jobs.run import JobRun
from chassis.jobs.schedule import Schedule, daily
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.indicators import events
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.late_values import Reminder, reminder
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.domain.punctuality import late_of
from services.indicators.repository import indicators, late_values, observations, quality, series

JOB: Final = "find-late-values"
SCHEDULE: Final = Schedule("late-values", JOB, daily(time(6)))
PAGE: Final = 500
"""Series that are looked at in one step."""


async def find_late_values(run: JobRun) -> Json:
    """Look at every series, a page a step, and tell of each that has become late, or is late no more."""
    told, number, after = 0, 0, ""
    while True:
        found = await run.step(f"page-{number}", partial(_look_at, after=after))
        told, after, number = told + found["told"], found["after"], number + 1
        if not after:
            return {"told": told}


async def _look_at(tx: Tx, after: str) -> Json:
    """One page of series: those that follow one, by its subject."""
    keys = await series.list_keys_after(tx, SeriesKey.parse(after) if after else None, PAGE)
    told = await emit_late(tx, keys)
    return {"told": told, "after": keys[-1].subject if len(keys) == PAGE else ""}


async def emit_late(tx: Tx, keys: Sequence[SeriesKey]) -> int:
    """Of these series emit those that have become late, or whose value has come; how many. Six statements at most."""
    if not keys:
        return 0
    defined = await indicators.get_indicators(tx, {key.indicator for key in keys})
    rules = await quality.get_rules(tx, defined)
    before = await late_values.lock_reminders(tx, keys)
    latest = latest_periods(await observations.get_latest(tx, keys, ""))
    today, new = await tx.business_date(), []
    for key in keys:
        late = late_of(defined[key.indicator], rules.get(key.indicator), latest.get(key), today)
        told = reminder(before.get(key), key, late)
        new += [told] if told else []
    await _save_and_emit(tx, new, defined)
    return len(new)


def latest_periods(revisions: Sequence[Revision]) -> dict[SeriesKey, Period]:
    """The latest period with a value of each series."""
    found: dict[SeriesKey, Period] = {}
    for each in revisions:
        before = found.get(each.series)
        if each.observation.value is not None and (before is None or before < each.period):
            found[each.series] = each.period
    return found


async def emit_reminders(tx: Tx, keys: Collection[SeriesKey]) -> None:
    """Lock what was told of these series, and emit each once more."""
    told = [each.next() for each in (await late_values.lock_reminders(tx, keys)).values()]
    await _save_and_emit(tx, told, await indicators.get_indicators(tx, {each.series.indicator for each in told}))


async def _save_and_emit(tx: Tx, told: Sequence[Reminder], defined: Mapping[str, Indicator]) -> None:
    await late_values.save_reminders(tx, told)
    for each in sorted(told, key=lambda each: each.series):
        emit(tx, events.observation_late(each, defined[each.series.indicator]))

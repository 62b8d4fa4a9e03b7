"""The business date that calendar rules read, in one service's database: pinned, or left to follow the calendar."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, select

from chassis.audit import record_change
from chassis.clock import london_date
from chassis.storage.bulk import upsert
from chassis.storage.transaction import BUSINESS_DATE, Tx

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 12, 31)
"""Between which a business date may lie."""
SUBJECT: Final = "business-date"


@dataclass(frozen=True, slots=True)
class BusinessDate:
    """The date, and whether somebody has pinned it."""

    day: date
    is_pinned: bool


async def get_business_date(tx: Tx) -> BusinessDate:
    pinned = await _get_pinned(tx)
    return BusinessDate(pinned or london_date(tx.now), pinned is not None)


async def get_business_date_at(tx: Tx, moment: datetime | None) -> date:
    """The date that counted at a moment, by who pinned it when; without a moment, or at one to come, the present one.

    A pin that is not on record, set before there was a record, counts as long as it stands.
    """
    if moment is None or moment >= tx.now:
        return await tx.business_date()
    entry = tx.table("audit_entry").c
    pins = select(entry.before, entry.after).where(entry.subject == SUBJECT)
    last = pins.where(entry.changed_at <= moment).order_by(entry.id.desc()).limit(1)
    if found := (await tx.session.execute(last)).first():
        state = found.after
    elif found := (await tx.session.execute(pins.order_by(entry.id).limit(1))).first():
        state = found.before
    else:
        return await _get_pinned(tx) or london_date(moment)
    return date.fromisoformat(state["business_date"]) if state else london_date(moment)


async def pin_business_date(tx: Tx, day: date, *, only_if_unpinned: bool = False) -> None:
    """Pin the date; ``only_if_unpinned`` leaves one that somebody has pinned."""
    before = await _get_pinned(tx)
    if before == day or (before and only_if_unpinned):
        return
    row = {"name": BUSINESS_DATE, "value": day.isoformat(), "set_at": tx.now}
    await upsert(tx, tx.table("setting"), [row], ["name"], ["value", "set_at"])
    _record(tx, "pinned", before, day)


async def unpin_business_date(tx: Tx) -> None:
    """Go back to today in England."""
    before = await _get_pinned(tx)
    if before:
        setting = tx.table("setting")
        await tx.session.execute(delete(setting).where(setting.c.name == BUSINESS_DATE))
        _record(tx, "unpinned", before, None)


def _record(tx: Tx, done: str, before: date | None, after: date | None) -> None:
    states = [{"business_date": each.isoformat()} if each else None for each in (before, after)]
    record_change(tx, subject=SUBJECT, action=f"business_date.{done}", before=states[0], after=states[1])


async def _get_pinned(tx: Tx) -> date | None:
    setting = tx.table("setting")
    found: str | None = await tx.session.scalar(select(setting.c.value).where(setting.c.name == BUSINESS_DATE))
    return date.fromisoformat(found) if found else None

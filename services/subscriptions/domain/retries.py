"""When a delivery that failed is tried again, and when that ends."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LASTS: Final = timedelta(days=3)
"""For so long an event is tried, from the first failure on."""
_FIRST_PAUSE: Final = timedelta(seconds=5)
_FACTOR: Final = 4
_LONGEST_PAUSE: Final = timedelta(hours=8)


def pause_after(attempts: int, chance: float) -> timedelta:
    """How long to wait after that many attempts: four times as long each time, up to eight hours, less up to a fifth.

    Args:
        attempts: how many have failed, from 1.
        chance: from 0 to 1, drawn by the caller; it keeps what failed together from being tried again together.
    """
    longer: timedelta = _FIRST_PAUSE * _FACTOR ** min(attempts - 1, 12)
    return min(longer, _LONGEST_PAUSE) * (1 - chance / 5)


def next_attempt(
    first_failed_at: datetime, now: datetime, attempts: int, chance: float, asked: timedelta | None = None
) -> datetime | None:
    """When to try again; None once that has lasted three days. The last attempt falls on their end.

    Args:
        first_failed_at: when the event failed first.
        now: when it failed last.
        attempts: how often it has failed.
        chance: as of :func:`pause_after`.
        asked: what the receiver asked for by ``Retry-After``; it is tried no sooner than that.
    """
    end = first_failed_at + LASTS
    if now >= end:
        return None
    return min(now + max(pause_after(attempts, chance), asked or timedelta()), max(end, now + (asked or timedelta())))


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """What ``Retry-After`` asks for, in seconds or as a date (RFC 9110), three days at most; None for neither."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=min(int(text[:12]), int(LASTS.total_seconds()))), LASTS)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        return None
    return min(max(moment - now, timedelta()), LASTS)

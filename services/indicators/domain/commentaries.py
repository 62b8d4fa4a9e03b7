"""Commentaries: what somebody writes of a series in a period, revised and never lost."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from contracts.breakdown import Breakdown
from contracts.indicators import commentary_subject
from contracts.period import Period, PeriodKind
from services.indicators.domain.observations import SeriesKey


class CommentaryState(StrEnum):
    """A draft is read by those who work on it; what is published by everybody; what is withdrawn was published."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def is_public(self) -> bool:
        """Whether readers of what is published see that it is so."""
        return self is not CommentaryState.DRAFT


@dataclass(frozen=True, slots=True)
class Commentary:
    """A text on a series in a period; withdrawn it has none. ``author`` wrote it, ``source`` is where it is from."""

    series: SeriesKey
    period: Period
    state: CommentaryState
    text: str | None = None
    author: str | None = None
    source: str | None = None
    reason: str | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """What makes it the same when it is sent again; the reason is not part of it."""
        return (self.state, self.text, self.author, self.source)


ReadCommentary = Callable[[PeriodKind], Commentary]
"""A commentary as sent: its period is read by the kind of its indicator. Raises ``UnknownPeriodError``."""


@dataclass(frozen=True, slots=True)
class CommentaryHead:
    """A commentary's number within its indicator, and the version of its last event, 0 before the first."""

    indicator: str
    number: int
    version: int = 0

    @property
    def subject(self) -> str:
        return commentary_subject(self.indicator, self.number)

    def next(self) -> "CommentaryHead":
        """The same with its next version."""
        return replace(self, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class CommentaryRevision:
    """A commentary as recorded. The highest revision is the current one, the highest public one what is read."""

    number: int
    revision: int
    commentary: Commentary
    actor: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class CommentaryView:
    """The current revision, and the one that is published, which may be an earlier one."""

    current: CommentaryRevision
    published: CommentaryRevision | None


@dataclass(frozen=True, slots=True)
class CommentaryFilter:
    """Which are wanted. ``period`` is text, read by the kind of the indicator; ``as_of`` reads what was known then."""

    area: str | None = None
    breakdown: Breakdown | None = None
    period: str | None = None
    as_of: datetime | None = None


def commentary_faults(before: CommentaryRevision | None, sent: Commentary) -> list[tuple[str, str]]:
    """What cannot be sent after the revision ``before``, as (field, message)."""
    if sent.state is CommentaryState.WITHDRAWN:
        if before is None:
            return [("state", "there is nothing to withdraw")]
        return [("text", "what is withdrawn has none")] if sent.text is not None else []
    return [("text", "is needed unless it is withdrawn")] if sent.text is None else []


def needs_reason(published: CommentaryRevision | None, sent: Commentary) -> bool:
    """Whether a text that everybody read would change, or go."""
    return published is not None and sent.state.is_public and sent.text != published.commentary.text


def commentary_on(period: Period, published: Iterable[CommentaryRevision]) -> CommentaryRevision | None:
    """Of what is published on a series, what is said beside ``period``.

    That on the period itself, or else the newest on a time that it has a part of.
    """
    beside = [
        each
        for each in published
        if each.commentary.period.start <= period.end and period.start <= each.commentary.period.end
    ]
    return max(
        beside, key=lambda each: (each.commentary.period == period, each.commentary.period.sort_key), default=None
    )

"""Commentaries."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.period import Period, PeriodKind
from contracts.reasons import Reason
from services.indicators.domain.commentaries import (
    Commentary,
    CommentaryRevision,
    CommentaryState,
    CommentaryView,
    ReadCommentary,
)
from services.indicators.domain.observations import SeriesKey
from services.indicators.schemas.values import Name, PeriodText, Text

COMMENTARY_EXAMPLE: dict[str, Any] = {
    "area": "E06000026",
    "period": "2017-12",
    "state": "published",
    "text": "Four in five were seen in time; attendances and full beds slowed the flow.",
    "author": "Craig McArdle",
}


class CommentaryIn(StrictBody):
    """What somebody writes of an indicator in an area and a period, in total or of a breakdown.

    There is one for each series and period; what is sent for it again is its next revision. A draft leaves what is
    published as it is. ``withdrawn`` takes it back and has no text. ``author`` is who wrote it, by default whoever
    sends it. A ``reason`` is needed where a published text changes or goes.
    """

    model_config = StrictBody.model_config | {
        "json_schema_extra": {
            "examples": [
                COMMENTARY_EXAMPLE,
                {"area": "E06000026", "period": "2017-12", "state": "withdrawn", "reason": "Of another hospital"},
            ]
        }
    }

    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    period: PeriodText
    state: CommentaryState = CommentaryState.DRAFT
    text: Text | None = None
    author: Name | None = None
    source: Text | None = None
    reason: Reason | None = None

    def of_indicator(self, code: str) -> ReadCommentary:
        """The commentary on that indicator, once the kind of its periods is known."""

        def read(kind: PeriodKind) -> Commentary:
            series, period = SeriesKey(code, self.area, self.breakdown), Period.parse(self.period, kind)
            return Commentary(series, period, self.state, self.text, self.author, self.source, self.reason)

        return read


class PublishedOut(OutBody):
    """A published text as readers see it beside a figure."""

    number: int
    period: Period
    revision: int
    text: str | None
    author: str
    published_at: Timestamp

    @classmethod
    def of(cls, revision: CommentaryRevision) -> Self:
        written = revision.commentary
        return cls(
            number=revision.number,
            period=written.period,
            revision=revision.revision,
            text=written.text,
            author=written.author or revision.actor,
            published_at=revision.recorded_at,
        )


class CommentaryOut(OutBody):
    """A commentary in one of its revisions, and what is published once that was recorded."""

    indicator: str
    number: int
    area: str
    breakdown: Breakdown
    period: Period
    revision: int
    state: CommentaryState
    text: str | None
    author: str
    source: str | None
    reason: str | None
    actor: str
    recorded_at: Timestamp
    published: PublishedOut | None

    @classmethod
    def of(cls, view: CommentaryView) -> Self:
        current, written = view.current, view.current.commentary
        same = ("period", "state", "text", "source", "reason")
        return cls(
            **written.series._asdict(),
            **{name: getattr(written, name) for name in same},
            number=current.number,
            revision=current.revision,
            author=written.author or current.actor,
            actor=current.actor,
            recorded_at=current.recorded_at,
            published=PublishedOut.of(view.published) if view.published else None,
        )


class CommentaryHistoryOut(OutBody):
    """All that a commentary ever was, oldest first."""

    revisions: Annotated[list[CommentaryOut], Field(description="Every revision, oldest first; the last is current")]

    @classmethod
    def of(cls, views: Sequence[CommentaryView]) -> Self:
        return cls(revisions=[CommentaryOut.of(view) for view in views])

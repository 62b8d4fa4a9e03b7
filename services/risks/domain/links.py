"""Ties between risks and indicators, and what was last told of an indicator."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.indicators import subject
from contracts.period import Period
from services.risks.domain.severity import Signal


@dataclass(frozen=True, slots=True)
class LinkKey:
    """What makes a link the same link, whatever group it is counted in."""

    indicator: str
    area: str
    signal: Signal

    @property
    def subject(self) -> str:
        return subject(self.indicator, self.area)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that is asked for. Links of one causal ``group`` count as one cause."""

    key: LinkKey
    group: str


@dataclass(frozen=True, slots=True)
class IndicatorSignals:
    """The newest event of an indicator in an area, reduced to its confirmed severities.

    ``latest``: the newest period with a value. ``severities``: by signal, ``None`` unknown. Version 0: no event yet.
    """

    subject: str
    version: int
    event_id: str | None
    latest: Period | None
    severities: Mapping[Signal, int | None]


@dataclass(frozen=True, slots=True)
class IndicatorLink:
    """A risk's tie to an indicator in an area. ``at``, ``now``: confirmed severities, ``None`` unknown.

    ``at`` is that of the snapshot: when the owner last assessed, or when the link was added if that was later.
    """

    key: LinkKey
    group: str
    at: int | None
    now: int | None
    version: int = 0
    event_id: str | None = None
    latest: Period | None = None
    link_id: int = 0
    review_opened: bool = False

    @property
    def indicator(self) -> str:
        return self.key.indicator

    @property
    def area(self) -> str:
        return self.key.area

    @property
    def signal(self) -> Signal:
        return self.key.signal

    @property
    def subject(self) -> str:
        return self.key.subject

    @property
    def takes_part(self) -> bool:
        return self.at is not None

    @property
    def has_moved(self) -> bool:
        return self.at is not None and self.now is not None and self.now != self.at

    @property
    def asks_for_review(self) -> bool:
        """Known for the first time since a snapshot that knew nothing, and no review was asked for yet."""
        return self.at is None and self.now is not None and not self.review_opened

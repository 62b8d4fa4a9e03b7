"""Ties between risks and indicators, and the newest state of an indicator's series."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contracts.breakdown import Breakdown
from contracts.indicators import subject
from contracts.period import Period
from services.risks.domain.severity import WITHOUT_EVENT, Provisional, Signal, SignalSeverities

FUND = "fund:"


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """An indicator in an area, in total or of one breakdown; or the variance of a fund, or of one of its lines.

    A fund has the name that :func:`fund_series` gives it in the place of an indicator, and no area.
    """

    indicator: str
    area: str
    breakdown: Breakdown = Breakdown.TOTAL

    @property
    def subject(self) -> str:
        """The series as events name it."""
        return self.indicator if self.is_fund else subject(self.indicator, self.area, self.breakdown)

    @property
    def is_fund(self) -> bool:
        return self.indicator.startswith(FUND)

    @property
    def fund(self) -> str | None:
        """Code of the fund whose variance it is."""
        return self.indicator.removeprefix(FUND).partition("/")[0] if self.is_fund else None

    @property
    def line(self) -> str | None:
        """Code of the line of that fund; ``None`` of all of it."""
        return self.indicator.partition("/")[2] or None if self.is_fund else None

    def __str__(self) -> str:
        """``ae-four-hour-wait in RK9``, with its breakdown where it has one."""
        if self.is_fund:
            return f"line {self.line} of the fund {self.fund}" if self.line else f"the fund {self.fund}"
        part = f" ({self.breakdown.text})" if self.breakdown else ""
        return f"{self.indicator} in {self.area}{part}"


def fund_series(fund: str, line: str | None = None) -> SeriesKey:
    """The variance of a fund, or of one of its budget lines. No indicator can have a colon in its code."""
    return SeriesKey(f"{FUND}{fund}/{line}" if line else f"{FUND}{fund}", "")


@dataclass(frozen=True, slots=True)
class LinkKey:
    """What makes a link the same link, whatever group it is counted in."""

    series: SeriesKey
    signal: Signal
    provisional: Provisional = Provisional.IGNORE


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that is asked for. Links of one causal ``group`` count as one cause."""

    key: LinkKey
    group: str


@dataclass(frozen=True, slots=True)
class SeriesSignals:
    """The newest event of a series, by (generation, version), reduced to its confirmed severities.

    ``latest``: the newest period with a value. ``points``: its periods, as ``domain.points`` writes them. Version 0,
    without severities: it is linked to, and no event came yet.
    """

    subject: str
    generation: int
    version: int
    event_id: str | None
    latest: Period | None
    severities: Mapping[Signal, SignalSeverities]
    points: str = field(default="", compare=False)

    def severity(self, signal: Signal, provisional: Provisional) -> int | None:
        return self.severities.get(signal, WITHOUT_EVENT).read_with(provisional).severity


@dataclass(frozen=True, slots=True)
class SeriesWindow:
    """The periods that an event of a series showed, as ``domain.points`` writes them; without any it showed none."""

    subject: str
    generation: int
    version: int
    first_period: str
    points: str

    @property
    def order(self) -> tuple[int, int]:
        return self.generation, self.version


@dataclass(frozen=True, slots=True)
class IndicatorLink:
    """A risk's tie to a series. ``at``, ``now``: confirmed severities, ``None`` unknown.

    ``at`` is that of the snapshot: when the owner last assessed, or when the link was added if that was later.
    ``unconfirmed``: ``now`` rests on one period alone. ``version`` 0: no event of the series came yet. ``points``: the
    periods of its series, as ``domain.points`` writes them. ``snapshot_at``: when its snapshot was taken.
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
    unconfirmed: bool = False
    generation: int = 1
    points: str = ""
    snapshot_at: datetime | None = None

    @property
    def series(self) -> SeriesKey:
        return self.key.series

    @property
    def pending(self) -> bool:
        """Whether no event told of its series yet: it may be misspelt, or not measured so far."""
        return self.version == 0

    @property
    def signal(self) -> Signal:
        return self.key.signal

    @property
    def subject(self) -> str:
        return self.key.series.subject

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

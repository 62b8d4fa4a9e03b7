"""What the indicators service tells the world."""

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import Field

from contracts.areas import is_area_code
from contracts.breakdown import Breakdown
from contracts.colours import Colour, Polarity
from contracts.envelope import Body, Timestamp
from contracts.money import EventNumber
from contracts.period import Period

SOURCE: Final = "/indicators"
INDICATOR_UPDATED: Final = "commissioning.indicator.updated.v1"
COMMENTARY_PUBLISHED: Final = "commissioning.commentary.published.v1"
OBSERVATION_LATE: Final = "commissioning.observation.late.v1"

EVENT_TYPES: Final = (INDICATOR_UPDATED, COMMENTARY_PUBLISHED, OBSERVATION_LATE)
"""All that is on the topic. Whoever compares with the service's digests reads all of them, and folds what it needs."""

COMMENTARY: Final = "commentary"
LATE: Final = "late"
"""What stands in the second part of a subject that is no series, where a series has its area."""

MAX_CHANGED: Final = 500
"""Most periods one event lists as changed; a larger change publishes several events."""


class ObservationStatus(StrEnum):
    PROVISIONAL = "provisional"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


class Missing(StrEnum):
    """What an observation carries instead of a value: a symbol of the Government Statistical Service. Never zero."""

    SUPPRESSED = "[c]"
    NOT_AVAILABLE = "[x]"
    NOT_APPLICABLE = "[z]"
    ROUNDS_TO_ZERO = "[low]"


class Mark(StrEnum):
    """What a value may carry beside it. At a break a run, and control limits, start anew."""

    ESTIMATED = "[e]"
    LOW_RELIABILITY = "[u]"
    BREAK = "[b]"


class Definition(Body):
    """What an indicator means. ``framework`` is the first of ``frameworks``, as before there were several.

    ``dimensions`` are those it is broken down by, each with its values.
    """

    code: str
    name: str
    unit: str
    decimals: int
    polarity: Polarity
    frequency: str
    framework: str | None = None
    frameworks: tuple[str, ...] = ()
    dimensions: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class AreaState(Body):
    code: str
    name: str
    type: str


class BenchmarkState(Body):
    """Colour against the comparator, the rule that made it and why; provisional by either value."""

    colour: Colour
    rule: str
    reason: str
    provisional: bool = False


class TrendState(Body):
    """Provisional by either of its two last values."""

    colour: Colour
    reason: str
    provisional: bool = False


class TargetState(Body):
    """Provisional by the local value, and the comparator's where its kind reads one."""

    colour: Colour
    expected: EventNumber | None = None
    reason: str
    provisional: bool = False


class ObservationState(Body):
    """The latest observation: a value with its marks, or the symbol that stands instead of it."""

    period: Period
    value: EventNumber | None
    revision: int = Field(ge=1)
    status: ObservationStatus
    count: EventNumber | None = None
    denominator: EventNumber | None = None
    lower: EventNumber | None = None
    upper: EventNumber | None = None
    missing: Missing | None = None
    marks: tuple[Mark, ...] = ()


class SeriesPoint(Body):
    """A period of the series as shown, with the three colours as they stood in it, and which are provisional.

    ``process_control`` is none unless it was asked that events of the series carry it: amber for a special cause of
    concern, red beyond three sigma on the bad side, green for neither, white where nothing is judged.
    """

    period: Period
    value: EventNumber | None
    revision: int = Field(ge=1)
    status: ObservationStatus
    benchmark: Colour
    trend: Colour
    target: Colour
    missing: Missing | None = None
    marks: tuple[Mark, ...] = ()
    benchmark_provisional: bool = False
    trend_provisional: bool = False
    target_provisional: bool = False
    process_control: Colour = Colour.NONE


class ChangedPeriod(Body):
    """A period this event changed; ``value`` is null where it was withdrawn, and where a symbol stands."""

    period: Period
    value: EventNumber | None
    revision: int = Field(ge=1)
    status: ObservationStatus
    missing: Missing | None = None
    marks: tuple[Mark, ...] = ()


class IndicatorUpdated(Body):
    """The state of one series: an indicator in an area, in total or of one breakdown. Subject and key: its subject.

    ``series`` is the series as shown, oldest first: the six periods ending at the latest with a value or a symbol
    (those without an observation are not listed), or the six latest where periods overlap. ``complete`` marks the
    last of the events that between them name every period in ``changed``.
    """

    indicator: Definition
    area: AreaState
    breakdown: Breakdown = Breakdown.TOTAL
    latest: ObservationState | None
    benchmark: BenchmarkState
    trend: TrendState
    target: TargetState | None = None
    series: list[SeriesPoint] = Field(max_length=6)
    changed: list[ChangedPeriod] = Field(max_length=MAX_CHANGED)
    complete: bool = False


class CommentaryState(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class CommentaryPublished(Body):
    """What is published on one series in one period; withdrawn it has no text. Subject and key: its own.

    ``revision`` is the revision that is published, ``published_at`` when it was recorded.
    """

    indicator: str
    number: int = Field(ge=1)
    area: str
    breakdown: Breakdown = Breakdown.TOTAL
    period: Period
    revision: int = Field(ge=1)
    state: CommentaryState
    text: str | None
    author: str
    source: str | None
    published_at: Timestamp


def commentary_subject(indicator: str, number: int) -> str:
    """The aggregate that a commentary is, on the wire: ``<indicator>/commentary/<number>``."""
    return f"{indicator}/{COMMENTARY}/{number}"


class ObservationLate(Body):
    """That a value of a series is due and not there, for whoever answers for it. Subject and key: its own.

    ``latest`` is the period of the latest value, ``awaited`` the one after it, null where periods overlap. ``late`` is
    false once a value has come.
    """

    indicator: str
    name: str
    owner: str | None
    area: str
    breakdown: Breakdown = Breakdown.TOTAL
    latest: Period
    awaited: Period | None
    due: date
    late: bool


def late_subject(indicator: str, area: str, breakdown: Breakdown | str = "") -> str:
    """The aggregate that the lateness of a series is, on the wire: ``<indicator>/late/<area>``, and its breakdown."""
    text = str(breakdown)
    return f"{indicator}/{LATE}/{area}/{text}" if text else f"{indicator}/{LATE}/{area}"


def is_series(subject: str) -> bool:
    """Whether a subject names a series: its second part is an area."""
    return is_area_code(subject.partition("/")[2].partition("/")[0])


def subject(indicator: str, area: str, breakdown: Breakdown | str = "") -> str:
    """The aggregate that a series is, on the wire: ``<indicator>/<area>``, and ``/<breakdown>`` but for the total."""
    text = str(breakdown)
    return f"{indicator}/{area}/{text}" if text else f"{indicator}/{area}"

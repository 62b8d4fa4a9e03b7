"""Colours, polarities and the severity that a colour stands for."""

from enum import StrEnum


class Colour(StrEnum):
    """A benchmark, target or trend colour. ``white`` means "no judgement", always with a reason beside it."""

    DARK_GREEN = "dark_green"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    DARK_RED = "dark_red"
    BLUE = "blue"
    WHITE = "white"
    NONE = "none"


class Polarity(StrEnum):
    HIGH_IS_GOOD = "high_is_good"
    LOW_IS_GOOD = "low_is_good"
    NEUTRAL = "neutral"

    @property
    def sign(self) -> int:
        """+1 where a rise is good, -1 where it is bad, 0 where neither."""
        return 1 if self is Polarity.HIGH_IS_GOOD else -1 if self is Polarity.LOW_IS_GOOD else 0


SEVERITY: dict[Colour, int] = {
    Colour.GREEN: 0,
    Colour.DARK_GREEN: 0,
    Colour.AMBER: 1,
    Colour.RED: 2,
    Colour.DARK_RED: 2,
}
"""Severity of a judging colour; colours that judge nothing are absent."""

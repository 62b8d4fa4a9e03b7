"""What the suite's colours look like where no style sheet is: in a chart, and on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Paint:
    """Of an area, of the words on it (4.5 to 1 at least), and of the line around it; ``#rrggbb`` each."""

    fill: str
    ink: str
    line: str


PAINTS: Final[Mapping[str, Paint]] = {
    "dark-green": Paint("#00462a", "#ffffff", "#00462a"),
    "green": Paint("#cfead9", "#00462a", "#00703c"),
    "yellow": Paint("#fff7bf", "#594d00", "#8a7700"),
    "amber": Paint("#fde3c0", "#6b3500", "#b35900"),
    "red": Paint("#f8d2cd", "#7a1408", "#c8321f"),
    "dark-red": Paint("#7a1408", "#ffffff", "#7a1408"),
    "blue": Paint("#d2e2f1", "#143e66", "#1d70b8"),
    "white": Paint("#ffffff", "#383f43", "#6f777b"),
}
"""By the name that style sheets have for each (``badge--green``)."""

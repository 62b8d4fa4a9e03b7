"""The figures of a report, made of nothing but its tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from portal.charts.colour_bars import Bar, Part, colour_bars, described
from portal.showing import COLOURS, NOTHING, Badge, badge

_NO_COLOUR = Badge("No colour", NOTHING, "white")


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture (SVG), its heading, and all that it shows in words."""

    title: str
    drawn: Markup
    alternative: str


def stands(table: Mapping[str, Any]) -> Figure | None:
    """How many rows of a report's table, as the API gives it, are of which colour; None where none has any."""
    at = [n for n, column in enumerate(table["columns"]) if column["kind"] == "colour"]
    if not any(row[n] for n in at for row in table["rows"]):
        return None
    bars = [Bar(table["columns"][n]["title"], _parts([row[n] for row in table["rows"]])) for n in at]
    return Figure(f"{table['title']}: how many stand how", colour_bars(bars), described(bars))


def _parts(colours: Sequence[str | None]) -> list[Part]:
    """The colours that are there, from good to bad, then what has none."""
    counts = Counter(colours)
    order = sorted(counts, key=_place)
    shown = [(_NO_COLOUR if colour is None else badge(colour), counts[colour]) for colour in order]
    return [Part(each.word, each.symbol, each.style, count) for each, count in shown]


def _place(colour: str | None) -> int:
    """Among the colours, from good to bad."""
    return list(COLOURS).index(colour) if colour is not None and colour in COLOURS else len(COLOURS)

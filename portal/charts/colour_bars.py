"""How many are of which colour, a bar for each thing they are judged by."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from portal.charts.paints import PAINTS

_WIDTH: Final = 700
_LABELS: Final = 130
_BAR: Final = 26
_STEP: Final = 36
_LEAST: Final = 46
"""Across: room for a symbol and a number of three digits."""
_LINE: Final = 22
_LETTER: Final = 7.5
"""How wide a letter is, at most and on average."""
_FONT: Final = "Arial, 'Noto Sans', sans-serif"
_SYMBOLS: Final = "'DejaVu Sans Mono', sans-serif"
"""Has all of them, in one size."""
_DARK: Final = "#0b0c0c"


@dataclass(frozen=True, slots=True)
class Part:
    """So many of one colour, which has a word, a symbol and a style of that name in ``PAINTS``."""

    word: str
    symbol: str
    style: str
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    parts: Sequence[Part]


def described(bars: Sequence[Bar]) -> str:
    """In words what the chart shows, which is all of it."""
    return " ".join(
        f"{bar.label}: {', '.join(f'{part.count} {part.word.lower()}' for part in bar.parts)}." for bar in bars
    )


def colour_bars(bars: Sequence[Bar]) -> Markup:
    """A picture that stands by itself, with symbols and numbers on it, and a key in words below; no style sheet."""
    key = list(_key({part.word: part for bar in bars for part in bar.parts}.values()))
    top = _STEP * len(bars)
    height = top + _LINE * (key[-1][2] + 1) if key else top
    drawn = [piece for n, bar in enumerate(bars) for piece in _bar(bar, _STEP * n)]
    drawn += [piece for part, across, line in key for piece in _entry(part, across, top + _LINE * line)]
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="bars" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}" focusable="false" font-size="13">{}</svg>'
    ).format(_WIDTH, height, _WIDTH, height, described(bars), Markup("").join(drawn))


def _bar(bar: Bar, top: int) -> Iterator[Markup]:
    yield _text(0, top + 18, _DARK, bar.label)
    across: float = _LABELS
    for part, width in zip(bar.parts, _widths(bar.parts), strict=True):
        ink, middle = PAINTS[part.style].ink, across + width / 2
        yield _area(across, top, width, _BAR, part.style)
        yield _text(middle - 2, top + 18, ink, part.symbol, anchor="end", font=_SYMBOLS)
        yield _text(middle + 2, top + 18, ink, str(part.count))
        across += width


def _widths(parts: Sequence[Part]) -> list[float]:
    """By their numbers, but each with room for what stands on it."""
    rest = _WIDTH - 1 - _LABELS - _LEAST * len(parts)
    total = sum(part.count for part in parts)
    return [round(_LEAST + rest * part.count / total, 1) for part in parts]


def _key(parts: Iterable[Part]) -> Iterator[tuple[Part, float, int]]:
    """Every colour that is there, how far across its entry stands, and in which line."""
    across, line = 0.0, 0
    for part in parts:
        width = 18 + _LETTER * len(f"{part.symbol} {part.word}")
        if across + width > _WIDTH:
            across, line = 0.0, line + 1
        yield part, across, line
        across += width + 14


def _entry(part: Part, across: float, top: int) -> Iterator[Markup]:
    yield _area(across, top + 4, 12, 12, part.style)
    yield _text(across + 18, top + 15, _DARK, part.symbol, font=_SYMBOLS)
    yield _text(across + 22 + 8 * len(part.symbol), top + 15, _DARK, part.word)


def _area(across: float, down: float, width: float, height: float, style: str) -> Markup:
    paint = PAINTS[style]
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}"/>').format(
        round(across, 1) + 0.5, down + 0.5, width, height, paint.fill, paint.line
    )


def _text(across: float, down: float, ink: str, words: str, anchor: str = "start", font: str = _FONT) -> Markup:
    """Symbols and words apart: a font that lacks one of a text is left for all of it."""
    return Markup('<text x="{}" y="{}" fill="{}" text-anchor="{}" font-family="{}">{}</text>').format(
        round(across, 1), down, ink, anchor, font, words
    )

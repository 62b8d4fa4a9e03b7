"""Bars that count colours, and what the colours look like where there is no style sheet."""

import re
from importlib.resources import files
from xml.etree import ElementTree as ET

from portal.charts.colour_bars import Bar, Part, colour_bars
from portal.charts.paints import PAINTS
from portal.settings import LEAST_CONTRAST, contrast_with_white
from portal.showing import NOTHING

BARS = [
    Bar("Benchmark <&>", [Part("Dark green", "▲▲", "dark-green", 1), Part("Red", "▼", "red", 20)]),
    Bar("Trend", [Part("No colour", NOTHING, "white", 21)]),
]


def test_bars_of_colours_say_their_numbers_and_words() -> None:
    drawn = str(colour_bars(BARS))
    picture = ET.fromstring(drawn)  # noqa: S314  our own
    assert picture.get("aria-label") == "Benchmark <&>: 1 dark green, 20 red. Trend: 21 no colour."
    texts = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    key = ["▲▲", "Dark green", "▼", "Red", NOTHING, "No colour"]
    assert texts == ["Benchmark <&>", "▲▲", "1", "▼", "20", "Trend", NOTHING, "21", *key]
    areas = [each for each in picture.iter("{http://www.w3.org/2000/svg}rect") if each.get("height") == "26"]
    ends = [float(each.get("x", 0)) + float(each.get("width", 0)) for each in areas]
    assert (max(ends) <= 700, min(float(each.get("width", 0)) for each in areas) >= 40) == (True, True)
    assert "style=" not in drawn
    several = [Part(f"Dark green {n}", "▲▲", "green", 1) for n in range(12)]
    wide = ET.fromstring(str(colour_bars([Bar("All", several)])))  # noqa: S314  our own
    words = [each for each in wide.iter("{http://www.w3.org/2000/svg}text") if (each.text or "").startswith("Dark")]
    lines = {float(each.get("y", 0)) for each in words}
    assert len(lines) > 1, "what does not fit into a line of the key begins another"
    assert max(float(each.get("x", 0)) for each in words) < 620
    assert max(lines) < float(wide.get("height", 0))


def test_paints_are_those_of_the_style_sheets_and_can_be_read() -> None:
    for sheet in ("report.css", "portal.css"):
        css = (files("portal") / "static" / sheet).read_text(encoding="utf-8")
        for name, paint in PAINTS.items():
            [rule] = re.findall(rf"\.badge--{name} {{([^}}]*)}}", css)
            said = [long_form(each) for each in re.findall(r"#[0-9a-f]+", rule)]
            assert said == [paint.fill, paint.ink, paint.line], (sheet, name)
    for paint in PAINTS.values():
        pair = sorted((contrast_with_white(paint.fill), contrast_with_white(paint.ink)))
        assert pair[1] / pair[0] >= LEAST_CONTRAST, paint


def long_form(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(each * 2 for each in colour[1:])

"""How values of the API are shown: colours with a word and a symbol, money, moments, words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from chassis.clock import LONDON
from portal.charts.control_chart import assurance_icon, variation_icon
from portal.charts.sparkline import sparkline
from portal.listing import Listing, nothing


@dataclass(frozen=True, slots=True)
class Badge:
    """A colour as it is shown: the word says it, the symbol too, and the style only repeats it."""

    word: str
    symbol: str
    style: str


COLOURS: Final[Mapping[str, Badge]] = {
    "dark_green": Badge("Dark green", "▲▲", "dark-green"),
    "green": Badge("Green", "▲", "green"),
    "yellow": Badge("Yellow", "◆", "yellow"),
    "amber": Badge("Amber", "◆", "amber"),
    "red": Badge("Red", "▼", "red"),
    "dark_red": Badge("Dark red", "▼▼", "dark-red"),
    "blue": Badge("Blue", "■", "blue"),
    "white": Badge("White", "○", "white"),
    "none": Badge("None", "\N{EN DASH}", "white"),
}
MISSING: Final[Mapping[str, str]] = {
    "[c]": "suppressed",
    "[x]": "not available",
    "[z]": "not applicable",
    "[low]": "rounds to zero",
}
_UNITS: Final[Mapping[str, str]] = {
    "rate_per_100000": "Rate per 100,000",
    "rate_per_10000": "Rate per 10,000",
    "rate_per_1000": "Rate per 1,000",
    "currency": "Pounds",
}
_PENCE: Final = Decimal("0.01")
NOTHING: Final = "\N{EN DASH}"
_MINUS: Final = "\N{MINUS SIGN}"


def badge(colour: str | None) -> Badge:
    """White where there is none: nothing can be said."""
    return COLOURS.get(colour or "white") or Badge(words(colour), NOTHING, "white")


def words(code: str | None) -> str:
    """A code as a reader's words: ``high_is_good`` is ``High is good``."""
    return (code or "").replace("_", " ").replace("-", " ").strip().capitalize()


def pairs(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes with their words, as a list to choose from has them."""
    return [(code, words(code)) for code in codes]


def unit(code: str) -> str:
    return _UNITS.get(code) or words(code)


def breakdown(found: Mapping[str, str]) -> str:
    """For whom a figure is, in words; the total has none."""
    return ", ".join(f"{dimension}: {value}" for dimension, value in found.items())


def breakdown_text(found: Mapping[str, str]) -> str:
    """As an address says it."""
    return ";".join(f"{dimension}={value}" for dimension, value in found.items())


def query(parameters: Mapping[str, str | None]) -> str:
    """The query of an address; what is None or empty is left out, but for a breakdown, which is the total then."""
    given = {name: value for name, value in parameters.items() if value or (name == "breakdown" and value is not None)}
    return urlencode(given)


def inferred(fields: Iterable[str]) -> str:
    """Which facts are not printed in the documents but follow from them."""
    return f"inferred: {', '.join(words(each).lower() for each in fields)}"


def note(found: Mapping[str, Any]) -> str:
    """What sources say differently, which of it is used, and why."""
    figures = ", ".join(f"{each['figure']} ({each['source']})" for each in found["figures"])
    return f"{found['topic']}: {figures}. Used: {found['used']}; {found['why']}."


def twice(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes that are their own words, as a list to choose from has them."""
    return [(code, code) for code in codes]


def forecast(found: Mapping[str, Any], decimals: int = 8) -> str:
    """Where a series is going, and whether that is on course; else why nothing can be said of it."""
    if found["value"] is None:
        return sentence(found["reason"])
    course = {True: "on course", False: "not on course", None: "not judged"}[found["on_course"]]
    sure = {True: ", certainly", False: ", by chance", None: ""}[found["certain"]]
    value, lower, upper = (rounded(found[name], decimals) for name in ("value", "lower", "upper"))
    line = f"{value} in {found['period']} ({lower} to {upper})"
    return f"{line}: {course}{sure}. A straight line through the latest values, nobody's plan."


def choices(areas: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What is entered, by code and name, as a list to choose from has it."""
    return [(each["code"], each["name"]) for each in areas]


def before_colon(text: str) -> str:
    """The first part of what is said, where there is room for no more."""
    return text.partition(":")[0]


def percent(chance: str) -> str:
    """A chance of 0 to 1 in per cent, with four digits at most."""
    return f"{float(Decimal(chance) * 100):.4g}%"


def path_label(quarter: str) -> str:
    """A quarter as addresses have it: ``2017-18-Q3``."""
    return quarter.replace("/", "-").replace(" ", "-")


def spark(row: Mapping[str, Any]) -> Markup:
    """The graph of a scorecard's row."""
    return sparkline(row["series"], row["indicator"]["frequency"], row["indicator"]["name"])


def sentence(code: str | None) -> str:
    """A reason of the API, which may be a code, with a capital and a full stop."""
    said = (code or "").replace("_", " ").replace("england", "England").strip()
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def rounded(value: str | None, decimals: int) -> str:
    """To so many decimals at most, half away from zero, where that changes anything."""
    if value is None or len(value.partition(".")[2]) <= decimals:
        return figure(value)
    return figure(str(Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)))


def figure(value: str | None, missing: str | None = None) -> str:
    """A number as it was sent, with thousands apart; the symbol where there is none."""
    if value is None:
        return missing or NOTHING
    whole, point, rest = value.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.lstrip("-").isdigit() and not whole.startswith("-0") else value


def money(amount: Mapping[str, str] | str | None) -> str:
    """Pounds and pence, exact; a minus sign before the pound sign."""
    if amount is None:
        return NOTHING
    pounds = Decimal(amount if isinstance(amount, str) else amount["amount"]).quantize(_PENCE)
    return f"{_MINUS if pounds < 0 else ''}£{abs(pounds):,.2f}"


def entry_of(entry: Mapping[str, Any], account: str) -> str:
    """What an entry adds to an account: below zero where that is credited."""
    shown = money(entry["amount"])
    return f"{_MINUS}{shown}" if entry["credit"] == account else shown


def pounds(amount: Mapping[str, str] | str | None) -> str:
    """Without pence where there are none."""
    return money(amount).removesuffix(".00")


def moment(text: str | None) -> str:
    """A moment in England's own time."""
    if not text:
        return NOTHING
    here = datetime.fromisoformat(text).astimezone(LONDON)
    return f"{here.day} {here:%B %Y}, {here:%H:%M}"


def day(text: str | None) -> str:
    if not text:
        return NOTHING
    found = date.fromisoformat(text[:10])
    return f"{found.day} {found:%B %Y}"


def period(found: Mapping[str, Any] | str | None) -> str:
    if not found:
        return NOTHING
    return found if isinstance(found, str) else str(found.get("label") or NOTHING)


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "badge": badge,
    "words": words,
    "pairs": pairs,
    "unit": unit,
    "before_colon": before_colon,
    "breakdown": breakdown,
    "breakdown_text": breakdown_text,
    "assurance_icon": assurance_icon,
    "choices": choices,
    "forecast": forecast,
    "twice": twice,
    "variation_icon": variation_icon,
    "inferred": inferred,
    "note": note,
    "nothing": nothing,
    "query": query,
    "size": Listing.size,
    "spark": spark,
    "figure": figure,
    "rounded": rounded,
    "sentence": sentence,
    "money": money,
    "entry_of": entry_of,
    "pounds": pounds,
    "moment": moment,
    "day": day,
    "path_label": path_label,
    "percent": percent,
    "period": period,
}

"""What words of files mean here: codes, units, kinds of areas and of periods, values of dimensions."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from contracts.breakdown import MAX_VALUE
from contracts.period import Period, PeriodKind, UnknownPeriodError
from services.indicators.domain.definitions import LONGEST_CODE, Unit

_LONGEST_DIMENSION: Final = 28
"""So that three dimensions still fit into one breakdown."""

_UNITS: Final = (
    (re.compile(r"per 100,?000\b"), Unit.RATE_PER_100000),
    (re.compile(r"per 10,?000\b"), Unit.RATE_PER_10000),
    (re.compile(r"per 1,?000\b"), Unit.RATE_PER_1000),
    (re.compile(r"per ?cent|%|proportion of|prevalence"), Unit.PERCENTAGE),
    (re.compile(r"\bratio\b"), Unit.RATIO),
    (re.compile(r"£|\bpounds\b|\bgbp\b|\bcost\b"), Unit.CURRENCY),
    (re.compile(r"\bdays\b"), Unit.DAYS),
    (re.compile(r"life expectancy|\byears\b"), Unit.YEARS),
    (re.compile(r"\bscore\b|\bindex\b"), Unit.SCORE),
    (re.compile(r"^(?:count|number)\b"), Unit.COUNT),
)
_KIND_OF_AREA: Final = (
    ("E92", "country"),
    ("W92", "country"),
    ("S92", "country"),
    ("N92", "country"),
    ("E06", "unitary authority"),
    ("E07", "district"),
    ("E08", "metropolitan district"),
    ("E09", "London borough"),
    ("E10", "county"),
    ("E12", "region"),
    ("E38", "clinical commissioning group"),
    ("E54", "integrated care system"),
)
_IN_VALUES: Final = (("&", " and "), ("<", "under "), (">", "over "), ("%", " per cent"), ("–", "-"), ("—", "-"))  # noqa: RUF001  dashes as files have them
_OTHERS: Final = re.compile(r"[^A-Za-z0-9+\-.,/() ]+")
_KINDS: Final = frozenset(PeriodKind)
_AMBIGUOUS: Final = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])", re.ASCII)


def code_of(prefix: str, words: Iterable[str]) -> str:
    """The code that words make, always the same: cut where it is too long, with a few digits that tell it apart."""
    return _cut("-".join(filter(None, (prefix, *map(_slug, words)))), LONGEST_CODE)


def dimension_of(words: str) -> str:
    """The name of a dimension that words make; empty where they say nothing."""
    slug = _slug(words)
    if not slug:
        return ""
    return _cut(slug if slug[:1].isalpha() else f"by-{slug}", _LONGEST_DIMENSION)


def _slug(words: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", words.lower()))


def _cut(code: str, longest: int) -> str:
    if len(code) <= longest:
        return code
    mark = hashlib.sha256(code.encode()).hexdigest()[:6]
    return f"{code[: longest - 7].rstrip('-')}-{mark}"


def value_of(words: str) -> str:
    """The value of a dimension that words make; empty where nothing of them can stand in one."""
    for what, instead in _IN_VALUES:
        words = words.replace(what, instead)
    return " ".join(_OTHERS.sub("", words).split())[:MAX_VALUE].strip()


def unit_of(*words: str) -> Unit | None:
    """The unit that the first words speak of that speak of one."""
    for text in words:
        lowered = text.strip().lower()
        for unit in Unit:
            if lowered == unit.value:
                return unit
        found = next((unit for pattern, unit in _UNITS if pattern.search(lowered)), None)
        if found:
            return found
    return None


def kind_of_area(code: str) -> str:
    """What a code says of the kind of its area."""
    return next((kind for begins, kind in _KIND_OF_AREA if code.startswith(begins)), "provider")


def kind_named(word: str) -> PeriodKind | None:
    """The kind of periods that goes by a word of ours."""
    return PeriodKind(word) if word in _KINDS else None


def kind_of_periods(labels: Iterable[str]) -> PeriodKind | None:
    """The kind of all periods of one indicator in a file, which one of them alone may not tell.

    A lone quarter is cumulative among cumulations; ``2011-12`` is a financial year among financial years. Where kinds
    differ it is the one of most; None where nothing is a period.
    """
    kinds: Counter[PeriodKind] = Counter()
    doubtful = 0
    for label in labels:
        if _AMBIGUOUS.fullmatch(label):
            doubtful += 1
        elif (kind := _kind_of(label)) is not None:
            kinds[kind] += 1
    if kinds[PeriodKind.CUMULATIVE_QUARTERS]:
        kinds[PeriodKind.CUMULATIVE_QUARTERS] += kinds.pop(PeriodKind.QUARTER, 0)
    if doubtful:
        years = kinds[PeriodKind.FINANCIAL_YEAR] > kinds[PeriodKind.MONTH]
        kinds[PeriodKind.FINANCIAL_YEAR if years else PeriodKind.MONTH] += doubtful
    return kinds.most_common(1)[0][0] if kinds.total() else None


def _kind_of(label: str) -> PeriodKind | None:
    try:
        return read_period(label, None).kind
    except UnknownPeriodError:
        return None


_FIRST_OF_MONTH: Final = re.compile(r"(\d{4})-(\d\d)-01", re.ASCII)


@lru_cache(maxsize=4096)
def read_period(label: str, kind: PeriodKind | None) -> Period:
    """The period of a label; the first day of a month, as workbooks keep months, is that month.

    Raises:
        UnknownPeriodError: it is none.
    """
    first = _FIRST_OF_MONTH.fullmatch(label)
    if first and kind in {None, PeriodKind.MONTH}:
        return Period.parse(f"{first[1]}-{first[2]}", PeriodKind.MONTH)
    return Period.parse(label, kind)


_SORT_KEY: Final = re.compile(r"\d{8}", re.ASCII)


def canonical_period(label: str, kind: PeriodKind | None) -> str | None:
    """What two labels of one period have in common; None where the label is of none.

    A sort key says a period to its indicator only: it stands for itself.
    """
    try:
        return read_period(label, kind).label
    except UnknownPeriodError:
        return label if _SORT_KEY.fullmatch(label) else None

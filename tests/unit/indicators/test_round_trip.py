"""import(export(x)) = x: what an export writes of an observation, the mapping ``native`` reads as that observation."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chassis.tabular.sorting import SortedRows
from chassis.web.render.csv_text import csv_head, csv_lines
from chassis.web.render.ods import write_ods
from chassis.web.render.xlsx import write_xlsx
from contracts.breakdown import Breakdown
from contracts.colours import Polarity
from contracts.indicators import Mark, Missing, ObservationStatus
from contracts.notes import SourcedFigure, SourceNote
from contracts.period import Period, PeriodKind
from services.indicators.domain.areas import Area
from services.indicators.domain.definitions import Indicator, Unit
from services.indicators.domain.exports import ExportedRevision
from services.indicators.domain.importing.order import ImportOrder
from services.indicators.domain.importing.shipped import NATIVE
from services.indicators.domain.numbers import plain
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.domain.provenance import PRINTED, Provenance
from services.indicators.schemas.exports import COLUMNS, row_of, table_of
from services.indicators.service.staging import drafts_of
from services.indicators.service.survey import Counter, survey_file

NOW = datetime(2018, 2, 28, tzinfo=UTC)
PERIODS = {
    PeriodKind.MONTH: ("2017-12", "1999-01"),
    PeriodKind.QUARTER: ("2017/18 Q3", "2017/18 Q4"),
    PeriodKind.FINANCIAL_YEAR: ("2017/18", "1999/00", "2011/12"),
    PeriodKind.CALENDAR_YEAR: ("2017",),
    PeriodKind.CALENDAR_QUARTER: ("2018 Q1",),
    PeriodKind.ACADEMIC_YEAR: ("2017/18 academic",),
    PeriodKind.POOLED_YEARS: ("2015 - 17", "1999 - 01"),
    PeriodKind.POOLED_FINANCIAL_YEARS: ("2013/14 - 2015/16",),
    PeriodKind.CUMULATIVE_QUARTERS: ("2021/22 Q1", "2021/22 Q1 - 2021/22 Q3", "2013/14 Q1 - 2017/18 Q2"),
    PeriodKind.ROLLING_YEAR: ("Apr 2017 - Mar 2018",),
}


def numbers(low: int, places: int = 8) -> st.SearchStrategy[Decimal]:
    return st.decimals(low, 10**9, places=places, allow_nan=False).map(plain)


def texts(longest: int = 40) -> st.SearchStrategy[str]:
    """Any text that a caller may send: no NUL, and no half of a pair."""
    letters = st.characters(codec="utf-8", exclude_characters="\x00")
    awkward = st.sampled_from(["=1+1", " =x", "'=x", "''@", "-", "-5", "NA", "[c]", 'a "b", c', "a\r\nb", ";\t|", " "])
    return st.text(letters, min_size=1, max_size=longest) | awkward


BREAKDOWNS = st.dictionaries(
    st.sampled_from(["sex", "age", "deprivation-decile"]),
    st.from_regex(r"[A-Za-z0-9+\-.,/()]{1,8}( [A-Za-z0-9+\-.,/()]{1,8})?", fullmatch=True),
    max_size=3,
).map(Breakdown)
NOTES = st.builds(
    SourceNote,
    texts(),
    st.lists(st.builds(SourcedFigure, texts(), texts()), min_size=1, max_size=2).map(tuple),
    texts(),
    texts(),
)
PROVENANCES = st.builds(
    Provenance, st.lists(texts(10), max_size=2).map(tuple), st.lists(NOTES, max_size=1).map(tuple)
).map(lambda found: found if found.inferred or found.notes else PRINTED)


@st.composite
def observations(draw: st.DrawFn, text: st.SearchStrategy[str], places: int) -> Observation:
    kind = draw(st.sampled_from(list(PERIODS)))
    missing = draw(st.none() | st.sampled_from(list(Missing)))
    number, optional = numbers(0, places), st.none() | text
    counted: dict[str, Any] = {"denominator": draw(st.none() | number.filter(bool))}
    if missing is None:
        counted |= {name: draw(st.none() | number) for name in ("count", "lower", "upper")}
    return Observation(
        period=Period.parse(draw(st.sampled_from(PERIODS[kind])), kind),
        value=None if missing else draw(numbers(-(10**9), places)),
        missing=missing,
        status=draw(st.sampled_from([ObservationStatus.FINAL, ObservationStatus.PROVISIONAL])),
        marks=tuple(sorted(draw(st.sets(st.sampled_from(list(Mark)))))),
        note=draw(optional),
        basis=draw(optional),
        reason=draw(optional),
        provenance=draw(PROVENANCES) if places == 8 else PRINTED,
        **counted,
    )


def exported(number: int, breakdown: Breakdown, observed: Observation) -> ExportedRevision:
    key = SeriesKey(f"n-{number}", "E06000026", breakdown)
    indicator = Indicator(key.indicator, "Näme, of it", Unit.SCORE, 1, Polarity.NEUTRAL, observed.period.kind)
    revision = Revision(key, observed, 1, "tester", NOW)
    return ExportedRevision(revision, indicator, Area(key.area, 'Plymouth "the" city', "area"))


def read_back(file: io.BytesIO, kinds: dict[str, PeriodKind]) -> list[tuple[SeriesKey, Observation]]:
    file.seek(0)
    with SortedRows() as rows:
        survey = survey_file(file, NATIVE, ImportOrder("x", "native"), rows, Counter(), {})
        assert not survey.faults.shown
        drafts = [draft for batch in rows.batches(100) for row in batch.rows for draft in drafts_of(row)]
    return sorted((draft.key, draft.read(kinds[draft.key.indicator])) for draft in drafts)


def sent(found: Iterable[ExportedRevision]) -> list[tuple[SeriesKey, Observation]]:
    return sorted((each.revision.series, each.revision.observation) for each in found)


def kinds_of(found: Iterable[ExportedRevision]) -> dict[str, PeriodKind]:
    return {each.indicator.code: each.indicator.frequency for each in found}


def files(text: st.SearchStrategy[str], places: int) -> st.SearchStrategy[list[ExportedRevision]]:
    """Observations of as many indicators: a file of one row cannot hide where another begins."""
    pairs = st.lists(st.tuples(BREAKDOWNS, observations(text, places)), min_size=1, max_size=3)
    return pairs.map(lambda each: [exported(n, *pair) for n, pair in enumerate(each)])


BLANK = Observation(
    Period.parse("2017-12"), None, ObservationStatus.FINAL, missing=Missing.SUPPRESSED, reason=" ", note="\t"
)


@settings(max_examples=60)
@given(files(texts(), 8))
@example([exported(0, Breakdown.TOTAL, BLANK)])
def test_a_csv_comes_in_as_it_went_out(found: Sequence[ExportedRevision]) -> None:
    file = io.BytesIO(csv_head(COLUMNS) + csv_lines(row_of(each) for each in found))
    assert read_back(file, kinds_of(found)) == sent(found)


@settings(max_examples=8)
@given(files(st.text("aä =+-@'\"|;", min_size=1).filter(lambda text: text == text.strip()), 4))
def test_a_workbook_comes_in_as_it_went_out(found: Sequence[ExportedRevision]) -> None:
    """A number of a workbook is a double: up to fifteen digits are exact."""
    for write in (write_xlsx, write_ods):
        file = io.BytesIO()
        write(table_of(found, NOW), file)
        assert read_back(file, kinds_of(found)) == sent(found)

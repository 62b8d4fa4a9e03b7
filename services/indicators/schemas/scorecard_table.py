"""A scorecard as the table of a file: the columns of the printed scorecard, colours in words."""

from collections.abc import Iterator
from datetime import datetime

from chassis.web.render.table import Cell, Column, Note, Row, Table, as_text, known_at
from services.indicators.domain.comparisons import Comparison, Rank
from services.indicators.domain.observations import Observation
from services.indicators.domain.scorecards import ScorecardRow, ScorecardState, Section
from services.indicators.domain.series import Point

COLUMNS = (
    Column("strategy", "Strategy", "Section of the scorecard"),
    Column("aim", "Aim", "Aim that the indicator serves"),
    Column("indicator", "Indicator", "Name of the indicator"),
    Column("code", "Code", "Code of the indicator"),
    Column("breakdown", "Breakdown", "For whom; empty is the total"),
    Column("measure", "Measure", "What values are counted in"),
    Column("polarity", "Polarity", "Whether high values are good or bad"),
    Column("framework", "Framework", "The first outcomes framework that it belongs to"),
    Column("period", "Most recent period", "Period of the last value"),
    Column("last_value", "Last value", "Value of the most recent period, or the symbol in its place", is_number=True),
    Column("status", "Status", "Whether the last value is provisional or final"),
    Column("benchmark", "Benchmark", "Colour against the comparator, in words"),
    Column("benchmark_reason", "Why this benchmark", "How the colour came about"),
    Column("comparator_value", "Comparator", "Value of the comparator in the most recent period", is_number=True),
    Column("rank", "Rank", "Place among the areas of the group, 1 the best; equals share a place", is_number=True),
    Column("ranked", "Areas ranked", "How many areas of the group have a value, with this one", is_number=True),
    Column("quartile", "Quartile", "Which quarter of the group it is in, 1 the best", is_number=True),
    Column("first_period", "First period of graph", "Period of the first value of the graph"),
    Column("first_value", "First value of graph", "Value of the first of the periods shown", is_number=True),
    Column("graph", "Graph", "The periods shown with their values, oldest first"),
    Column("trend", "Trend", "Colour against its own past, in words"),
    Column("trend_reason", "Why this trend", "How the colour came about"),
    Column("target", "Target", "Colour against the target, in words"),
    Column("target_reason", "Why this target colour", "How the colour came about"),
    Column("comment", "Comment", "What is published on the period, remarks, and what sources contradict"),
)
_COLOURS = ("benchmark", "trend", "target")


def scorecard_table(state: ScorecardState, made_at: datetime) -> Table:
    """The rows in their printed order."""
    shown = f" at the end of {state.period}" if state.period else ""
    known = known_at(state.as_of)
    return Table(
        name=state.head.code,
        title=f"{state.head.name}: {state.area.name}{shown}{known}",
        about=f"Indicators under their strategies and aims, compared with {_compared_with(state.comparison)}.",
        columns=COLUMNS,
        rows=[row for section in state.sections for row in _rows(section)],
        made_at=made_at,
        notes=(
            Note(
                "Colours are written out: green is good, amber in between, red bad; dark means three changes in a row.",
                _COLOURS,
            ),
            Note("A colour that was made with a provisional value says so.", _COLOURS),
        ),
    )


def _compared_with(comparison: Comparison) -> str:
    if comparison.group:
        return f"the mean of the others of {comparison.name} ({len(comparison.group)} areas)"
    return f"{comparison.name} ({comparison.code})"


def _rows(section: Section[ScorecardRow]) -> Iterator[Row]:
    for aim in section.aims:
        for row in aim.rows:
            yield (section.name, aim.name, *_definition(row), *_figures(row), _comment(row))


def _definition(row: ScorecardRow) -> Row:
    indicator = row.indicator
    return (
        indicator.name,
        indicator.code,
        row.breakdown.text or None,
        indicator.unit.replace("_", " "),
        indicator.polarity.replace("_", " "),
        indicator.framework,
    )


def _figures(row: ScorecardRow) -> Row:
    state, points = row.state, row.state.points
    target = state.target
    return (
        *_last(points[-1] if points else None),
        _colour(state.benchmark.colour, provisional=state.benchmark.provisional),
        state.benchmark.reason,
        row.compared,
        *_rank(row.rank),
        *_first(points[0] if points else None),
        "; ".join(f"{each.revision.period} {as_text(_value(each.revision.observation))}" for each in points) or None,
        _colour(state.trend.colour, provisional=state.trend.provisional),
        state.trend.reason,
        _colour(target.colour, provisional=target.provisional) if target else None,
        target.reason if target else None,
    )


def _last(point: Point | None) -> Row:
    if point is None:
        return (None, None, None)
    seen = point.revision.observation
    return (seen.period.label, _value(seen), seen.status.value)


def _first(point: Point | None) -> Row:
    return (None, None) if point is None else (point.revision.period.label, _value(point.revision.observation))


def _rank(found: Rank | None) -> Row:
    return (None, None, None) if found is None else (found.rank, found.of, found.quartile)


def _value(seen: Observation) -> Cell:
    return seen.missing.value if seen.missing else seen.value


def _colour(colour: str, *, provisional: bool) -> str:
    return colour.replace("_", " ") + (" (provisional)" if provisional else "")


def _comment(row: ScorecardRow) -> str | None:
    latest = row.state.latest
    notes = [str(each) for each in row.line.provenance.notes]
    if latest is not None and latest.observation.note:
        notes.insert(0, latest.observation.note)
    if row.commentary is not None and row.commentary.commentary.text:
        notes.insert(0, row.commentary.commentary.text)
    return "; ".join(notes) or None

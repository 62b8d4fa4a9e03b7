"""Process control as tables of files: a chart by period, and the matrix of an area by indicator."""

from datetime import datetime
from fractions import Fraction

from chassis.web.render.table import Cell, Column, Note, Row, Table, known_at
from services.indicators.domain.control.judgement import assurance_icon, variation_icon
from services.indicators.domain.control.limits import ControlLimits
from services.indicators.domain.control.process import (
    AreaProcessControl,
    ControlPoint,
    ProcessControl,
    SeriesProcessControl,
)
from services.indicators.domain.control.settings import ChartSettings
from services.indicators.domain.numbers import in_eight_places
from services.indicators.schemas.control_words import ASSURANCES, TYPES, VARIATIONS, about, rule_words

_LIMITS = (
    Column("mean", "Mean", "Mean of the values that make the limits", is_number=True),
    Column("lower", "Lower limit", "Lower control limit", is_number=True),
    Column("upper", "Upper limit", "Upper control limit", is_number=True),
)
CHART = (
    Column("period", "Period", "Period of the value"),
    Column("value", "Value", "Value, or the symbol in its place", is_number=True),
    Column("status", "Status", "Whether the value is provisional or final"),
    Column("segment", "Segment", "Number of the segment with limits of its own", is_number=True),
    *_LIMITS,
    Column("type", "Kind of point", "Common cause, or the sense in which it is a special cause"),
    Column("rules", "Rules that fired", "What makes it a special cause, in words"),
    Column("annotation", "Annotation", "What somebody put on the chart"),
)
MATRIX = (
    Column("indicator", "Indicator", "Name of the indicator"),
    Column("code", "Code", "Code of the indicator"),
    Column("breakdown", "Breakdown", "For whom; empty is the total"),
    Column("unit", "Measure", "What values are counted in"),
    Column("polarity", "Polarity", "Whether high values are good or bad"),
    Column("period", "Latest period", "Period of the latest value"),
    Column("value", "Latest value", "Value of the latest period that has one", is_number=True),
    *_LIMITS,
    Column("variation", "Variation", "What the latest value says of the process, in words"),
    Column("variation_icon", "Variation icon", "Name of the icon in the variant's set"),
    Column("rules", "Rules that fired", "What makes the latest value a special cause, in words"),
    Column("assurance", "Assurance", "Whether the target is met however the process varies, in words"),
    Column("assurance_icon", "Assurance icon", "Name of the icon in the variant's set"),
    Column("target", "Target", "What the target in force expects in the latest period", is_number=True),
    Column("proposals", "To be decided", "Periods at which a recalculation is proposed"),
    Column("warnings", "Warnings", "What is to be known before the chart is relied on"),
    Column("benchmark_colour", "Benchmark colour", "The council's colour against the comparator"),
    Column("trend_colour", "Trend colour", "The council's colour against the indicator's own past"),
    Column("target_colour", "Target colour", "The council's colour against the target"),
)
_NOTES = (
    Note(
        "Limits are the mean less and plus 2.66 mean moving ranges; they are not cut at 0 or 100.", ("lower", "upper")
    ),
    Note("The council's colours follow rules of their own and not from this table."),
)


def chart_table(state: SeriesProcessControl, made_at: datetime) -> Table:
    control = state.control
    named = " ".join(filter(None, (control.indicator.name, control.key.breakdown.text)))
    return Table(
        name=f"{control.key.indicator}-process-control",
        title=f"{named}: process control, {state.area.name}{known_at(state.as_of)}",
        about=about(control.settings),
        columns=CHART,
        rows=[_point(point, control) for point in control.points],
        made_at=made_at,
        notes=(*_NOTES, *map(Note, control.warnings)),
    )


def matrix_table(state: AreaProcessControl, made_at: datetime) -> Table:
    return Table(
        name="process-control",
        title=f"Process control of all indicators: {state.area.name}{known_at(state.as_of)}",
        about=about(state.settings),
        columns=MATRIX,
        rows=[_indicator(control) for control in state.rows],
        made_at=made_at,
        notes=_NOTES,
    )


def _point(point: ControlPoint, control: ProcessControl) -> Row:
    seen = point.revision.observation
    return (
        seen.period.label,
        seen.missing.value if seen.missing else seen.value,
        seen.status.value,
        point.segment,
        *_limits(control.segments[point.segment - 1].limits),
        None if seen.value is None else TYPES[point.type],
        _rules(point, control.settings),
        point.annotation,
    )


def _limits(limits: ControlLimits | None) -> Row:
    return tuple(_number(getattr(limits, name, None)) for name in ("mean", "lower", "upper"))


def _number(number: Fraction | None) -> Cell:
    return None if number is None else in_eight_places(number)


def _rules(point: ControlPoint, settings: ChartSettings) -> str | None:
    return "; ".join(rule_words(rule, settings) for rule in point.fired) or None


def _indicator(control: ProcessControl) -> Row:
    indicator, latest, colours = control.indicator, control.latest, control.colours
    return (
        indicator.name,
        indicator.code,
        control.key.breakdown.text or None,
        indicator.unit.replace("_", " "),
        indicator.polarity.replace("_", " "),
        latest.revision.period.label if latest else None,
        latest.revision.observation.value if latest else None,
        *_limits(control.segments[-1].limits if control.segments else None),
        *_comes_to(control),
        colours.benchmark.colour.replace("_", " "),
        colours.trend.colour.replace("_", " "),
        colours.target.colour.replace("_", " ") if colours.target else None,
    )


def _comes_to(control: ProcessControl) -> Row:
    latest, variant = control.latest, control.settings.variant
    return (
        VARIATIONS[control.variation],
        variation_icon(control.variation, variant),
        _rules(latest, control.settings) if latest else None,
        ASSURANCES[control.assurance],
        assurance_icon(control.assurance, variant),
        control.target,
        "; ".join(each.period.label for each in control.proposals) or None,
        "; ".join(control.warnings) or None,
    )

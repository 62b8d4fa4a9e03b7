"""Observations as the table of a file: the columns that the mapping ``native`` reads."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from chassis.web.render.table import Column, Note, Row, Table
from services.indicators.domain.exports import ExportedRevision

COLUMNS = (
    Column("indicator", "Indicator code", "Code of the indicator"),
    Column("indicator_name", "Name of indicator", "Name of the indicator, as it is now"),
    Column("unit", "Unit", "What values are counted in"),
    Column("polarity", "Polarity", "Whether high values are good or bad"),
    Column("area", "Area code", "ONS or organisation code"),
    Column("area_name", "Name of area", "Name of the area, as it is now"),
    Column("area_type", "Kind of area", "Such as unitary authority"),
    Column("breakdown", "Breakdown", "dimension=value pairs, joined with semicolons; empty is the total"),
    Column("period_kind", "Kind of period", "Such as month or financial_year"),
    Column("period", "Period", "Label of the period"),
    Column("value", "Value", "The figure; in a spreadsheet the symbol where there is none", is_number=True),
    Column("missing", "Missing", "Symbol that says why there is no value"),
    Column("marks", "Marks", "Symbols that say what is to be known of the value"),
    Column("count", "Count", "Numerator, where it is known", is_number=True),
    Column("denominator", "Denominator", "What the count is out of, where it is known", is_number=True),
    Column("lower", "Lower limit", "Lower 95% confidence limit, where one was sent", is_number=True),
    Column("upper", "Upper limit", "Upper 95% confidence limit, where one was sent", is_number=True),
    Column("status", "Status", "provisional, final or withdrawn"),
    Column("note", "Note", "Remark for readers"),
    Column("basis", "Basis", "How the figure is known"),
    Column("reason", "Reason", "Why a final figure was changed or withdrawn"),
    Column("inferred", "Inferred", "Names of fields that no source prints, joined with bars, or a JSON list"),
    Column("notes", "Contradictions", "What sources contradict, as JSON"),
    Column("revision", "Revision", "Number of this state of the observation", is_number=True),
    Column("recorded_at", "Recorded at", "When it was recorded (UTC)"),
    Column("actor", "Recorded by", "Who recorded it"),
    Column("calculation", "Calculation", "How values follow from count and denominator, as it is now"),
)
KEY = ("indicator", "area", "breakdown", "period", "revision")
NAME = "observations"

_NOTES = (
    Note("Values are as they were recorded, with all their digits.", ("value",)),
    Note(
        "A provisional value may still change; a withdrawn one has no figure and is listed with history only.",
        ("status",),
    ),
)


def row_of(exported: ExportedRevision) -> Row:
    """The cells of an observation, in the order of :data:`COLUMNS`."""
    revision, indicator, area = exported.revision, exported.indicator, exported.area
    seen = revision.observation
    return (
        indicator.code,
        indicator.name,
        indicator.unit.value,
        indicator.polarity.value,
        area.code,
        area.name,
        area.type,
        revision.series.breakdown.text or None,
        seen.period.kind.value,
        seen.period.label,
        seen.value,
        seen.missing.value if seen.missing else None,
        "".join(mark.value for mark in seen.marks) or None,
        seen.count,
        seen.denominator,
        seen.lower,
        seen.upper,
        seen.status.value,
        seen.note,
        seen.basis,
        seen.reason,
        _joined(seen.provenance.inferred) or None,
        json.dumps([asdict(note) for note in seen.provenance.notes], ensure_ascii=False)
        if seen.provenance.notes
        else None,
        revision.number,
        revision.recorded_at,
        revision.actor,
        indicator.calculation.value,
    )


def _joined(words: Sequence[str]) -> str:
    """Words with bars between them; as JSON where one of them would not come back."""
    joined = "|".join(words)
    is_plain = joined == joined.strip() and not joined.startswith("[") and joined.split("|") == list(words)
    return joined if is_plain or not words else json.dumps(words, ensure_ascii=False)


def table_of(exported: Iterable[ExportedRevision], made_at: datetime) -> Table:
    """The table of a spreadsheet: where a value is missing its symbol stands in the column of values, too.

    Accessible spreadsheets have no empty columns: those in which nothing would stand are left out.
    """
    rows = [_with_symbol(row_of(each)) for each in exported]
    told = [n for n in range(len(COLUMNS)) if any(row[n] is not None for row in rows)]
    return Table(
        name=NAME,
        title="Observations of indicators",
        about="What was observed of each indicator, by area, breakdown and period. Columns without anything in them "
        "are left out.",
        columns=[COLUMNS[n] for n in told],
        rows=[tuple(row[n] for n in told) for row in rows],
        made_at=made_at,
        notes=_NOTES,
    )


_VALUE = next(n for n, column in enumerate(COLUMNS) if column.name == "value")
_MISSING = next(n for n, column in enumerate(COLUMNS) if column.name == "missing")


def _with_symbol(row: Row) -> Row:
    return row if row[_MISSING] is None else (*row[:_VALUE], row[_MISSING], *row[_VALUE + 1 :])

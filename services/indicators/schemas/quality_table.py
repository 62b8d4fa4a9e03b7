"""What is to be looked at of figures, as the table of a file."""

from collections.abc import Sequence
from datetime import datetime

from chassis.web.render.table import Column, Note, Row, Table
from services.indicators.domain.quality import IndicatorQuality, QualityFinding

COLUMNS = (
    Column("indicator", "Indicator", "Name of the indicator"),
    Column("code", "Code", "Code of the indicator"),
    Column("owner", "Owner", "Person or role who answers for it"),
    Column("kind", "Finding", "What is to be looked at; one row each"),
    Column("area", "Area code", "Area that it is found in; empty where it is of the whole indicator"),
    Column("breakdown", "Breakdown", "For whom; empty is the total"),
    Column("period", "Period", "Period that it is found in"),
    Column("reason", "Why", "How it came about, in words"),
)
_NOTES = (
    Note("Findings are made with what is published: a small number is no outlier and contradicts nothing.", ("kind",)),
)


def quality_table(found: Sequence[IndicatorQuality], made_at: datetime) -> Table:
    """A row for each finding."""
    return Table(
        name="data-quality",
        title="Data quality: what is to be looked at of figures",
        about="By indicator: who answers for it, and values that are late, outliers, contradictory or small.",
        columns=COLUMNS,
        rows=[_cells(each, finding) for each in found for finding in each.findings],
        made_at=made_at,
        notes=_NOTES,
    )


def _cells(found: IndicatorQuality, finding: QualityFinding) -> Row:
    key = finding.series
    return (
        found.indicator.name,
        found.indicator.code,
        found.indicator.owner,
        finding.kind.replace("_", " "),
        key.area if key else None,
        (key.breakdown.text or None) if key else None,
        finding.period.label if finding.period else None,
        finding.reason,
    )

"""Back-tests, and what they suggest, as tables of files: a row a link, or a series."""

from datetime import datetime

from chassis.web.render.table import Cell, Column, Note, Table
from services.risks.domain.back_test import BackTest, LinkBackTest, Suggestion, Suggestions, Told, Verdict
from services.risks.domain.links import SeriesKey
from services.risks.domain.severity import Signal
from services.risks.schemas.back_test import ABOUT, about_suggestions

SERIES = (
    Column("indicator", "Indicator", "Code of the indicator"),
    Column("area", "Area", "Code of its area"),
    Column("breakdown", "Breakdown", "Part of the series; empty is the total"),
)
GROUP = Column("group", "Group", "Causal group that the link is counted in")
SIGNAL = Column("signal", "Signal", "Which colour is read")
COUNTS = (
    Column("first_period", "First period", "First period with a severity"),
    Column("last_period", "Last period", "Last period with a severity"),
    Column("periods", "Periods", "How many periods have a severity", is_number=True),
    Column(
        "flips",
        "Flips",
        "How often a period, from the third on, had another severity than the one before",
        is_number=True,
    ),
    Column("confirmed_flips", "Confirmed flips", "The same of what was confirmed", is_number=True),
    Column("before", "Before", "Re-assessments before which it moved the same way", is_number=True),
    Column("after", "After", "Re-assessments after which it moved the same way", is_number=True),
    Column("wrongly", "Wrongly", "Re-assessments before which it moved the other way", is_number=True),
    Column("silent", "Silent", "Re-assessments about which it did nothing", is_number=True),
    Column("not_kept", "Not kept", "Re-assessments of which its periods are not on record", is_number=True),
    Column("no_severity", "No severity", "Re-assessments of a series whose periods have no severity", is_number=True),
)
COLUMNS = (*SERIES, GROUP, SIGNAL, *COUNTS)
SUGGESTED = (*SERIES, SIGNAL, *COUNTS)


def back_test_table(found: BackTest, made_at: datetime) -> Table:
    return Table(
        name="back-test",
        title=f"Back-test of the links of {found.risk.ref}",
        about=f"Whether indicators told of what the owner judged, up to {found.today.isoformat()}.",
        columns=COLUMNS,
        rows=[_row(each) for each in found.links],
        made_at=made_at,
        notes=(Note(ABOUT, ("first_period", "last_period")),),
    )


def suggestions_table(found: Suggestions, made_at: datetime) -> Table:
    return Table(
        name="suggested-links",
        title=f"Indicators that would have told of {found.risk.ref}",
        about=f"Series that moved before the owner judged likewise, up to {found.today.isoformat()}.",
        columns=SUGGESTED,
        rows=[_suggested(each, found.signal) for each in found.found],
        made_at=made_at,
        notes=(Note(about_suggestions(found)),),
    )


def _row(found: LinkBackTest) -> tuple[Cell, ...]:
    link = found.link
    return (*_series(link.series), link.group, link.signal.value, *count_cells(found.told))


def _suggested(found: Suggestion, signal: Signal) -> tuple[Cell, ...]:
    return (*_series(found.series), signal.value, *count_cells(found.told))


def _series(series: SeriesKey) -> tuple[Cell, ...]:
    return (series.indicator, series.area, series.breakdown.text or None)


def count_cells(told: Told) -> tuple[Cell, ...]:
    """The cells of :data:`COUNTS`."""
    periods = [each.period.label for each in told.readings]
    ends = (periods[0], periods[-1]) if periods else (None, None)
    counts = (told.count(verdict) for verdict in Verdict)
    return (*ends, len(periods), told.flips, told.confirmed_flips, *counts)

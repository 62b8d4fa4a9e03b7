"""A back-test as the table of a file: a row a link."""

from datetime import datetime

from chassis.web.render.table import Cell, Column, Note, Table
from services.risks.domain.back_test import BackTest, LinkBackTest, Verdict
from services.risks.schemas.back_test import ABOUT

_COUNTED = (
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
    Column("not_kept", "Not kept", "Re-assessments of which its periods are not kept any more", is_number=True),
    Column("no_severity", "No severity", "Re-assessments of a link whose periods have no severity", is_number=True),
)
COLUMNS = (
    Column("indicator", "Indicator", "Code of the linked indicator"),
    Column("area", "Area", "Code of its area"),
    Column("breakdown", "Breakdown", "Part of the series; empty is the total"),
    Column("group", "Group", "Causal group that the link is counted in"),
    Column("signal", "Signal", "Which colour the link reads"),
    Column("first_period", "First period", "First period with a severity"),
    Column("last_period", "Last period", "Last period with a severity"),
    *_COUNTED,
)


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


def _row(found: LinkBackTest) -> tuple[Cell, ...]:
    series, periods = found.link.series, [each.period.label for each in found.readings]
    named = (series.indicator, series.area, series.breakdown.text or None, found.link.group, found.link.signal.value)
    ends = (periods[0], periods[-1]) if periods else (None, None)
    counts = (found.count(verdict) for verdict in Verdict)
    return (*named, *ends, len(periods), found.flips, found.confirmed_flips, *counts)

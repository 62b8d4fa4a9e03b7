"""Links under audit as the table of a file: a row a link."""

from collections.abc import Sequence
from datetime import datetime

from chassis.web.render.table import Cell, Column, Note, Table
from services.risks.domain.link_audit import AuditedLink, StandingLink
from services.risks.schemas.back_test import ABOUT
from services.risks.schemas.back_test_table import COUNTS, GROUP, SERIES, SIGNAL, count_cells

COLUMNS = (
    Column("risk", "Risk", "Reference of the risk"),
    Column("title", "Title", "The risk in one sentence"),
    Column("owner", "Owner", "Who answers for it"),
    *SERIES,
    Column("fund", "Fund", "Code of the fund, of a link to one"),
    Column("line", "Line", "Code of its budget line; empty is the whole fund"),
    GROUP,
    SIGNAL,
    Column("severity_at", "Severity then", "0 green, 1 amber, 2 red when it was snapshotted; empty is unknown"),
    Column("severity_now", "Severity now", "The same now"),
    Column("latest_period", "Latest period", "Period of the latest value"),
    Column("findings", "Findings", "What is to be known of it as it stands"),
    Column("linked_at", "Linked at", "When it was made (UTC); empty where that is no longer on record"),
    Column("linked_by", "Linked by", "Who made it"),
    Column("reason", "Why", "In their words"),
    *COUNTS,
)


def link_audit_table(found: Sequence[AuditedLink], made_at: datetime) -> Table:
    return Table(
        name="link-audit",
        title="Links of risks under audit",
        about="Who made each link of a risk that is not closed, whether it works, and what it told.",
        columns=COLUMNS,
        rows=[_row(each) for each in found],
        made_at=made_at,
        notes=(Note(ABOUT, ("first_period", "last_period")),),
    )


def _row(found: AuditedLink) -> tuple[Cell, ...]:
    origin = found.origin
    made = (origin.at, origin.by, origin.reason) if origin else (None, None, None)
    told = count_cells(found.told) if found.told else (None,) * len(COUNTS)
    return (*_standing(found.standing), *made, *told)


def _standing(found: StandingLink) -> tuple[Cell, ...]:
    risk, link, series = found.risk, found.link, found.link.series
    of_indicator = (series.indicator, series.area, series.breakdown.text or None, None, None)
    place = (None, None, None, series.fund, series.line) if series.is_fund else of_indicator
    stands = (link.group, link.signal.value, link.at, link.now, link.latest.label if link.latest else None)
    return (risk.ref, risk.title, risk.owner, *place, *stands, ", ".join(found.findings) or None)

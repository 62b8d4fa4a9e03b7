"""Where the source papers contradict themselves.

``reference/contradictions.csv`` is the one list: the notes on resources, the load report and the documents all say what
it says. What comparing the files shows is compared with it, so that neither can change without the other. Every figure
stays; nothing is mended.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from contracts.notes import SourcedFigure, SourceNote
from services.finance.domain.range_models import Bound, Compared, RangeCell, RangeModel, printed_differences
from suite.load.charts import chart_observations
from suite.load.dataset import TOTAL, Reference
from suite.load.row_types import ContradictionRow, ObservationRow

_PARTS = ("net_budget_2017_18", "cost_increases", "savings", "other_savings")
_TOTALS = {"savings": "savings-total", "net_budget_2018_19": "net-budget-total"}
_OBSERVED = {("dtoc-adult-social-care", "E06000026", "2017/18 Q3"): "dtoc-social-care-q3"}
_SCORECARD = "integrated-2017-18"
LOCAL = "LOCAL"
"""The framework of what the papers print under none: an inference of ours, for whatever is in it."""
RANGES: Final = "ranges-2014"
THOUSAND: Final = Decimal(1000)
_PRINTED_FRAMEWORKS = {"CCGOF", "NHSOF"}


class Contradiction(BaseModel):
    """A note with its code and the resources it belongs to, ``<kind>/<code>``."""

    model_config = ConfigDict(frozen=True)

    code: str
    note: SourceNote
    resources: tuple[str, ...]

    def __str__(self) -> str:
        return str(self.note)


def contradictions(reference: Reference) -> list[Contradiction]:
    """All of them, in the order of the list."""
    return [Contradiction(code=row.code, note=_note(row), resources=row.resources) for row in reference.contradictions]


def notes_on(reference: Reference, resource: str) -> list[dict[str, Any]]:
    """The notes of a resource, ``<kind>/<code>``, as bodies carry them."""
    mine = (row for row in reference.contradictions if resource in row.resources)
    return [_body(_note(row)) for row in mine]


def _note(row: ContradictionRow) -> SourceNote:
    pairs = ((row.figure_1, row.source_1), (row.figure_2, row.source_2), (row.figure_3, row.source_3))
    figures = tuple(SourcedFigure(figure, source) for figure, source in pairs if figure and source)
    return SourceNote(row.topic, figures, row.used, row.why)


def _body(note: SourceNote) -> dict[str, Any]:
    figures = [{"figure": one.figure, "source": one.source} for one in note.figures]
    return {"topic": note.topic, "figures": figures, "used": note.used, "why": note.why}


# ---- what comparing the files shows


def disagreements(reference: Reference) -> Iterator[str]:
    """Where the list and the files do not say the same."""
    shown = dict(shown_by_data(reference))
    listed = {row.code: row for row in reference.contradictions if row.shown_by == "data"}
    for code in sorted(shown.keys() ^ listed.keys()):
        where = "the files show it and the list does not tell it" if code in shown else "the files do not show it"
        yield f"contradictions.csv: {code!r}: {where}"
    for code in sorted(shown.keys() & listed.keys()):
        told = {listed[code].figure_1, listed[code].figure_2, listed[code].figure_3, listed[code].used}
        for figure in sorted(shown[code] - told):
            yield f"contradictions.csv: {code!r}: the files show {figure}, which the list does not tell"


def shown_by_data(reference: Reference) -> Iterator[tuple[str, set[str]]]:
    """Each contradiction that comparing the files shows: its code and the figures that differ."""
    yield from _observations(reference)
    yield from _budget(reference)
    yield from _ranges(reference)
    yield from _savings_plan(reference)
    yield from _counted(reference)
    for row in (row for row in reference.targets if row.lacks_figures):
        yield f"target-{row.indicator}", set()


def _observations(reference: Reference) -> Iterator[tuple[str, set[str]]]:
    """Two values for one period; the later row of the file is the later revision."""
    stated: dict[tuple[str, str, str], list[ObservationRow]] = defaultdict(list)
    for row in reference.all_observations:
        stated[row.indicator, row.area, row.period.label].append(row)
    for series, rows in stated.items():
        if len(rows) > 1:
            yield _OBSERVED.get(series, "/".join(series)), {str(row.value) for row in rows}


def _budget(reference: Reference) -> Iterator[tuple[str, set[str]]]:
    """Rows that do not add up to their net, and lines that do not add up to the printed total."""
    lines, printed = reference.budget_lines, reference.budget_total
    for line in lines:
        computed = sum((getattr(line, part) for part in _PARTS), Decimal(0))
        if computed != line.net_budget_2018_19:
            yield f"{line.code}-net", {f"{line.net_budget_2018_19:,}", f"{computed:,}"}
    for column in (*_PARTS, "net_budget_2018_19"):
        computed = sum((getattr(line, column) for line in lines), Decimal(0))
        total = getattr(printed, column)
        if computed != total:
            yield _TOTALS.get(column, f"{column}-total"), {f"{total:,}", f"{computed:,}"}


def _ranges(reference: Reference) -> Iterator[tuple[str, set[str]]]:
    """Printed savings that their rates or their parts do not give, and bases that their partners' do not add up to."""
    for one in printed_differences(range_model(reference)):
        figures = {_thousands(one.printed), _thousands(one.computed), _thousands(one.exact)}
        if one.year is None or one.bound is None:
            yield f"{one.strand}-base-total", figures
            continue
        is_sum, partner = one.compared is Compared.PARTS, (one.partner or TOTAL).lower()
        where = f"sum-{one.strand}" if is_sum else f"{one.strand}-{partner}"
        yield f"range-{where}-{one.year.label.replace('/', '-')}-{one.bound}", figures


def range_model(reference: Reference) -> RangeModel:
    """The printed table of 2014, in the state of the service that is to have it."""
    cells = (
        RangeCell(
            strand=row.strand,
            partner=None if row.partner == TOTAL else row.partner,
            year=row.year,
            bound=Bound(row.bound),
            base=row.base_gbp_thousand * THOUSAND,
            percent=row.rate_percent,
            printed=row.printed_saving_gbp_thousand * THOUSAND,
        )
        for row in reference.savings_ranges
    )
    return RangeModel(RANGES, "Savings ranges of 2014", "2014 business case, savings table", THOUSAND, tuple(cells))


def _thousands(pounds: Decimal) -> str:
    return f"{(pounds / THOUSAND).normalize():,f}"


def _savings_plan(reference: Reference) -> Iterator[tuple[str, set[str]]]:
    """The plan's total, which the text rounds; years that do not add up to it; a part beyond the ranges of its year."""
    whole, part = reference.savings_plan
    if whole.total is not None:
        yield "savings-plan-share", {f"{(whole.total / 1000).normalize():f} million pounds"}
        if whole.total != (added := sum(filter(None, (whole.y2014_15, whole.y2015_16, whole.y2016_17)), Decimal(0))):
            yield "savings-plan-total", {f"{whole.total:,}", f"{added:,}"}
    low, high = (_council_range(reference, bound) for bound in ("lower", "higher"))
    if not low <= part.y2014_15 <= high:
        yield "savings-plan-part", {f"{part.y2014_15:,}", f"{low:,} to {high:,}"}


def _council_range(reference: Reference, bound: str) -> Decimal:
    """What the council was to save in 2014/15 by the ranges, of both strands, in thousands of pounds."""
    cells = (row for row in reference.savings_ranges if (row.partner, row.bound) == ("PCC", bound))
    return sum((row.printed_saving_gbp_thousand for row in cells if row.year.label == "2014/15"), Decimal(0))


def _counted(reference: Reference) -> Iterator[tuple[str, set[str]]]:
    """What the papers leave out, counted where the files mark it."""
    if len(reference.present_pledges) != len(reference.assignments):
        yield "pledges-count", {f"{len(reference.present_pledges)} numbers", f"{len(reference.assignments)} rows"}
    lost = [row for row in reference.scorecard_lines if row.benchmark_printed == "lost"]
    if lost:
        yield "benchmark-colours-lost", {f"{len(lost)} rows with a colour"}
    inferred = {row.period.label for row in reference.observations if row.basis == "inferred"}
    if inferred:
        yield "first-values", {" and ".join(sorted(inferred))}
    if any(row.basis == "inferred" for row in chart_observations(reference.charts)):
        yield "chart-years", {"2010/11 to 2016/17 in one line"}
    if inferred_frameworks(reference):
        yield "frameworks-inferred", set()


def inferred_frameworks(reference: Reference) -> list[str]:
    """The rows of the scorecard of 2018 that are of a national framework which no paper prints."""
    on_card = {row.indicator for row in reference.scorecard_lines if row.scorecard == _SCORECARD}
    unprinted = {row.code for row in reference.frameworks} - _PRINTED_FRAMEWORKS - {LOCAL}
    return [row.code for row in reference.indicators if row.code in on_card and row.framework in unprinted]

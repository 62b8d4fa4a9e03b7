"""Where the source papers contradict themselves: found by comparing the data, never written down beforehand.

Both figures of each are kept. Nothing is mended.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from pydantic import BaseModel, ConfigDict

from suite.load.dataset import TOTAL, Reference
from suite.load.row_types import BudgetRow, ObservationRow, RangeRow

MILLION = "million pounds"
THOUSAND = "thousand pounds"
_PARTS = ("net_budget_2017_18", "cost_increases", "savings", "other_savings")
_COLUMNS = (*_PARTS, "net_budget_2018_19")


class Contradiction(BaseModel):
    """Two figures for one thing: ``one`` and ``other`` as text with who says so, the one in use and why."""

    model_config = ConfigDict(frozen=True)

    subject: str
    one: str
    one_says: str
    other: str
    other_says: str
    used: str
    why: str

    def __str__(self) -> str:
        both = f"{self.one} ({self.one_says}) against {self.other} ({self.other_says})"
        return f"{self.subject}: {both}; used: {self.used}, because {self.why}"


def contradictions(reference: Reference) -> list[Contradiction]:
    """All of them, in the order of domain section 7, then the rounding of the 2014 range table."""
    return [
        *_observations(reference),
        *_budget(reference),
        *_range_bases(reference),
        *_claims(reference),
        *_inferred(reference),
        *_range_figures(reference),
    ]


def _observations(reference: Reference) -> Iterator[Contradiction]:
    """Two values for one period; the later row of the file is the later revision."""
    stated: dict[tuple[str, str, str], list[ObservationRow]] = defaultdict(list)
    for row in reference.observations:
        stated[row.indicator, row.area, row.period.label].append(row)
    for (indicator, area, period), rows in stated.items():
        if len(rows) > 1:
            first, last = rows[0], rows[-1]
            yield Contradiction(
                subject=f"{indicator} in {area}, {period}",
                one=str(first.value),
                one_says=f"{first.basis}, kept as revision 1",
                other=str(last.value),
                other_says=f"{last.basis}, revision {len(rows)}",
                used=str(last.value),
                why=last.reason or "it is the later revision",
            )


def _sum(rows: list[BudgetRow], column: str) -> Decimal:
    return sum((getattr(row, column) for row in rows), Decimal(0))


def _budget(reference: Reference) -> Iterator[Contradiction]:
    lines, printed = reference.budget_lines, reference.budget_total
    for line in [*lines, printed]:
        computed = sum((getattr(line, part) for part in _PARTS), Decimal(0))
        if computed != line.net_budget_2018_19:
            what = "net budget 2018/19 across its row"
            yield _sums(f"{line.division}, {what}", line.net_budget_2018_19, computed, MILLION)
    for column in _COLUMNS:
        computed, total = _sum(lines, column), getattr(printed, column)
        if computed != total:
            yield _sums(f"Total of {column}", total, computed, MILLION)


def _sums(subject: str, printed: Decimal, computed: Decimal, unit: str) -> Contradiction:
    return Contradiction(
        subject=f"{subject} ({unit})",
        one=f"{printed:,}",
        one_says="printed",
        other=f"{computed:,}",
        other_says="added up",
        used=f"{printed:,} as approved, with {computed:,} beside it",
        why=f"the difference of {printed - computed:,} may be rounding in the source and is reported, not mended",
    )


def _range_bases(reference: Reference) -> Iterator[Contradiction]:
    bases: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in reference.savings_ranges:
        bases[row.strand][row.partner] = row.base_gbp_thousand
    for strand, by_partner in bases.items():
        computed = sum((base for partner, base in by_partner.items() if partner != TOTAL), Decimal(0))
        if by_partner.get(TOTAL, computed) != computed:
            yield Contradiction(
                subject=f"Base of the 2014 {strand} savings ({THOUSAND})",
                one=f"{by_partner[TOTAL]:,}",
                one_says="printed",
                other=f"{computed:,}",
                other_says="added up",
                used="the bases of the partners; the printed total stays beside them",
                why="the printed savings of each partner follow from its own base",
            )


def _claims(reference: Reference) -> Iterator[Contradiction]:
    counted = {
        "pledges": (len(reference.pledges), f"numbers in the table, on {len(reference.assignments)} rows"),
        "benchmark-colours-lost": (len(_lost(reference)), f"rows without colour: {', '.join(_lost(reference))}"),
    }
    for claim in reference.claims:
        count, what = counted[claim.subject]
        if claim.subject == "benchmark-colours-lost" or claim.printed != count:
            yield Contradiction(
                subject=claim.subject,
                one=str(claim.printed),
                one_says=claim.source,
                other=str(count),
                other_says=what,
                used=claim.used,
                why=claim.why,
            )


def _lost(reference: Reference) -> list[str]:
    return [row.indicator for row in reference.scorecard_lines if row.benchmark_printed == "lost"]


def _inferred(reference: Reference) -> Iterator[Contradiction]:
    rows = [row for row in reference.observations if row.basis == "inferred"]
    if rows:
        yield Contradiction(
            subject="First values of the graphs",
            one=f"{len(rows)} values",
            one_says="printed without a period",
            other=" and ".join(sorted({row.period.label for row in rows})),
            other_says="six periods ending at the most recent",
            used="the inferred period, marked inferred in the note of each",
            why="the graphs show the latest six values where there are six",
        )


def _range_figures(reference: Reference) -> Iterator[Contradiction]:
    """Printed savings that base times rate, rounded half up, does not give."""
    for row in reference.savings_ranges:
        exact = _exact(reference, row)
        rounded = exact.quantize(Decimal(1), ROUND_HALF_UP)
        printed = row.printed_saving_gbp_thousand
        if printed == rounded:
            continue
        cut = exact.quantize(Decimal(1), ROUND_DOWN) == printed
        where = f"2014 {row.strand} savings, {row.partner} {row.year.label} {row.bound} ({THOUSAND})"
        yield Contradiction(
            subject=where,
            one=f"{printed:,}",
            one_says="printed",
            other=f"{exact.normalize():,f}",
            other_says=f"computed, {rounded:,} rounded half up",
            used="both",
            why="the table cuts decimals off here" if cut else "the printed figure was rounded or added otherwise",
        )


def _exact(reference: Reference, row: RangeRow) -> Decimal:
    """Base times rate; a total adds its partners' exact savings."""
    if row.rate_percent is not None:
        return row.base_gbp_thousand * row.rate_percent / 100
    parts = (
        other
        for other in reference.savings_ranges
        if (other.strand, other.year, other.bound) == (row.strand, row.year, row.bound) and other.partner != TOTAL
    )
    return sum((_exact(reference, part) for part in parts), Decimal(0))

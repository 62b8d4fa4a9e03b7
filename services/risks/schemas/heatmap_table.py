"""The heat map as the table of a file: a row a cell, the worst impact first."""

from datetime import datetime

from chassis.web.render.table import Column, Note, Table
from services.risks.domain.heatmap import HeatMap

COLUMNS = (
    Column("impact", "Impact", "Step on the axis of impact, 1 the least", is_number=True),
    Column("impact_label", "Impact in words", "What the matrix calls that step"),
    Column("likelihood", "Likelihood", "Step on the axis of likelihood, 1 the least", is_number=True),
    Column("likelihood_label", "Likelihood in words", "What the matrix calls that step"),
    Column("score", "Score", "Impact times likelihood", is_number=True),
    Column("band", "RAG", "Colour of the cell, in words"),
    Column("count", "Risks", "How many risks stand in the cell", is_number=True),
    Column("refs", "References", "Which risks these are, one a line"),
)


def heat_map_table(found: HeatMap, made_at: datetime) -> Table:
    """Every cell of the matrix, also where no risk stands."""
    matrix = found.matrix
    unrated = "\n".join(found.unrated) or None
    rows = [
        (
            cell.rating.impact,
            matrix.impacts[cell.rating.impact - 1],
            cell.rating.likelihood,
            matrix.likelihoods[cell.rating.likelihood - 1],
            cell.rating.score,
            cell.band.value,
            len(cell.refs),
            "\n".join(cell.refs) or None,
        )
        for cell in reversed(found.cells)
    ]
    return Table(
        name="heatmap",
        title=f"Heat map of {matrix.title} ({matrix.name}), {found.rating.value} ratings",
        about=f"Where risks stand on {found.on.isoformat()}; drafts and closed risks stand nowhere.",
        columns=COLUMNS,
        rows=[*rows, (None, None, None, None, None, "not rated", len(found.unrated), unrated)],
        made_at=made_at,
        notes=(Note("The last row has the risks without a rating of this kind, which stand in no cell.", ("refs",)),),
    )

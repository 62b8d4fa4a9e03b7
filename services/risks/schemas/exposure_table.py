"""The loss exceedance curve as the table of a file."""

from datetime import datetime

from chassis.web.render.table import Column, Note, Table
from services.risks.domain.exposure import Exposure
from services.risks.schemas.exposure import LABEL

COLUMNS = (
    Column("chance", "Chance", "Chance that a year costs more", is_number=True),
    Column("loss", "Loss in pounds", "Pounds that are passed with this chance", is_number=True),
)


def exposure_table(found: Exposure, made_at: datetime) -> Table:
    """A row a point, the likeliest first."""
    simulated = f"{found.years} simulated years, seed {found.seed}; {found.expected} pounds on average"
    unpriced = ", ".join(found.unpriced) or "none"
    return Table(
        name="exposure",
        title="What the register could cost in a year",
        about=f"{LABEL}. Of {found.on.isoformat()}: {simulated}.",
        columns=COLUMNS,
        rows=[(point.chance, point.loss) for point in found.curve],
        made_at=made_at,
        notes=(
            Note(f"Threats in force without a range, which count nothing: {unpriced}."),
            Note("Each threat strikes at most once a year, and by itself."),
        ),
    )

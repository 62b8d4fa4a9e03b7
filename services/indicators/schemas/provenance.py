"""What sources do not print, and where they contradict one another."""

from typing import Annotated, Any

from pydantic import Field

from contracts.notes import SourceNote
from services.indicators.domain.provenance import Provenance
from services.indicators.schemas.values import Word

Inferred = Annotated[list[Word], Field(max_length=20, description="Fields that no source prints as they are")]
Notes = Annotated[list[SourceNote], Field(max_length=20, description="What sources contradict, and what is used")]


def provenance_of(inferred: list[str], notes: list[SourceNote]) -> Provenance:
    return Provenance(tuple(inferred), tuple(notes))


def provenance_fields(provenance: Provenance) -> dict[str, Any]:
    """The fields ``inferred`` and ``notes``."""
    return {"inferred": list(provenance.inferred), "notes": list(provenance.notes)}

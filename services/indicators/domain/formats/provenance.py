"""Inferred fields and contradictions."""

from dataclasses import asdict

from contracts.notes import SourcedFigure, SourceNote
from services.indicators.domain.formats.versions import FORMAT, Json, Stored, require_format
from services.indicators.domain.provenance import PRINTED, Provenance


def provenance_to_json(provenance: Provenance) -> Json | None:
    """None where there is nothing to say, as of most figures."""
    if not provenance:
        return None
    return {FORMAT: 1, "inferred": list(provenance.inferred), "notes": [asdict(note) for note in provenance.notes]}


def provenance_from_json(content: Stored | None) -> Provenance:
    if content is None:
        return PRINTED
    require_format(content, 1)
    return Provenance(tuple(content["inferred"]), tuple(map(_note_from_json, content["notes"])))


def _note_from_json(content: Stored) -> SourceNote:
    figures = tuple(SourcedFigure(figure["figure"], figure["source"]) for figure in content["figures"])
    return SourceNote(content["topic"], figures, content["used"], content["why"])

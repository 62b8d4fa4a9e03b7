"""Notes as they are stored: ``{"format": 1, "notes": [{"topic", "figures": [...], "used", "why"}]}``."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.notes import SourcedFigure, SourceNote

FORMAT: Final = 1


def written(notes: Sequence[SourceNote]) -> dict[str, Any] | None:
    """Notes in the newest format; nothing where there are none."""
    if not notes:
        return None
    return {
        "format": FORMAT,
        "notes": [
            {
                "topic": note.topic,
                "figures": [{"figure": one.figure, "source": one.source} for one in note.figures],
                "used": note.used,
                "why": note.why,
            }
            for note in notes
        ],
    }


def read(stored: Mapping[str, Any] | None) -> tuple[SourceNote, ...]:
    """Notes from any format.

    Raises:
        ValueError: a format that a newer version wrote.
    """
    if stored is None:
        return ()
    if stored["format"] != FORMAT:
        raise ValueError(f"notes of format {stored['format']}; this version reads up to {FORMAT}")
    return tuple(_note(note) for note in stored["notes"])


def _note(stored: Mapping[str, Any]) -> SourceNote:
    figures = tuple(SourcedFigure(one["figure"], one["source"]) for one in stored["figures"])
    return SourceNote(stored["topic"], figures, stored["used"], stored["why"])

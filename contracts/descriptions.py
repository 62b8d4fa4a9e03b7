"""What the fields of the published language mean, in the words of the documents."""

from collections.abc import Mapping
from typing import Final

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "Money.amount": "Pounds and pence as a decimal in a text, never a float",
    "Money.currency": "Code of the currency; everything here is in pounds sterling",
    "SourceNote.topic": "Which figure or fact the sources disagree about",
    "SourceNote.figures": "Every figure that was found, with its source",
    "SourceNote.used": "The figure that is in use here",
    "SourceNote.why": "Why that one is used",
    "SourcedFigure.figure": "The figure as printed",
    "SourcedFigure.source": "The document that prints it",
    "RatingState.impact": "Step on the matrix's axis of impact, 1 the least; null where there is only a colour",
    "RatingState.likelihood": "Step on the matrix's axis of likelihood, 1 the least; null where there is only a colour",
    "RatingState.score": "Impact times likelihood, for display; the cell of the matrix decides the band",
    "RatingState.band": "Colour of the cell of the matrix; null where nothing was rated",
}
"""By ``Model.field``."""

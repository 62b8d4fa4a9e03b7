"""Drafts on their way through the sorted rows of an import: those of one series that were read together are one row."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from pydantic_core import from_json, to_json

from chassis.tabular.sorting import SortableRow
from contracts.breakdown import Breakdown
from services.indicators.domain.areas import ENGLAND
from services.indicators.domain.importing.drafts import Draft
from services.indicators.domain.observations import SeriesKey

_NO_WORDS: Final[Mapping[str, str]] = {}


def sortable(drafts: Sequence[Draft]) -> SortableRow:
    """Drafts of one series, to be sorted by indicator and breakdown; what texts they share is there once.

    The comparator comes first, so that what it recolours is published once.
    """
    key, lines = drafts[0].key, drafts[0].lines
    texts = {id(draft.texts): draft.texts for draft in drafts}
    places = {name: n for n, name in enumerate(texts)}
    rows = [
        (
            draft.period,
            {name: str(number) for name, number in draft.figures.items()},
            places[id(draft.texts)],
            draft.lines,
        )
        for draft in drafts
    ]
    content = (*key[:2], key.breakdown.text, [dict(each) for each in texts.values()], rows)
    return SortableRow(
        group=f"{key.indicator}\x1f{key.breakdown.text}",
        key="" if key.area == ENGLAND else key.area,
        number=lines[0] if lines else 0,
        content=to_json(content),
        counts=len(drafts),
    )


def drafts_of(row: SortableRow) -> list[Draft]:
    """The drafts that were sorted; the words of what was to be created are no longer with them."""
    indicator, area, breakdown, texts, rows = from_json(row.content)
    key = SeriesKey(indicator, area, Breakdown.parse(breakdown))
    return [
        Draft(
            key,
            period,
            {name: Decimal(text) for name, text in figures.items()},
            texts[place],
            _NO_WORDS,
            tuple(lines),
        )
        for period, figures, place, lines in rows
    ]

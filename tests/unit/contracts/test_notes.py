"""A note on figures that contradict each other, as bodies carry it."""

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.notes import SourcedFigure, SourceNote

NOTE = {
    "topic": "Delayed transfers, 2017/18 Q3",
    "figures": [
        {"figure": "11.9", "source": "scorecard table"},
        {"figure": "10.50", "source": "exception narrative"},
    ],
    "used": "10.50",
    "why": "the narrative is the later statement",
}


def test_it_is_read_and_written_whole():
    note = TypeAdapter(SourceNote).validate_python(NOTE)
    assert note.figures[1] == SourcedFigure("10.50", "exception narrative")
    assert TypeAdapter(SourceNote).dump_python(note, mode="json") == NOTE
    assert str(note) == (
        "Delayed transfers, 2017/18 Q3: 11.9 (scorecard table) against 10.50 (exception narrative); "
        "used: 10.50, because the narrative is the later statement"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"topic": ""},
        {"topic": " "},
        {"why": "\t"},
        {"figures": [{"figure": "1", "source": "\u200b"}]},
        {"used": None},
        {"figures": []},
        {"figures": [{"figure": "1"}]},
        {"more": 1},
        {"why": "x" * 2001},
    ],
)
def test_what_says_less_or_more_is_refused(change):
    with pytest.raises(ValidationError):
        TypeAdapter(SourceNote).validate_python(NOTE | change)

"""What JSON columns hold: every format that was ever stored can be read, and what is written is read back."""

from datetime import date
from typing import Any

import pytest

from contracts.notes import SourcedFigure, SourceNote
from contracts.risks import Band
from services.risks.domain.acceptances import LinkThen, TakenOn
from services.risks.domain.links import SeriesKey
from services.risks.domain.matrix import BandedRating, Rating
from services.risks.domain.records import IndicatorVersion
from services.risks.domain.register import Action, Assurance
from services.risks.repository import json_formats as formats

ASSURANCES = (Assurance("FARG", 2, "Adequate", date(2018, 2, 1)), Assurance("Audit"))
ACTIONS = (Action("Review", "Director", date(2018, 12, 1)), Action("Ask"))
VERSIONS = [IndicatorVersion(SeriesKey("ae", "RK9"), 1, 3)]
NOTES = (SourceNote("Category", (SourcedFigure("none", "2014"), SourcedFigure("one each", "ours")), "ours", "Sorted"),)
RATING = BandedRating(Rating(4, 3), Band.AMBER)
TAKEN_ON = TakenOn(3, Rating(4, 3), Rating(4, 4), (LinkThen("ae/RK9", "target", None),))


def test_what_version_0_1_stored_is_read():
    body = {"impact": 4, "likelihood": 3, "score": 12, "band": "amber"}
    assert formats.read_rating(body) == RATING
    assert formats.read_items(["a", "b"]) == ["a", "b"]
    first = {"source": "FARG", "line": 2, "opinion": "Adequate", "date": "2018-02-01"}
    second = {"source": "Audit", "line": None, "opinion": None, "date": None}
    assert formats.read_assurances([first, second]) == ASSURANCES
    actions = [
        {"text": "Review", "owner": "Director", "due": "2018-12-01"},
        {"text": "Ask", "owner": None, "due": None},
    ]
    assert formats.read_actions(actions) == ACTIONS
    assert formats.read_versions([{"indicator": "ae", "area": "RK9", "version": 3}]) == VERSIONS


def test_what_is_written_is_read_back_and_says_its_format():
    written: list[Any] = [
        formats.write_rating(RATING),
        formats.write_items(["a"]),
        formats.write_assurances(ASSURANCES),
        formats.write_actions(ACTIONS),
        formats.write_versions(VERSIONS),
        formats.write_notes(NOTES),
        formats.write_taken_on(TAKEN_ON),
    ]
    readers = [
        formats.read_rating,
        formats.read_items,
        formats.read_assurances,
        formats.read_actions,
        formats.read_versions,
        formats.read_notes,
        formats.read_taken_on,
    ]
    assert [read(stored) for read, stored in zip(readers, written, strict=True)] == [
        RATING,
        ["a"],
        ASSURANCES,
        ACTIONS,
        VERSIONS,
        NOTES,
        TAKEN_ON,
    ]
    assert {stored["format"] for stored in written} == {1}


def test_no_notes_are_nothing():
    assert formats.write_notes(()) is None
    assert formats.read_notes(None) == ()


def test_a_newer_format_is_refused_rather_than_misread():
    with pytest.raises(formats.UnknownFormatError, match="format 2 is not known here"):
        formats.read_items({"format": 2, "items": []})
    with pytest.raises(formats.UnknownFormatError, match="format 2 is not known here"):
        formats.read_taken_on({"format": 2})

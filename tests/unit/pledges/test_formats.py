"""What is stored as JSON can be read in every format it was ever written in."""

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date
from decimal import Decimal
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.notes import SourcedFigure, SourceNote
from contracts.period import Period
from contracts.risks import Band
from services.pledges.domain.formats import read_definition, read_published, write_definition, write_published
from services.pledges.domain.governance import RecordKind
from services.pledges.domain.governance_formats import KINDS, read_record, write_record
from services.pledges.domain.indicators import Colours, LinkedIndicator, SeriesKey
from services.pledges.domain.linked import (
    NOT_LINKED,
    LinkedElsewhere,
    LinkedRisk,
    LinkedScheme,
    RiskRating,
    SavingsPosition,
)
from services.pledges.domain.linked_formats import read_elsewhere
from services.pledges.domain.pledges import Assignment, Measure, PledgeDefinition
from services.pledges.domain.registers import Beneficiary, Benefit
from services.pledges.domain.status import Delivery, Evidence

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BREAKDOWNS = st.sampled_from(["", "sex=male", "age=65+;sex=female"]).map(Breakdown.parse)
PERIODS = st.sampled_from(["2017-12", "2017/18 Q3", "2017/18", "2015 - 17", "2021/22 Q1 - 2021/22 Q3"]).map(
    Period.parse
)
COLOUR = st.none() | st.sampled_from(Colour)
INDICATORS = st.builds(
    LinkedIndicator,
    st.builds(SeriesKey, TEXT, TEXT, BREAKDOWNS),
    st.builds(
        Colours,
        st.none() | PERIODS,
        COLOUR,
        COLOUR,
        COLOUR,
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.none() | st.decimals(-(10**6), 10**6, places=4),
        st.none() | TEXT,
    ),
    st.booleans(),
)
DAYS = st.none() | st.dates()
NOTES = st.builds(
    SourceNote, TEXT, st.lists(st.builds(SourcedFigure, TEXT, TEXT), min_size=1, max_size=2).map(tuple), TEXT, TEXT
)
DEFINITIONS = st.builds(
    PledgeDefinition,
    assignments=st.lists(
        st.builds(Assignment, TEXT, TEXT, TEXT, st.lists(TEXT).map(tuple), DAYS, DAYS), max_size=3
    ).map(tuple),
    set_code=st.just("2013"),
    measure=st.none() | st.builds(Measure, TEXT, TEXT, st.dates()),
    notes=st.lists(NOTES, max_size=2).map(tuple),
)


@given(DEFINITIONS)
def test_a_definition_comes_back(definition: PledgeDefinition):
    assert read_definition(json.loads(json.dumps(write_definition(definition))), "2018") == definition


RISKS = st.builds(
    LinkedRisk,
    TEXT,
    st.none()
    | st.builds(
        RiskRating,
        *[TEXT] * 2,
        *[st.none() | st.integers(1, 25)] * 3,
        st.none() | st.sampled_from(Band),
        st.datetimes(timezones=st.just(UTC)),
    ),
)
POUNDS = st.decimals(-(10**9), 10**9, places=2)
SCHEMES = st.builds(
    LinkedScheme,
    TEXT,
    st.none()
    | st.builds(
        SavingsPosition,
        *[TEXT] * 3,
        *[POUNDS] * 7,
        st.sampled_from(Colour),
        st.lists(TEXT).map(tuple),
        st.datetimes(timezones=st.just(UTC)),
    ),
)
ELSEWHERE = st.builds(LinkedElsewhere, st.lists(RISKS, max_size=2).map(tuple), st.lists(SCHEMES, max_size=2).map(tuple))


@given(st.lists(INDICATORS, max_size=4).map(tuple), ELSEWHERE)
def test_what_was_published_comes_back(indicators: tuple[LinkedIndicator, ...], elsewhere: LinkedElsewhere):
    stored = json.loads(json.dumps(write_published(indicators, elsewhere)))
    assert read_published(stored) == indicators
    again = read_elsewhere(stored)
    assert again == elsewhere
    for one, other in zip(again.risks, elsewhere.risks, strict=True):
        assert one.rating is None or (other.rating and one.rating.as_of == other.rating.as_of)


def test_before_there_were_links_elsewhere_there_were_none():
    assert read_elsewhere({"format": 1, "indicators": []}) == read_elsewhere([]) == NOT_LINKED


def test_a_definition_stored_as_the_body_that_was_sent():
    stored = {
        "number": "55",
        "theme": "Health and Adult Social Care",
        "title": "Ease loneliness",
        "top": None,
        "due": "2018-09-30",
        "delivery": "not_started",
        "evidence": "none",
        "assignments": [
            {"portfolio_holder": "A", "department": "B", "director": "C", "lead_officers": ["D", "E"]},
        ],
    }
    assert read_definition(stored, "2018") == PledgeDefinition(
        set_code="2018",
        number="55",
        theme="Health and Adult Social Care",
        title="Ease loneliness",
        assignments=(Assignment("A", "B", "C", ("D", "E")),),
        due=date(2018, 9, 30),
        delivery=Delivery.NOT_STARTED,
        evidence=Evidence.NONE,
    )


def test_indicators_stored_as_an_event_carried_them():
    stored = [
        {
            "indicator": "dtoc",
            "area": "E06000026",
            "period": "2017/18 Q3",
            "benchmark": "red",
            "trend": "none",
            "target": None,
        },
        {
            "indicator": "wait",
            "area": "E06000026",
            "period": None,
            "benchmark": None,
            "trend": None,
            "target": None,
        },
    ]
    period = Period.parse("2017/18 Q3")
    assert read_published(stored) == (
        LinkedIndicator(SeriesKey("dtoc", "E06000026"), Colours(period, Colour.RED, Colour.NONE, None)),
        LinkedIndicator(SeriesKey("wait", "E06000026"), Colours()),
    )
    assert read_published([]) == ()


TYPES = {str: TEXT, Decimal: st.decimals(0, 10**9, places=2)}


def values(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) is UnionType:
        return st.one_of(*(values(each) for each in get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=2).map(tuple)
    return records(hint) if is_dataclass(hint) else TYPES.get(hint, st.from_type(hint))


def records(of: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(of)
    return st.builds(of, **{field.name: values(hints[field.name]) for field in fields(of)})


@settings(max_examples=5)
@pytest.mark.parametrize("kind", KINDS.values())
@given(data=st.data())
def test_every_kind_of_record_comes_back(kind: RecordKind, data: st.DataObject):
    of = next(of for of, each in KINDS.items() if each is kind)
    record = data.draw(records(of))
    assert read_record(kind, json.loads(json.dumps(write_record(record)))) == record


def test_a_record_that_was_stored_before_a_field_was_there_has_its_default():
    stored = {"format": 1, "code": "a", "title": "A", "beneficiary": "workforce"}
    assert read_record(RecordKind.BENEFIT, stored) == Benefit("a", "A", Beneficiary.WORKFORCE)

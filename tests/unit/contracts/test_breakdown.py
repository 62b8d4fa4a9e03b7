"""What a breakdown is, how it is written, and what is none."""

import copy
import pickle
from string import ascii_letters, ascii_lowercase, digits
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.breakdown import (
    MAX_TEXT,
    Breakdown,
    BreakdownText,
    UnknownBreakdownError,
)
from contracts.indicators import subject


@pytest.mark.parametrize(
    ("text", "canonical", "items"),
    [
        ("", "", ()),
        ("sex=male", "sex=male", (("sex", "male"),)),
        ("sex=male;age=65+", "age=65+;sex=male", (("age", "65+"), ("sex", "male"))),
        ("sex=all", "", ()),
        ("sex=all;age=65+", "age=65+", (("age", "65+"),)),
        (
            "deprivation-decile=Most deprived (1.5, IMD2015)",
            None,
            (("deprivation-decile", "Most deprived (1.5, IMD2015)"),),
        ),
        ("age=18-64", None, (("age", "18-64"),)),
        ("ethnicity=Black/African", None, (("ethnicity", "Black/African"),)),
    ],
)
def test_a_text_has_one_canonical_form(text: str, canonical: str | None, items: tuple[tuple[str, str], ...]):
    found = Breakdown.parse(text)
    assert found.text == str(found) == (text if canonical is None else canonical)
    assert found.items == items
    assert Breakdown.parse(found.text) == found == Breakdown(dict(items))
    assert bool(found) is bool(items)


@pytest.mark.parametrize(
    "text",
    [
        "sex",
        "sex=",
        "=male",
        ";",
        "sex=male;",
        ";sex=male",
        "sex=male;sex=female",
        "sex=male;sex=all",
        "Sex=male",
        "sex =male",
        "sex= male",
        "sex=male ",
        "sex=a  b",
        "sex=a=b",
        "s_ex=male",
        "-sex=male",
        "sex-=male",
        "sex=\u0661",
        "sex=m\u00e4nnlich",
        "sex=male\n",
        "sex=\x00",
        "age=<65",
        "sex=" + "x" * 61,
        "x" * 41 + "=male",
        "a=" + "x" * 60 + ";b=" + "x" * 34,
    ],
)
def test_what_is_no_breakdown_is_refused_and_quoted(text: str):
    with pytest.raises(UnknownBreakdownError, match=r"'|characters"):
        Breakdown.parse(text)


def test_the_longest_there_is_fits_a_subject_with_the_longest_codes():
    longest = Breakdown.parse("a=" + "x" * 60 + ";b=" + "x" * 33)
    assert len(longest.text) == MAX_TEXT
    assert len(subject("i" * 80, "A" * 20, longest)) == 200


def test_the_subject_of_the_total_is_indicator_and_area():
    assert subject("a", "E06000026") == subject("a", "E06000026", Breakdown.TOTAL) == "a/E06000026"
    assert subject("a", "E06000026", Breakdown.parse("sex=male;age=65+")) == "a/E06000026/age=65+;sex=male"


def test_a_dimension_is_taken_out_and_put_in():
    found = Breakdown.parse("age=65+;sex=male")
    assert found.without("age") == Breakdown.parse("sex=male")
    assert found.without("ethnicity") == found
    assert found.with_("sex", "female") == Breakdown.parse("age=65+;sex=female")
    assert found.with_("sex", "all") == found.without("sex")
    assert found.without("sex").without("age") == Breakdown.TOTAL
    assert (found["sex"], found["ethnicity"], found.dimensions) == ("male", "all", ("age", "sex"))
    assert found == Breakdown.parse("age=65+;sex=male")


def test_it_never_changes_and_is_a_key():
    found = Breakdown.parse("sex=male")
    for change in (lambda: setattr(found, "text", "sex=female"), lambda: delattr(found, "text")):
        with pytest.raises(AttributeError):
            change()
    assert {found: 1}[Breakdown({"sex": "male"})] == 1
    assert found != "sex=male"
    assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == found  # noqa: S301  its own
    assert repr(found) == "Breakdown('sex=male')"


def texts(alphabet: str, joint: str, longest: int) -> st.SearchStrategy[str]:
    """Words of an alphabet with a joint between them; to filter what a pattern makes is a hundred times slower."""
    words = st.lists(st.text(alphabet, min_size=1, max_size=6), min_size=1, max_size=3)
    return words.map(lambda found: joint.join(found)[:longest].rstrip(joint))


dimensions = texts(ascii_lowercase + digits, "-", 19).map("d{}".format)
values = texts(ascii_letters + digits + "+-.,/()", " ", 24)
breakdowns = st.dictionaries(dimensions, values, max_size=2).map(Breakdown)


@given(breakdowns, breakdowns)
def test_text_body_and_order_agree(one: Breakdown, other: Breakdown):
    assert Breakdown.parse(one.text) == one
    assert TypeAdapter(Breakdown).validate_json(TypeAdapter(Breakdown).dump_json(one)) == one
    assert (one == other) is (one.text == other.text)
    assert sorted([one, other]) == sorted([one, other], key=str)
    assert min(Breakdown.TOTAL, one) == Breakdown.TOTAL


@given(st.text(max_size=30))
def test_any_text_is_a_breakdown_or_refused(text: str):
    try:
        assert Breakdown.parse(Breakdown.parse(text).text) == Breakdown.parse(text)
    except UnknownBreakdownError as refused:
        assert str(refused)  # noqa: PT017  either way is right


class Body(BaseModel):
    breakdown: Breakdown = Breakdown.TOTAL
    anything: Any = None


def test_a_body_has_an_object():
    body = Body.model_validate_json('{"breakdown": {"sex": "male", "age": "all"}}')
    assert body.breakdown == Breakdown.parse("sex=male")
    assert body.model_dump_json() == '{"breakdown":{"sex":"male"},"anything":null}'
    assert Body().model_dump(mode="json") == {"breakdown": {}, "anything": None}
    assert TypeAdapter(Any).dump_json({"of": body.breakdown}) == b'{"of":{"sex":"male"}}'
    assert Body.model_json_schema(mode="serialization")["properties"]["breakdown"]["type"] == "object"


@pytest.mark.parametrize(
    "sent", [None, "sex=male", 1, ["sex"], {"sex": 1}, {"sex": None}, {"sex": ""}, {"Sex": "male"}]
)
def test_a_body_refuses_what_is_no_breakdown(sent: object):
    with pytest.raises(ValidationError) as refused:
        Body.model_validate({"breakdown": sent})
    assert refused.value.errors()[0]["type"] == "breakdown"


def test_a_query_has_the_text():
    app = FastAPI()

    @app.get("/")
    def read(breakdown: Annotated[BreakdownText, Query()] = Breakdown.TOTAL) -> Any:
        return {"text": breakdown.text}

    client = TestClient(app)
    assert client.get("/").json() == {"text": ""}
    assert client.get("/", params={"breakdown": "sex=male;age=65+"}).json() == {"text": "age=65+;sex=male"}
    refused = client.get("/", params={"breakdown": "male"})
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["query", "breakdown"]
    parameter = client.get("/openapi.json").json()["paths"]["/"]["get"]["parameters"][0]
    assert parameter["schema"]["type"] == "string"
    assert parameter["required"] is False

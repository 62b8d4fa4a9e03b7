"""A reason is said in words: a blank is none."""

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.reasons import Reason

READ = TypeAdapter(Reason)


@pytest.mark.parametrize("text", ["late", " late ", "\u200blate", "é", "迟", "?", "0", "x" * 2000, "late\nand so on"])
def test_words_are_a_reason_and_stay_as_they_are(text: str) -> None:
    assert READ.validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    ["", " ", "\t\n", "\u00a0", "\u2003", "\u200b", "\ufeff\u2060 ", "\u00ad", "\x07", "late\x00", "x" * 2001],
)
def test_a_blank_is_none(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        READ.validate_python(text)
    assert {error["type"] for error in refused.value.errors()} <= {
        "blank",
        "text",
        "string_too_short",
        "string_too_long",
    }

"""Why something is done, in the words of who does it."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

READABLE: Final = r"[^\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"

"""A character that has a shape of its own: neither space nor control character, nor of no width."""

_says_something = re.compile(READABLE).search


def _not_blank(text: str) -> str:
    """Refuse what nobody can read."""
    if not _says_something(text):
        raise PydanticCustomError("blank", "is blank: say it in words")
    return text


def _storable(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("text", "must not hold a NUL character")
    return text


NotBlank: Final = AfterValidator(_not_blank)

Reason = Annotated[
    str,
    Field(min_length=1, max_length=2000, json_schema_extra={"pattern": READABLE}),
    NotBlank,
    AfterValidator(_storable),
]
"""A reason that somebody sends; what is stored is read as it is."""

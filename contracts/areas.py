"""Codes of areas: the shape by which they are known everywhere."""

import re
from typing import Annotated, Final

from pydantic import Field

AREA_CODE_PATTERN: Final = r"^([A-Z][0-9]{8}|[A-Z0-9]{2,6})$"
"""A code of the Office for National Statistics, or one of an organisation (provider, trust, commissioner)."""

AreaCode = Annotated[
    str,
    Field(
        pattern=AREA_CODE_PATTERN,
        description="ONS code (a letter and eight digits) or organisation code, in capitals",
        examples=["E06000026", "RK9"],
    ),
]
"""Read as it stands: ``e06000026`` is no area, and nothing is put into capitals for anybody."""

_is_area_code = re.compile(AREA_CODE_PATTERN, re.ASCII).fullmatch


def is_area_code(text: str) -> bool:
    """Whether an area could have this code."""
    return _is_area_code(text) is not None

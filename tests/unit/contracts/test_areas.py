"""Which texts could be codes of areas."""

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.areas import AreaCode, is_area_code


@pytest.mark.parametrize("code", ["E06000026", "E92000001", "E38000129", "RK9", "15N", "QT6", "R1H", "U12345"])
def test_ons_and_organisation_codes(code: str):
    assert is_area_code(code)
    assert TypeAdapter(AreaCode).validate_python(code) == code


@pytest.mark.parametrize(
    "code",
    ["e06000026", "E0600002", "E060000261", "rk9", "R", "", " RK9", "RK9\n", "RK-9", "E0600002\u0666", "PLYMOUTH"],
)
def test_what_could_be_none(code: str):
    assert not is_area_code(code)
    with pytest.raises(ValidationError):
        TypeAdapter(AreaCode).validate_python(code)

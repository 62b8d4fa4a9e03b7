import pytest
from pydantic import ValidationError

from portal.settings import PortalSettings, contrast_with_white


@pytest.mark.parametrize(
    ("colour", "contrast"), [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#0b5394", 7.84)]
)
def test_contrast_is_that_of_the_guidelines(colour: str, contrast: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(contrast, abs=0.01)


@pytest.mark.parametrize("colour", ["#ffffff", "#ffbf47", "blue", "#12345", "#0b5394;}body{}"])
def test_a_colour_that_cannot_be_read_on_is_refused(colour: str) -> None:
    with pytest.raises(ValidationError):
        PortalSettings(colour=colour)

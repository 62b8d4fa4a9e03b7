"""What a council may set, as ``PORTAL_*`` in the environment."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LEAST_CONTRAST: Final = 4.5
"""Of white text on the council's colour (WCAG 2.2, 1.4.3)."""
_LINEAR_TO: Final = 0.04045


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, as WCAG 2.2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= _LINEAR_TO else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_with_white(colour: str) -> float:
    return 1.05 / (_luminance(colour) + 0.05)


def _readable(colour: str) -> str:
    if contrast_with_white(colour) < LEAST_CONTRAST:
        raise ValueError(f"white text cannot be read on it: its contrast is below {LEAST_CONTRAST}")
    return colour.lower()


Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(_readable)]


class PortalSettings(BaseSettings):
    """Whose pages they are, and how long somebody stays signed in."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", extra="ignore")

    council: str = Field(default="Commissioning Suite", min_length=1, max_length=80)
    """The name that stands at the top of every page."""
    colour: Colour = "#0b5394"
    """The band at the top, and the lines of charts."""
    scorecard: str = Field(default="integrated-2017-18", max_length=80)
    """Code of the scorecard that is shown first; where there is none of that code, the first by code."""
    session_hours: int = Field(default=10, ge=1, le=24)
    """After so many hours somebody signs in again."""
    live_streams: int = Field(default=400, ge=0, le=10_000)
    """How many open pages one process tells of changes at once; 0: pages stay as they were opened."""
    live_streams_each: int = Field(default=12, ge=1, le=1000)
    """How many of them may be one person's."""
    live_heartbeat_seconds: float = Field(default=20.0, gt=0, le=25)
    """How often it is looked whether a session goes on, and a page on which nothing happens is told so."""

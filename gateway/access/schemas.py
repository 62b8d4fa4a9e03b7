"""The bodies of keys. A secret is in one answer only: the one in which it was made."""

from datetime import date, datetime
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chassis.web.bodies import OutBody, StrictBody
from gateway.access.keys import LONGEST_OVERLAP, MOST_AREAS, MOST_DIRECTORATES, OVERLAP, Key, NewKey

_HOUR = 3600
_NAME = "Names the key, and in histories whoever has it"
_SCOPES = "What it may do"
_AREAS = "Codes of the areas that it may write for; none is no limit"
_DIRECTORATES = "Directorates whose budget lines and schemes it may write for; none is no limit"
_OWNER = "The person or post that answers for it"
_KEY = "The key itself, shown this once"
_SECRET = "csk_r0xQ3mJ0y3v0Yk3Xw7mF3Jt0Y2hZ8m4o9tKqf1nB7sE"  # noqa: S105  an example
_EXAMPLE: Final[JsonDict] = {
    "name": "warehouse",
    "prefix": "csk_r0xQ",
    "scopes": ["events:read", "indicators:read"],
    "areas": [],
    "directorates": [],
    "owner": "Head of Intelligence",
    "created_at": "2018-02-28T09:30:00Z",
    "created_by": "Ana Nowak",
    "expires_at": "2019-03-31T23:00:00Z",
    "revoked_at": "2018-12-01T09:00:00Z",
    "last_used": "2018-11-30T17:00:00Z",
    "previous_prefix": "csk_b7Kq",
    "previous_until": "2018-06-02T09:30:00Z",
}


class KeyIn(StrictBody):
    """A key to be made."""

    name: str = Field(max_length=64, description=_NAME, examples=["warehouse"])
    scopes: Annotated[list[str], Field(min_length=1, max_length=50)] = Field(
        description=_SCOPES, examples=[["events:read", "indicators:read"]]
    )
    areas: Annotated[list[str], Field(max_length=MOST_AREAS)] = Field(default=[], description=_AREAS, examples=[[]])
    directorates: Annotated[list[str], Field(max_length=MOST_DIRECTORATES)] = Field(
        default=[], description=_DIRECTORATES, examples=[["People"]]
    )
    owner: str | None = Field(default=None, max_length=200, description=_OWNER, examples=["Head of Intelligence"])
    expires_on: date | None = Field(
        default=None,
        description="The last day that it works, in London; without one it has no end",
        examples=["2019-03-31"],
    )

    def to_domain(self) -> NewKey:
        limits = frozenset(self.areas), frozenset(self.directorates)
        return NewKey(self.name, frozenset(self.scopes), limits[0], self.owner, self.expires_on, limits[1])


class RotationIn(StrictBody):
    """How a key gets another secret."""

    overlap_hours: int = Field(
        default=int(OVERLAP.total_seconds()) // _HOUR,
        ge=0,
        le=int(LONGEST_OVERLAP.total_seconds()) // _HOUR,
        description="How long the secret before works on",
        examples=[24],
    )


class KeyOut(OutBody):
    """A key as it is kept: by its hash, which nobody is shown."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: str = Field(description=_NAME)
    prefix: str = Field(description="The first characters of the key; `(set)` where somebody else has chosen it")
    scopes: list[str] = Field(description=_SCOPES)
    areas: list[str] = Field(description=_AREAS)
    directorates: list[str] = Field(description=_DIRECTORATES)
    owner: str | None = Field(description=_OWNER)
    created_at: datetime = Field(description="When it was made, in UTC")
    created_by: str = Field(description="By whom")
    expires_at: datetime | None = Field(description="From when on it opens nothing, in UTC; null for never")
    revoked_at: datetime | None = Field(description="When it was revoked, null where it was not")
    last_used: datetime | None = Field(description="When it was used last, to the hour; null for never")
    previous_prefix: str | None = Field(description="The first characters of the secret before the last rotation")
    previous_until: datetime | None = Field(description="Until when that one works on")

    @classmethod
    def of(cls, key: Key) -> Self:
        return cls.model_validate(_fields(key))


class NewKeyOut(KeyOut):
    """A key with its new secret."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"key": _SECRET}]})

    key: str = Field(description=_KEY, examples=[_SECRET])

    @classmethod
    def made(cls, key: Key, secret: str) -> Self:
        return cls.model_validate(_fields(key) | {"key": secret})


def _fields(key: Key) -> dict[str, object]:
    same = ("name", "prefix", "owner", "created_at", "created_by", "expires_at", "revoked_at", "last_used")
    return {name: getattr(key, name) for name in same} | {
        "scopes": sorted(key.scopes),
        "areas": sorted(key.areas),
        "directorates": sorted(key.directorates),
        "previous_prefix": key.previous and key.previous.prefix,
        "previous_until": key.previous and key.previous.until,
    }

"""What a key is: how it is made, what is kept of it, and which secrets are strong enough to be one."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from chassis.clock import LONDON
from chassis.errors import FieldError
from chassis.identity import Caller
from contracts.scopes import ADMIN, OPERATE, SCOPES
from gateway.access.errors import AdminKeyWeak, KeyNameInvalid
from gateway.access.people import Person

REVOCATION: Final = "key-revoked"
"""The job by which what hangs on a key ends with it."""
SCHEME: Final = "csk_"
ENTROPY_BYTES: Final = 32
ADMIN_KEY_LENGTH: Final = 32
"""Fewest characters of a key that somebody else has chosen (``SUITE_ADMIN_KEY``)."""
CHOSEN: Final = "(set)"
"""Stands in place of a prefix where somebody else has chosen the key: nothing of it is shown."""
OVERLAP: Final = timedelta(hours=24)
"""How long the secret before goes on working after a rotation, unless said otherwise."""
LONGEST_OVERLAP: Final = timedelta(days=30)
MOST_AREAS: Final = 20
MOST_DIRECTORATES: Final = 20
LONGEST_DIRECTORATE: Final = 200
USE_RECORDED_EVERY: Final = timedelta(hours=1)
_LONGEST: Final = 8192
"""Of what is shown: access tokens hold claims."""
_LONGEST_KEY: Final = 500
_SHOWN: Final = len(SCHEME) + 4
_BEARER: Final = re.compile(rb"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_SECRET: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_AREA: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._@-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is stored: its hash, by which nothing can be opened, and never itself."""

    id: int
    name: str
    prefix: str
    hash: str = field(repr=False)
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    last_used: datetime | None
    scopes: AbstractSet[str] = frozenset()
    areas: AbstractSet[str] = frozenset()
    owner: str | None = None
    expires_at: datetime | None = None
    directorates: AbstractSet[str] = frozenset()
    previous: "Previous | None" = None
    """The secret before the last rotation."""

    def caller(self, person: Person | None) -> Caller:
        found = Caller(self.name, self.scopes, self.areas, directorates=self.directorates)
        if person is None:
            return found
        return replace(found, person=person.code, names=person.names, full_name=person.name)

    def good_until(self, digest: str, now: datetime) -> datetime | None:
        """Until when the secret with this hash opens the door: ever, where there is no end to it.

        Raises:
            LookupError: it does not open it now.
        """
        ends = [self.expires_at, None if same_hash(self.hash, digest) else self._previous_until(digest)]
        earliest = min((end for end in ends if end is not None), default=None)
        if self.revoked_at is not None or (earliest is not None and earliest <= now):
            raise LookupError(self.name)
        return earliest

    def _previous_until(self, digest: str) -> datetime:
        if self.previous is None or not same_hash(self.previous.hash, digest):
            raise LookupError(self.name)
        return self.previous.until


@dataclass(frozen=True, slots=True)
class Previous:
    """A secret that was rotated away and still opens the door for a while."""

    prefix: str
    hash: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is asked for. ``expires_on`` is the last day that it works, in London."""

    name: str
    scopes: AbstractSet[str]
    areas: AbstractSet[str] = frozenset()
    owner: str | None = None
    expires_on: date | None = None
    directorates: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GoodKey:
    """A key that opens the door, and for whom. ``last_used`` is known to the hour."""

    id: int
    caller: Caller
    last_used: datetime | None
    good_until: datetime | None = None


def is_use_due(key: GoodKey, now: datetime) -> bool:
    """Whether the time of last use is old enough to be recorded again."""
    return key.last_used is None or now - key.last_used >= USE_RECORDED_EVERY


def make_key(entropy: bytes) -> str:
    """A new key, ``csk_`` and 43 url-safe characters, from 32 random bytes.

    Raises:
        ValueError: not 32 bytes.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a key is made of {ENTROPY_BYTES} random bytes, not {len(entropy)}")
    return SCHEME + base64.urlsafe_b64encode(entropy).rstrip(b"=").decode()


def hash_key(key: str) -> str:
    """What is kept of a key: SHA-256 in hex.

    A key is 256 random bits, so nobody can find it by trying, and a slow hash would only slow every call.
    """
    return hashlib.sha256(key.encode()).hexdigest()


def same_hash(one: str, other: str) -> bool:
    """Compare in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def shown_prefix(key: str) -> str:
    """The few characters by which a person recognises a made key in a list."""
    return key[:_SHOWN]


def refused_prefix(key: str) -> str:
    """What a log may show of a key that was refused: of one that somebody chose, no more than marks it."""
    return shown_prefix(key) if key.startswith(SCHEME) else key[:2]


def bearer(header: bytes) -> str | None:
    """The key in an ``Authorization`` header, or None where it is no bearer token of a sensible length."""
    found = _BEARER.fullmatch(header) if len(header) <= _LONGEST else None
    return found[1].decode() if found else None


def admin_key(secret: str) -> str:
    """The key that automation has set, when it can be carried in a header and is long enough.

    Raises:
        AdminKeyWeak: shorter than 32 characters, too long, or not made of token characters.
    """
    if len(secret) < ADMIN_KEY_LENGTH:
        raise AdminKeyWeak(f"SUITE_ADMIN_KEY needs {ADMIN_KEY_LENGTH} characters or more; it has {len(secret)}")
    if len(secret) > _LONGEST_KEY or not _SECRET.fullmatch(secret):
        raise AdminKeyWeak("SUITE_ADMIN_KEY may hold letters, digits and . _ ~ + / - only, and = at its end")
    return secret


def key_name(name: str) -> str:
    """The name of a key. It travels as ``X-Actor`` and stands in histories, so it is plain ASCII, 64 at most.

    Raises:
        KeyNameInvalid: empty, too long, or with other characters.
    """
    if not _NAME.fullmatch(name):
        raise KeyNameInvalid(f"{name!r} cannot name a key: 1 to 64 letters, digits, spaces and . _ @ - between them")
    return name


def key_faults(wanted: NewKey, today: date) -> Iterator[FieldError]:
    """What is wrong with a key that is asked for."""
    if not wanted.scopes:
        yield FieldError("scopes", f"name one or more of {', '.join(SCOPES)}")
    for scope in sorted(wanted.scopes - set(SCOPES)):
        yield FieldError("scopes", f"{scope!r} is none of {', '.join(SCOPES)}")
    if len(wanted.areas) > MOST_AREAS:
        yield FieldError("areas", f"{MOST_AREAS} at most")
    for area in sorted(wanted.areas):
        if not _AREA.fullmatch(area):
            yield FieldError("areas", f"{area!r} is no code of an area")
    yield from _limit_faults(wanted)
    if wanted.expires_on and wanted.expires_on < today:
        yield FieldError("expires_on", "is past")
    if wanted.expires_on == date.max:
        yield FieldError("expires_on", "is the last day there is: leave it out for a key without an end")


def _limit_faults(wanted: NewKey) -> Iterator[FieldError]:
    """Operators change whole services; a directorate is named as budget lines name it."""
    for field_, limits in (("areas", wanted.areas), ("directorates", wanted.directorates)):
        if limits and not wanted.scopes.isdisjoint((ADMIN, OPERATE)):
            yield FieldError(field_, f"who has {ADMIN} or {OPERATE} has no limits: that changes whole services")
    if len(wanted.directorates) > MOST_DIRECTORATES:
        yield FieldError("directorates", f"{MOST_DIRECTORATES} at most")
    for name in sorted(wanted.directorates):
        if not name.strip() or name != name.strip() or len(name) > LONGEST_DIRECTORATE:
            yield FieldError("directorates", f"{name!r} names no directorate")


def end_of(day: date | None) -> datetime | None:
    """The first moment after a day in London, in UTC."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)

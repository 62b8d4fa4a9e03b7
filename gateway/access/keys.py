"""What a key is: how it is made, what is kept of it, and which secrets are strong enough to be one."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from gateway.access.errors import AdminKeyWeak, KeyNameInvalid

SCHEME: Final = "csk_"
ENTROPY_BYTES: Final = 32
ADMIN_KEY_LENGTH: Final = 32
"""Fewest characters of a key that somebody else has chosen (``SUITE_ADMIN_KEY``)."""
CHOSEN: Final = "(set)"
"""Stands in place of a prefix where somebody else has chosen the key: nothing of it is shown."""
USE_RECORDED_EVERY: Final = timedelta(hours=1)
_LONGEST: Final = 512
_SHOWN: Final = len(SCHEME) + 4
_BEARER: Final = re.compile(rb"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_SECRET: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
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


@dataclass(frozen=True, slots=True)
class Caller:
    """Who has a key. ``last_used`` is known to the hour."""

    key_id: int
    name: str
    last_used: datetime | None


def is_use_due(caller: Caller, now: datetime) -> bool:
    """Whether the time of last use is old enough to be recorded again."""
    return caller.last_used is None or now - caller.last_used >= USE_RECORDED_EVERY


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
    if len(secret) > _LONGEST - len("Bearer ") or not _SECRET.fullmatch(secret):
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

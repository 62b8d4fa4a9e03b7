"""Digests: what a service has published, in so few words that whoever follows it can compare."""

from hashlib import sha256
from typing import Final
from zlib import crc32

from pydantic import Field

from contracts.envelope import Body

DIGEST_PUBLISHED: Final = "commissioning.digest.published.v1"
RANGES: Final = 256
"""Subjects are divided into so many ranges, so that a digest has the same size whatever it tells of."""

_HASHES: Final = 2**64


class RangeDigest(Body):
    """The aggregates of one range of subjects: a subject's CRC-32 modulo 256 says which.

    ``highest`` is the highest version that any of them has. ``hash`` is the sum, modulo 2^64 and in 16 hexadecimal
    digits, of the first eight bytes (big-endian) of the SHA-256 of ``subject``, ``aggregateversion`` and ``id`` of the
    newest event of each, as text with a line feed between them.
    """

    range: int = Field(ge=0, lt=RANGES)
    aggregates: int = Field(ge=1)
    highest: int = Field(ge=1)
    hash: str = Field(pattern="^[0-9a-f]{16}$")


class DigestPublished(Body):
    """What a service has published up to a position of its feed. Subject and key: the service.

    ``ends`` has for each partition of the service's topic of events the offset after which no event was published yet:
    before it are all that the digest tells of and no other. While ``settled`` is false, events wait that a recovery had
    published again: then only ``highest`` says something. ``types``: of the events told of. A range without aggregates
    is left out.
    """

    position: int = Field(ge=0)
    ends: tuple[int, ...]
    settled: bool
    types: tuple[str, ...]
    ranges: tuple[RangeDigest, ...]


def range_of(subject: str) -> int:
    """The range of an aggregate, by its subject."""
    return crc32(subject.encode()) % RANGES


def hash_of(subject: str, version: int, event_id: str) -> int:
    """What the newest event of an aggregate adds to its range's hash."""
    return int.from_bytes(sha256(f"{subject}\n{version}\n{event_id}".encode()).digest()[:8])


def range_digest(number: int, aggregates: int, highest: int, total: int) -> RangeDigest:
    """The digest of a range, ``total`` being the sum of its hashes."""
    return RangeDigest(range=number, aggregates=aggregates, highest=highest, hash=f"{total % _HASHES:016x}")

"""What was published of an aggregate last."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """The version and the fingerprint of the newest event; version 0 and null before the first."""

    version: int
    fingerprint: str | None

"""What can go wrong with keys."""

from collections.abc import Mapping
from typing import ClassVar, Self

from chassis.errors import Conflict, Invalid, NotFound, Problem


class KeyUnknown(NotFound):
    type_, title = "key-unknown", "There is no key of that name"


class KeyNameTaken(Conflict):
    type_, title = "key-name-taken", "A key of that name exists, or existed"


class KeyNameInvalid(Invalid):
    type_, title = "key-name-invalid", "That cannot name a key"


class KeyInvalid(Invalid):
    type_, title = "key-invalid", "That cannot be a key"


class KeyNotInUse(Conflict):
    type_, title = "key-not-in-use", "The key is revoked or has run out"


class KeySetElsewhere(Conflict):
    type_, title = "key-set-elsewhere", "The key is the one that SUITE_ADMIN_KEY sets: set another there"


class PersonUnknown(NotFound):
    type_, title = "person-unknown", "There is no such person"


class PersonInvalid(Invalid):
    type_, title = "person-invalid", "That cannot be a person"


class NameOfAnother(Conflict):
    type_, title = "name-of-another", "A key or a subject of tokens is another person's"


class AdminKeyWeak(Invalid):
    type_, title = "admin-key-weak", "That is not strong enough to be the administrator's key"


class AdminKeyRevoked(Conflict):
    type_, title = "admin-key-revoked", "The administrator's key has been revoked"


class TooManyCalls(Problem):
    status: ClassVar[int] = 429
    type_, title = "too-many-calls", "Too many calls with this key"

    def __init__(self, seconds: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"The limit is reached; try again in {seconds} seconds.")
        self.answer_headers |= {"retry-after": str(seconds), **headers}

    @classmethod
    def passed_on(cls, headers: Mapping[str, str]) -> Self:
        """As an answer to a call of ours in the caller's name has said it, by its headers."""
        said = {name: value for name, value in headers.items() if name in {"ratelimit", "ratelimit-policy"}}
        return cls(int(headers.get("retry-after", "1")), said)


class TooManyFromAddress(Problem):
    status: ClassVar[int] = 429
    type_, title = "too-many-from-address", "Too many calls without a key from here"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Nobody may read so often without a key; try again in {seconds} seconds.")
        self.answer_headers["retry-after"] = str(seconds)


class TooManyRefusals(Problem):
    status: ClassVar[int] = 429
    type_, title = "too-many-refusals", "Too many keys were refused from here"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Keys that are not in use were shown too often; try again in {seconds} seconds.")
        self.answer_headers["retry-after"] = str(seconds)

"""What can go wrong with keys."""

from typing import ClassVar

from chassis.errors import Conflict, Invalid, NotFound, Problem


class KeyUnknown(NotFound):
    type_, title = "key-unknown", "There is no key of that name"


class KeyNameTaken(Conflict):
    type_, title = "key-name-taken", "A key of that name exists, or existed"


class KeyNameInvalid(Invalid):
    type_, title = "key-name-invalid", "That cannot name a key"


class AdminKeyWeak(Invalid):
    type_, title = "admin-key-weak", "That is not strong enough to be the administrator's key"


class AdminKeyRevoked(Conflict):
    type_, title = "admin-key-revoked", "The administrator's key has been revoked"


class TooManyRefusals(Problem):
    status: ClassVar[int] = 429
    type_, title = "too-many-refusals", "Too many keys were refused from here"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Keys that are not in use were shown too often; try again in {seconds} seconds.")
        self.answer_headers["retry-after"] = str(seconds)

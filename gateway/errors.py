"""What can go wrong at the front door."""

from typing import ClassVar

from chassis.errors import Conflict, Invalid, NotFound, Problem, Unavailable


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


class BodyLate(Problem):
    status, type_, title = 408, "body-late", "The body did not arrive in time"


class ServiceBroken(Problem):
    status, type_, title = 502, "service-broken", "A service broke off its answer"


class ServiceUnavailable(Unavailable):
    type_, title = "service-unavailable", "A service cannot be reached"
    headers: ClassVar[dict[str, str]] = {"retry-after": "1"}


class ServiceLate(Problem):
    status, type_, title = 504, "service-late", "A service did not answer in time"

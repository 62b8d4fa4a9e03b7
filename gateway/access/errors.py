"""What can go wrong with keys."""

from chassis.errors import Conflict, Invalid, NotFound


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

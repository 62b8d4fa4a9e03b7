"""What can go wrong on the way to a service."""

from typing import ClassVar

from chassis.errors import Problem, Unavailable


class BodyLate(Problem):
    status, type_, title = 408, "body-late", "The body did not arrive in time"


class ServiceBroken(Problem):
    status, type_, title = 502, "service-broken", "A service broke off its answer"


class ServiceUnavailable(Unavailable):
    type_, title = "service-unavailable", "A service cannot be reached"
    headers: ClassVar[dict[str, str]] = {"retry-after": "1"}


class ServiceLate(Problem):
    status, type_, title = 504, "service-late", "A service did not answer in time"

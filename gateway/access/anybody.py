"""What anybody may read without a key where the deployment says so: the promises that are published."""

import math
from typing import Final

from starlette.types import Scope

from chassis.identity import Caller
from chassis.web.identity import CALLER
from chassis.web.middleware import Admission, header
from contracts.anybody import ANYBODY, PUBLISHED_PROMISES
from gateway.access.admission import address_of
from gateway.access.buckets import Buckets
from gateway.access.errors import TooManyFromAddress

_READER: Final = Caller(ANYBODY, frozenset({"pledges:read"}))
"""Who a service is told of. Its token is for the one method and path that was asked."""


def with_anybody(admit: Admission, most: int) -> Admission:
    """Admission that lets anybody who shows nothing read published promises, ``most`` times a minute from an address.

    With 0 nobody may. Whoever shows a key comes in by that, or not at all.
    """
    if not most:
        return admit
    buckets = Buckets(most)

    async def admit_anybody(scope: Scope) -> str:
        if not _is_for_anybody(scope):
            return await admit(scope)
        _count(buckets, address_of(scope))
        scope[CALLER] = _READER
        return ANYBODY

    return admit_anybody


def _is_for_anybody(scope: Scope) -> bool:
    """A HEAD has become a GET by now."""
    asks = scope["method"] == "GET" and scope["path"] == PUBLISHED_PROMISES
    return asks and CALLER not in scope and not header(scope, b"authorization")


def _count(buckets: Buckets, address: str) -> None:
    """Take one of the calls of an address.

    Raises:
        TooManyFromAddress: none is left.
    """
    left = buckets.left(address)
    if left < 1:
        raise TooManyFromAddress(max(math.ceil(buckets.seconds_until(1, left)), 1))
    buckets.take(address)

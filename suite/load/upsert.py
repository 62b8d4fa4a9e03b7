"""Making what is missing and leaving alone what is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

import httpx

from suite.load.api_client import Refused, iterate_items, send_request
from suite.load.dataset import Reference
from suite.load.report import CREATED, PRESERVED, UNCHANGED, Tally


class Sending(Protocol):
    """Whom to call, and the count of what that did."""

    client: httpx.AsyncClient
    tally: Tally


@dataclass(slots=True)
class Load:
    """A load under way: whom to call, what to load, what was done so far; and what former versions loaded before."""

    client: httpx.AsyncClient
    reference: Reference
    tally: Tally = field(default_factory=Tally)
    notes: list[str] = field(default_factory=list)
    from_version_0_1: bool = False
    names_are_former: bool = False
    _listed: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    async def once(self, path: str, *, key: str = "code") -> dict[str, dict[str, Any]]:
        """A whole collection by its key, read the first time it is asked for."""
        if path not in self._listed:
            self._listed[path] = {found[key]: found async for found in iterate_items(self.client, path)}
        return self._listed[path]


def already_there(sent: Any, found: Any) -> bool:
    """Whether everything that would be sent is there already; what the suite adds to it does not matter.

    Numbers are compared by value (``"0.5"`` is ``"0.50"``); an absent field is the same as an empty one.
    """
    if isinstance(sent, Mapping):
        return isinstance(found, Mapping) and all(already_there(value, found.get(name)) for name, value in sent.items())
    if isinstance(sent, Sequence) and not isinstance(sent, str):
        alike = isinstance(found, Sequence) and len(found) == len(sent)
        return (alike and all(map(already_there, sent, found))) or (not sent and not found)
    if sent is None or sent == "":
        return found is None or found == ""
    return sent == found or (_number(sent) is not None and _number(sent) == _number(found))


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value)) if not isinstance(value, bool) else None
    except InvalidOperation:
        return None


async def create_missing(
    load: Sending, kind: str, method: str, path: str, body: Mapping[str, Any], found: Any | None
) -> bool:
    """Send ``body`` unless ``found`` says that it is there; whether it was sent.

    What is there with other content was changed by someone since: it is counted as preserved and left alone.
    """
    if found is not None:
        load.tally.add(kind, UNCHANGED if already_there(body, found) else PRESERVED)
        return False
    response = await send_request(load.client, method, path, body)
    repeated = method == "POST" and response.status_code == httpx.codes.OK
    load.tally.add(kind, UNCHANGED if repeated else CREATED)
    return not repeated


async def create_once(load: Sending, kind: str, path: str, body: Mapping[str, Any]) -> bool:
    """POST ``body`` to a collection that knows a repeat (200) and refuses other content under a taken code (409)."""
    try:
        response = await send_request(load.client, "POST", path, body)
    except Refused as refused:
        if refused.status != httpx.codes.CONFLICT:
            raise
        load.tally.add(kind, PRESERVED)
        return False
    created = response.status_code == httpx.codes.CREATED
    load.tally.add(kind, CREATED if created else UNCHANGED)
    return created

"""Where the suite says who answers for what: asked of its public API, with the rights of who wants to know."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from httpx import codes

from chassis.errors import Forbidden, Problem, Unavailable
from chassis.identity import Caller
from gateway.access.errors import TooManyCalls
from gateway.access.owners import Directory, Mention, Unowned, UnownedMention, unowned
from portal.api import Api
from portal.errors import Refused

Json = Mapping[str, Any]
Named = tuple[str, str | None]
"""A field and what it says."""
_MOST: Final = "200"


class SuiteAsked(Protocol):
    """The suite's own API."""

    def of(self, caller: Caller) -> Api:
        """As this caller may use it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A collection whose items say who answers for them; ``over`` says of an item that nobody has to any more."""

    kind: str
    path: str
    code: str
    title: str
    named: Callable[[Json, date], Iterable[Named]]
    over: Callable[[Json], bool] = lambda _item: False

    @property
    def service(self) -> str:
        return self.path.split("/")[1]

    @property
    def keys_begin(self) -> str:
        """How the keys of its mentions begin (see :class:`Mention`); no other collection's begin so."""
        return f"{self.service}/{self.kind}/"

    def goes_past(self, after: str) -> bool:
        """Whether any of its mentions may have a key after this one."""
        return self.keys_begin > after or after.startswith(self.keys_begin)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which kind, and for which reason; None: of any."""

    kind: str | None = None
    why: Unowned | None = None

    def is_met(self, found: UnownedMention) -> bool:
        return self.kind in {None, found.mention.kind} and self.why in {None, found.why}


def _owner(item: Json, _today: date) -> Iterator[Named]:
    yield "owner", item["owner"]


def _of_risk(item: Json, today: date) -> Iterator[Named]:
    yield from _owner(item, today)
    for place, action in enumerate(item["actions"]):
        yield f"actions.{place}.owner", action["owner"]


def _leads(item: Json, _today: date) -> Iterator[Named]:
    yield from ((f"leads.{place}", name) for place, name in enumerate(item["leads"]))
    if not item["leads"]:
        yield "leads", None


def _assigned(item: Json, today: date) -> Iterator[Named]:
    """Those who answer for a pledge on the day."""
    for place, each in enumerate(item["assignments"]):
        if not (each["valid_from"] or "") <= today.isoformat() <= (each["valid_to"] or "9999"):
            continue
        at = f"assignments.{place}"
        yield f"{at}.portfolio_holder", each["portfolio_holder"]
        yield f"{at}.director", each["director"]
        yield from ((f"{at}.lead_officers.{number}", name) for number, name in enumerate(each["lead_officers"]))


SOURCES: Final = (
    Source("key", "/access/v1/keys", "name", "name", _owner, lambda item: item["revoked_at"] is not None),
    Source(
        "indicator", "/indicators/v1/indicators", "code", "name", _owner, lambda item: item["retired_on"] is not None
    ),
    Source("risk", "/risks/v1/risks", "ref", "title", _of_risk, lambda item: item["status"] == "closed"),
    Source("control", "/risks/v1/controls", "ref", "title", _owner, lambda item: item["state"] == "retired"),
    Source("risk-action", "/risks/v1/actions", "ref", "title", _owner, lambda item: item["closed_on"] is not None),
    Source("pledge", "/pledges/v1/pledges", "id", "title", _assigned, lambda item: item["closed_on"] is not None),
    Source("priority", "/pledges/v1/priorities", "code", "title", _leads),
    Source("action", "/pledges/v1/actions", "code", "title", _leads, lambda item: item["closed_on"] is not None),
    Source("benefit", "/pledges/v1/benefits", "code", "title", _owner),
)
"""Every collection that has owners."""


async def list_unowned(
    api: Api,
    directory: Directory,
    today: date,
    *,
    wanted: Wanted,
    after: str = "",
    most: int | None = None,
) -> Sequence[UnownedMention]:
    """What goes on and names nobody as its owner, ordered by key, behind the key ``after``.

    Collections are read one after another, in the order of their keys: none that lies before ``after``, and no more
    once ``most`` are found (a few more may be returned).

    Raises:
        Forbidden: the caller may not see a part: what is not seen is not owned for that.
        TooManyCalls: the caller has too few calls left for all that is to be looked at.
        Unavailable: a service does not answer.
    """
    found: list[UnownedMention] = []
    for source in sorted(SOURCES, key=lambda each: each.keys_begin):
        if most is not None and len(found) >= most:
            break
        if wanted.kind in {None, source.kind} and source.goes_past(after):
            mentions = await _mentions_of(api, source, today)
            found += [each for each in unowned(mentions, directory) if wanted.is_met(each) and each.mention.key > after]
    return found


def _not_had(refused: Refused) -> Problem:
    if refused.status == codes.FORBIDDEN:
        return Forbidden(f"All that has owners is looked at: {refused.detail}")
    if refused.status == codes.TOO_MANY_REQUESTS:
        return TooManyCalls.passed_on(refused.headers)
    return Unavailable(refused.detail or refused.title)


async def _mentions_of(api: Api, source: Source, today: date) -> list[Mention]:
    try:
        return [
            Mention(source.service, source.kind, str(item[source.code]), str(item[source.title]), field, text)
            async for item in _every(api, source.path)
            if not source.over(item)
            for field, text in source.named(item, today)
        ]
    except Refused as refused:
        raise _not_had(refused) from refused


async def _every(api: Api, path: str) -> AsyncIterator[Json]:
    cursor: str | None = None
    while True:
        found = await api.get(path, limit=_MOST, cursor=cursor)
        for item in found["items"]:
            yield item
        cursor = found["next"]
        if cursor is None:
            return

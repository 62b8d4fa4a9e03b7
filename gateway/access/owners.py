"""Whom a text names that says who answers for something: a person, or a post that somebody holds."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from gateway.access.people import Person


class Unowned(StrEnum):
    """Why a text names nobody, the first that holds."""

    NOBODY = "nobody"
    """Nothing is said."""
    UNKNOWN = "unknown"
    """Neither a person nor a post has that name."""
    VACANT = "vacant"
    """It names a post, and nobody holds it on the day."""
    LEFT = "left"
    """It names a person who is not with the council on the day."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Where something says who answers for it: ``field`` of an answer of the API. ``text`` None: nothing is said."""

    service: str
    kind: str
    code: str
    title: str
    field: str
    text: str | None

    @property
    def key(self) -> str:
        """By which mentions are ordered, and found again."""
        return f"{self.service}/{self.kind}/{self.code}/{self.field}"


@dataclass(frozen=True, slots=True)
class UnownedMention:
    """A mention that names nobody, and why."""

    mention: Mention
    why: Unowned


_SPACES: Final = re.compile(r"\s+")
_BETWEEN: Final = re.compile(r"\s*(?:[;/,&]|\band\b)\s*", re.IGNORECASE)
_ORDER: Final = tuple(Unowned)
_NOBODY: Final = frozenset({"", "-", "\N{EN DASH}", "n/a", "tbc", "tbd", "none", "vacant"})
"""What stands in tables where nobody is named."""


class Directory:
    """The people there are on a day, by all that a text may call them: name, code, e-mail address, and posts."""

    def __init__(self, people: Iterable[Person], today: date) -> None:
        self._today = today
        self._known: dict[str, Unowned | None] = {}
        for person in people:
            here = _holds(person.starts_on, person.ends_on, today)
            for name in filter(None, (person.name, person.code, person.email)):
                self._add(name, None if here else Unowned.LEFT)
            for term in person.posts:
                self._add(term.post, None if here and _holds(term.starts_on, term.ends_on, today) else Unowned.VACANT)

    def _add(self, name: str, why: Unowned | None) -> None:
        """Remember that a name is somebody's; of two who have it the one who is here counts."""
        known = _plain(name)
        if why is None or known not in self._known:
            self._known[known] = why

    def why_unowned(self, text: str | None) -> Unowned | None:
        """Why ``text`` names nobody; None where it does. Several names are parted by ``; / , &`` or *and*."""
        if text is None or _plain(text) in _NOBODY:
            return Unowned.NOBODY
        whole = self._known.get(_plain(text), Unowned.UNKNOWN)
        if whole is not Unowned.UNKNOWN:
            return whole
        parts = [self._known.get(_plain(each), Unowned.UNKNOWN) for each in _BETWEEN.split(text) if each]
        if not parts:
            return Unowned.NOBODY
        return min(filter(None, parts), key=_ORDER.index, default=None)


def _holds(first: date | None, last: date | None, today: date) -> bool:
    return (first is None or first <= today) and (last is None or today <= last)


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()


def unowned(mentions: Iterable[Mention], directory: Directory) -> Sequence[UnownedMention]:
    """The mentions that name nobody, each once, ordered by service, kind, code and field."""
    found = {each.key: each for each in mentions}
    return list(_unowned(sorted(found.values(), key=lambda each: each.key), directory))


def _unowned(mentions: Iterable[Mention], directory: Directory) -> Iterator[UnownedMention]:
    for each in mentions:
        why = directory.why_unowned(each.text)
        if why is not None:
            yield UnownedMention(each, why)

"""Who the people are behind keys and tokens, and which posts they hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from chassis.errors import FieldError

_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class PostTerm:
    """A post that somebody holds from a day on, until a day or for as long as it is not said."""

    post: str
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody. ``name`` is as printed; ``keys`` and ``subjects`` (of tokens) are theirs and nobody else's."""

    code: str
    name: str
    email: str | None = None
    roles: Sequence[str] = ()
    directorate: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    posts: Sequence[PostTerm] = ()
    keys: Sequence[str] = ()
    subjects: Sequence[str] = ()

    @property
    def names(self) -> frozenset[str]:
        """All names under which histories have this person."""
        return frozenset({*self.keys, *self.subjects})

    def called_on(self, day: date) -> Sequence[str]:
        """What a text may call them by that says who answers for something: name, code, e-mail address, posts held."""
        held = [
            term.post for term in self.posts if term.starts_on <= day and (term.ends_on is None or day <= term.ends_on)
        ]
        return [*filter(None, (self.name, self.code, self.email)), *held]


def person_faults(person: Person) -> Iterator[FieldError]:
    """What is wrong with a person as sent."""
    if _ends_before(person.starts_on, person.ends_on):
        yield FieldError("ends_on", "is before starts_on")
    for place, term in enumerate(person.posts):
        if _ends_before(term.starts_on, term.ends_on):
            yield FieldError(f"posts.{place}.ends_on", "is before starts_on")
    for field, names in (("keys", person.keys), ("subjects", person.subjects)):
        if len(set(names)) < len(names):
            yield FieldError(field, "names one twice")


def _ends_before(starts_on: date | None, ends_on: date | None) -> bool:
    return starts_on is not None and ends_on is not None and ends_on < starts_on


def write_person(person: Person) -> dict[str, Any]:
    """As it is stored, but for code, keys and subjects, which have columns of their own."""
    return {
        "format": _FORMAT,
        "name": person.name,
        "email": person.email,
        "roles": list(person.roles),
        "directorate": person.directorate,
        "starts_on": _text(person.starts_on),
        "ends_on": _text(person.ends_on),
        "posts": [{"post": t.post, "starts_on": _text(t.starts_on), "ends_on": _text(t.ends_on)} for t in person.posts],
    }


def read_person(code: str, stored: Mapping[str, Any], keys: Sequence[str], subjects: Sequence[str]) -> Person:
    """A person out of any format that was ever stored: there is one."""
    posts = [PostTerm(t["post"], date.fromisoformat(t["starts_on"]), _day(t["ends_on"])) for t in stored["posts"]]
    return Person(
        code=code,
        name=stored["name"],
        email=stored["email"],
        roles=tuple(stored["roles"]),
        directorate=stored["directorate"],
        starts_on=_day(stored["starts_on"]),
        ends_on=_day(stored["ends_on"]),
        posts=tuple(posts),
        keys=tuple(keys),
        subjects=tuple(subjects),
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

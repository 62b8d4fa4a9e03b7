"""The bodies of people."""

from datetime import date
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chassis.web.bodies import OutBody, StrictBody
from gateway.access.people import Person, PostTerm

_Words = Annotated[str, Field(min_length=1, max_length=200)]
_KeyName = Annotated[str, Field(min_length=1, max_length=64)]
_SAID: Final[JsonDict] = {
    "name": "Ana Nowak",
    "email": "ana.nowak@example.org",
    "roles": ["finance officer"],
    "directorate": "People",
    "starts_on": "2017-04-01",
    "ends_on": "2020-03-31",
    "posts": [{"post": "Finance Business Partner", "starts_on": "2017-04-01", "ends_on": "2019-03-31"}],
    "keys": ["Ana Nowak"],
    "subjects": ["0b6f5a1e-6c1d-4d2a-9f0e-1a2b3c4d5e6f"],
}


class PostTermBody(StrictBody):
    """A post that somebody holds for a time."""

    post: _Words = Field(description="The post, as printed", examples=["Finance Business Partner"])
    starts_on: date = Field(description="First day", examples=["2017-04-01"])
    ends_on: date | None = Field(
        default=None, description="Last day, null while it is not said", examples=["2019-03-31"]
    )


class PersonIn(StrictBody):
    """A person, as a whole: what is left out is not so."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAID]})

    name: _Words = Field(description="As printed")
    email: str | None = Field(default=None, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", description="E-mail address")
    roles: Annotated[list[_Words], Field(max_length=50)] = Field(default=[], description="What they do")
    directorate: _Words | None = Field(default=None, description="Where they belong")
    starts_on: date | None = Field(default=None, description="First day with the council")
    ends_on: date | None = Field(default=None, description="Last day; their keys are revoked apart from it")
    posts: Annotated[list[PostTermBody], Field(max_length=50)] = Field(default=[], description="Posts they hold")
    keys: Annotated[list[_KeyName], Field(max_length=50)] = Field(
        default=[], description="Names of keys that are theirs"
    )
    subjects: Annotated[list[_Words], Field(max_length=50)] = Field(
        default=[], description="Subjects (`sub`) of access tokens that are theirs"
    )

    def to_domain(self, code: str) -> Person:
        return Person(
            code=code,
            name=self.name,
            email=self.email,
            roles=tuple(self.roles),
            directorate=self.directorate,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            posts=tuple(PostTerm(each.post, each.starts_on, each.ends_on) for each in self.posts),
            keys=tuple(self.keys),
            subjects=tuple(self.subjects),
        )


class PersonOut(OutBody):
    """A person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "ana-nowak", **_SAID}]})

    code: str = Field(description="Their code")
    name: str = Field(description="As printed")
    email: str | None = Field(description="E-mail address")
    roles: list[str] = Field(description="What they do")
    directorate: str | None = Field(description="Where they belong")
    starts_on: date | None = Field(description="First day with the council")
    ends_on: date | None = Field(description="Last day")
    posts: list[PostTermBody] = Field(description="Posts they hold or held")
    keys: list[str] = Field(description="Keys that are theirs, by name")
    subjects: list[str] = Field(description="Subjects of access tokens that are theirs")

    @classmethod
    def of(cls, person: Person) -> Self:
        posts = [PostTermBody(post=t.post, starts_on=t.starts_on, ends_on=t.ends_on) for t in person.posts]
        same = {name: getattr(person, name) for name in cls.model_fields if name not in {"posts", "keys", "subjects"}}
        return cls.model_validate(
            same | {"posts": posts, "keys": sorted(person.keys), "subjects": sorted(person.subjects)}
        )

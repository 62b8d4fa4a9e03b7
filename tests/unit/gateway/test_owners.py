"""Whom a text names as owner, on a day."""

from datetime import date
from typing import Any

import pytest

from gateway.access.mentions import SOURCES, Json, Wanted, list_unowned
from gateway.access.owners import Directory, Mention, Unowned, unowned
from gateway.access.people import Person, PostTerm

TODAY = date(2018, 2, 28)
PEOPLE = (
    Person("craig-mcardle", "Craig McArdle", "craig@example.org", posts=(PostTerm("Director", date(2017, 4, 1)),)),
    Person("ana", "Ana Nowak", ends_on=TODAY, posts=(PostTerm("Head of Finance", date(2017, 4, 1), TODAY),)),
    Person("ben", "Ben Left", ends_on=date(2018, 2, 27), posts=(PostTerm("Clerk", date(2017, 4, 1)),)),
    Person("eve", "Eve Soon", starts_on=date(2018, 3, 1)),
    Person("old", "Head of Finance", ends_on=date(2017, 1, 1)),
    Person("pat", "Pat", posts=(PostTerm("Once", date(2016, 4, 1), date(2017, 3, 31)),)),
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Craig McArdle", None),
        ("craig  mcardle ", None),
        ("craig-mcardle", None),
        ("Craig@example.org", None),
        ("Director", None),
        ("Head of Finance", None),
        ("Craig McArdle / Ana Nowak", None),
        ("Craig McArdle; Director", None),
        ("Craig McArdle and Ana Nowak", None),
        ("Craig McArdle & Ana Nowak, Pat", None),
        (None, Unowned.NOBODY),
        ("", Unowned.NOBODY),
        (" - ", Unowned.NOBODY),
        ("TBC", Unowned.NOBODY),
        (";", Unowned.NOBODY),
        ("Somebody", Unowned.UNKNOWN),
        ("McArdle", Unowned.UNKNOWN),
        ("Craig McArdle / Somebody", Unowned.UNKNOWN),
        ("Craigand", Unowned.UNKNOWN),
        ("Clerk", Unowned.VACANT),
        ("Once", Unowned.VACANT),
        ("Clerk / Somebody", Unowned.UNKNOWN),
        ("Ben Left, Clerk", Unowned.VACANT),
        ("Ben Left", Unowned.LEFT),
        ("Eve Soon", Unowned.LEFT),
        ("Ana Nowak, Ben Left", Unowned.LEFT),
    ],
)
def test_whom_a_text_names(text: str | None, why: Unowned | None) -> None:
    assert Directory(PEOPLE, TODAY).why_unowned(text) is why


def test_a_post_with_and_in_its_name_is_one() -> None:
    people = [Person("a", "A", posts=(PostTerm("Director of People and Place", TODAY),))]
    directory = Directory(people, TODAY)
    assert directory.why_unowned("Director of People and Place") is None
    assert directory.why_unowned("Director of People") is Unowned.UNKNOWN


def test_of_two_with_one_name_the_one_who_is_here_counts() -> None:
    people = [Person("a", "Ana", ends_on=date(2017, 1, 1)), Person("b", "Ana"), Person("c", "Ana", ends_on=TODAY)]
    assert Directory(people, TODAY).why_unowned("Ana") is None
    assert Directory(people[:1], TODAY).why_unowned("Ana") is Unowned.LEFT


class Suite:
    """As many owners as there are collections: each names nobody in two items."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def get(self, path: str, **_: str | None) -> Json:
        self.asked.append(path)
        said = {"owner": None, "leads": [], "actions": [], "assignments": [], "closed_on": None, "retired_on": None}
        named = [said | {"revoked_at": None, "status": "open", "state": "in_place"} for _ in range(2)]
        codes = ({"code": code, "name": code, "ref": code, "id": code, "title": code} for code in ("a", "b"))
        return {"items": [one | code for one, code in zip(named, codes, strict=True)], "next": None}


async def test_no_more_is_read_than_a_page_shows() -> None:
    directory, suite = Directory((), TODAY), Suite()
    api: Any = suite
    whole = [each.mention.key for each in await list_unowned(api, directory, TODAY, wanted=Wanted())]
    assert whole == sorted(whole)
    assert sorted(suite.asked) == sorted(each.path for each in SOURCES)
    paged: list[str] = []
    while len(paged) < len(whole):
        suite.asked.clear()
        after = paged[-1] if paged else ""
        found = await list_unowned(api, directory, TODAY, wanted=Wanted(), after=after, most=1)
        paged.append(found[0].mention.key)
        assert len(suite.asked) <= 3, "the collection where it goes on, and those until something is found"
    assert paged == whole
    assert [each.mention.kind for each in await list_unowned(api, directory, TODAY, wanted=Wanted("risk"))] == [
        "risk"
    ] * 2


def test_what_names_nobody_is_told_once_in_order() -> None:
    said = [
        Mention("risks", "risk", "R2", "Two", "owner", "Somebody"),
        Mention("risks", "risk", "R1", "One", "owner", None),
        Mention("risks", "risk", "R1", "One", "owner", None),
        Mention("risks", "risk", "R3", "Three", "owner", "Pat"),
        Mention("access", "key", "etl", "etl", "owner", "Clerk"),
    ]
    found = [(each.mention.code, each.why.value) for each in unowned(said, Directory(PEOPLE, TODAY))]
    assert found == [("etl", "vacant"), ("R1", "nobody"), ("R2", "unknown")]

"""Subjects of tokens and names of keys stand in the same histories: nobody is taken for the holder of the other."""

from typing import Any

import pytest

from chassis.identity import Caller
from chassis.paging import Page, PageRequest
from chassis.storage.database import Database
from chassis.storage.transaction import Tx
from gateway.access import people_repository, people_service, service
from gateway.access.errors import KeyNameTaken, NameOfAnother
from gateway.access.people import Person
from tests.conftest import DatabaseFor
from tests.integration.gateway.conftest import admin
from tests.unit.gateway.test_tokens import signed, tokens_over


@pytest.fixture
async def database(database_for: DatabaseFor) -> Database:
    return await database_for("gateway")


def person(**names: Any) -> Person:
    return Person("ana-nowak", "Ana Nowak", **names)


async def list_all(tx: Tx) -> Page[Person]:
    return await people_service.list_people(tx, PageRequest(10))


async def put(database: Database, wanted: Person) -> None:
    await database.write(lambda tx: people_service.put_person(tx, wanted))


async def test_a_subject_is_a_name_of_its_own(database: Database) -> None:
    assert await tokens_over(database).caller(signed()) == Caller("warehouse", {"risks:read"})


@pytest.mark.parametrize("revoked", [False, True])
async def test_a_subject_that_names_a_key_is_not_taken_for_its_holder(database: Database, *, revoked: bool) -> None:
    await database.write(lambda tx: service.create_key(tx, admin("warehouse")))
    if revoked:
        await database.write(lambda tx: service.revoke_key(tx, "warehouse"))
    assert await tokens_over(database).caller(signed()) is None
    await put(database, person(subjects=["warehouse"]))
    assert await tokens_over(database).caller(signed()) is None


async def test_who_has_both_is_one_person(database: Database) -> None:
    await database.write(lambda tx: service.create_key(tx, admin("warehouse")))
    await put(database, person(keys=["warehouse"], subjects=["warehouse"]))
    found = await tokens_over(database).caller(signed())
    assert found is not None
    assert found.person == "ana-nowak"


async def test_a_key_is_not_named_as_somebodys_subject(database: Database) -> None:
    await put(database, person(subjects=["warehouse"]))
    with pytest.raises(KeyNameTaken):
        await database.write(lambda tx: service.create_key(tx, admin("warehouse")))


@pytest.mark.both_engines
@pytest.mark.parametrize("database_for", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
async def test_a_name_that_another_takes_at_the_same_time_is_another_persons(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen that nobody has it; one commits before the other saves. (SQLite lets one begin.)"""
    save = people_repository.save_person

    async def overtaken(tx: Tx, wanted: Person) -> Any:
        monkeypatch.setattr(people_repository, "save_person", save)
        await put(database, Person("ben", "Ben", subjects=["b", "shared"]))
        return await save(tx, wanted)

    monkeypatch.setattr(people_repository, "save_person", overtaken)
    with pytest.raises(NameOfAnother, match="shared: "):
        await put(database, person(subjects=["a", "shared"]))
    assert [each.code for each in (await database.read(list_all)).items] == ["ben"]
    await put(database, person(subjects=["a"]))

"""Use cases of people."""

from collections.abc import Collection, Sequence
from datetime import date

from chassis.audit import record_change, record_unchanged
from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from gateway.access import people_repository as stored
from gateway.access.errors import NameOfAnother, PersonInvalid, PersonUnknown
from gateway.access.owners import Directory
from gateway.access.people import Person, person_faults, write_person


async def put_person(tx: Tx, person: Person) -> tuple[Person, bool]:
    """Enter or replace a person; and whether they are new. The same again changes nothing.

    Raises:
        PersonInvalid: something ends before it begins, or no key has a name.
        NameOfAnother: a key or a subject of tokens is another person's.
    """
    unknown = [
        FieldError("keys", f"no key is named {name!r}") for name in await stored.list_unknown_keys(tx, person.keys)
    ]
    if faults := [*person_faults(person), *unknown]:
        raise PersonInvalid(errors=faults)
    before = await stored.lock_person(tx, person.code)
    _require_none(await stored.list_taken(tx, person))
    if before is not None and _state(before) == _state(person):
        record_unchanged(tx)
        return before, False
    _require_none(await stored.save_person(tx, person))
    former = _state(before) if before else None
    record_change(tx, subject=person.code, action="person.put", before=former, after=_state(person))
    return await get_person(tx, person.code), before is None


def _require_none(taken: Collection[str]) -> None:
    if taken:
        raise NameOfAnother(f"{', '.join(sorted(taken))}: these are another person's")


def _state(person: Person) -> dict[str, object]:
    return write_person(person) | {"keys": sorted(person.keys), "subjects": sorted(person.subjects)}


async def get_person(tx: Tx, code: str) -> Person:
    """A person.

    Raises:
        PersonUnknown: nobody has this code.
    """
    found = await stored.get_person(tx, code)
    if found is None:
        raise PersonUnknown(f"nobody has the code {code!r}")
    return found


async def list_names(tx: Tx, code: str) -> Sequence[str]:
    """By what a person is called on the business date, where texts say who answers for something."""
    return (await get_person(tx, code)).called_on(await tx.business_date())


async def list_people(tx: Tx, request: PageRequest) -> Page[Person]:
    """By code."""
    return page_of(await stored.list_people(tx, request), request, key=lambda one: one.code)


async def get_directory(tx: Tx) -> tuple[Directory, date]:
    """Everybody as texts call them on the business date; and that date."""
    today = await tx.business_date()
    return Directory(await stored.list_everybody(tx), today), today

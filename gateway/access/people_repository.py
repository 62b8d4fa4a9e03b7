"""Every query about people."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, select

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_or_ignore, upsert
from chassis.storage.transaction import Tx
from gateway.access.models import ApiKey, PersonName, PersonRow
from gateway.access.people import Person, read_person, write_person

KEY, SUBJECT = "key", "subject"
"""What a name is: of a key, or the subject of tokens."""


async def lock_person(tx: Tx, code: str) -> Person | None:
    wanted = select(PersonRow.code).where(PersonRow.code == code).with_for_update()
    return await get_person(tx, code) if await tx.session.scalar(wanted) else None


async def get_person(tx: Tx, code: str) -> Person | None:
    found = await _people(tx, select(PersonRow.code, PersonRow.content).where(PersonRow.code == code))
    return found[0] if found else None


async def list_people(tx: Tx, request: PageRequest) -> Sequence[Person]:
    """By code, one more than the page takes."""
    wanted = select(PersonRow.code, PersonRow.content).order_by(PersonRow.code).limit(request.fetch)
    return await _people(tx, wanted if request.after is None else wanted.where(PersonRow.code > request.after))


async def get_person_of(tx: Tx, kind: str, name: str) -> Person | None:
    """Whose key or subject of tokens this is."""
    own = select(PersonName.person).where(PersonName.kind == kind, PersonName.name == name)
    found = await _people(tx, select(PersonRow.code, PersonRow.content).where(PersonRow.code.in_(own)))
    return found[0] if found else None


async def _people(tx: Tx, wanted: Select[tuple[str, Any]]) -> list[Person]:
    rows = (await tx.session.execute(wanted)).all()
    names = await _names_of(tx, [row.code for row in rows]) if rows else {}
    return [read_person(row.code, row.content, *names.get(row.code, ((), ()))) for row in rows]


async def _names_of(tx: Tx, codes: Collection[str]) -> Mapping[str, tuple[list[str], list[str]]]:
    """By person, the names of keys and the subjects of tokens."""
    wanted = select(PersonName).where(PersonName.person.in_(codes)).order_by(PersonName.name)
    found: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for row in await tx.session.scalars(wanted):
        found[row.person][row.kind == SUBJECT].append(row.name)
    return found


async def list_taken(tx: Tx, person: Person) -> Sequence[str]:
    """Those of a person's names that are another's."""
    wanted = select(PersonName.kind, PersonName.name).where(
        PersonName.name.in_(person.names), PersonName.person != person.code
    )
    own = {(KEY, name) for name in person.keys} | {(SUBJECT, name) for name in person.subjects}
    return [row.name for row in await tx.session.execute(wanted) if (row.kind, row.name) in own]


async def list_unknown_keys(tx: Tx, names: Collection[str]) -> Sequence[str]:
    """Those of the names that no key has or had."""
    known = set(await tx.session.scalars(select(ApiKey.name).where(ApiKey.name.in_(names))))
    return sorted(set(names) - known)


async def save_person(tx: Tx, person: Person) -> Collection[str]:
    """Save a person, with the names that are theirs from now on. Returns those that became another's meanwhile."""
    row = {"code": person.code, "content": write_person(person)}
    await upsert(tx, PersonRow, [row], ("code",), ("content",))
    await tx.session.execute(delete(PersonName).where(PersonName.person == person.code))
    names = [(KEY, name) for name in person.keys] + [(SUBJECT, name) for name in person.subjects]
    rows = [{"kind": kind, "name": name, "person": person.code} for kind, name in sorted(names)]
    saved = await insert_or_ignore(tx, PersonName, rows, ("kind", "name"), ("name",)) if rows else []
    return Counter(name for _, name in names) - Counter(row.name for row in saved)


async def list_everybody(tx: Tx) -> Sequence[Person]:
    """All people, by code."""
    return await _people(tx, select(PersonRow.code, PersonRow.content).order_by(PersonRow.code))

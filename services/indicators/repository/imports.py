"""Mappings of files, and the parts of files that imports read and leave."""

from typing import Any, BinaryIO

from sqlalchemy import delete, func, select, update

from chassis.paging import PageRequest
from chassis.storage.bulk import insert_many, table_of, upsert
from chassis.storage.transaction import Tx
from services.indicators.domain.formats import mapping_from_json, mapping_to_json
from services.indicators.domain.importing.mapping import FileMapping
from services.indicators.models import FileMappingRow, ImportPartRow

FILE, ERRORS = "file", "errors"
PART = 1_048_576
"""Bytes of a part."""

_PART, _MAPPING = table_of(ImportPartRow), table_of(FileMappingRow)


async def get_mapping(tx: Tx, name: str) -> FileMapping | None:
    content = await tx.session.scalar(select(_MAPPING.c.content).where(_MAPPING.c.name == name))
    return None if content is None else mapping_from_json(content)


async def list_mappings(tx: Tx, page: PageRequest) -> list[FileMapping]:
    query = select(_MAPPING.c.content).order_by(_MAPPING.c.name).limit(page.fetch)
    if page.after is not None:
        query = query.where(_MAPPING.c.name > page.after)
    return [mapping_from_json(content) for content in await tx.session.scalars(query)]


async def save_mapping(tx: Tx, mapping: FileMapping) -> None:
    row = {"name": mapping.name, "content": mapping_to_json(mapping), "actor": tx.actor, "saved_at": tx.now}
    await upsert(tx, FileMappingRow, [row], ["name"], ["content", "actor", "saved_at"])


async def save_parts(tx: Tx, number: int, kind: str, file: BinaryIO) -> None:
    """Save a file of an import from its beginning, part by part."""
    file.seek(0)
    for n, content in enumerate(iter(lambda: file.read(PART), b"")):
        row: dict[str, Any] = {"import_id": number, "kind": kind, "number": n, "content": content}
        await insert_many(tx, ImportPartRow, [row])


async def get_part(tx: Tx, number: int, kind: str, part: int) -> bytes | None:
    """A part by its number, from 0; None after the last."""
    of = _PART.c.import_id == number, _PART.c.kind == kind, _PART.c.number == part
    content: bytes | None = await tx.session.scalar(select(_PART.c.content).where(*of))
    return content


async def move_file(tx: Tx, number: int, to: int) -> int:
    """Make the file of an import that of another; how many bytes it has, 0 where it is gone."""
    moved = update(_PART).where(_PART.c.import_id == number, _PART.c.kind == FILE).values(import_id=to)
    await tx.session.execute(moved)
    size = select(func.sum(func.length(_PART.c.content))).where(_PART.c.import_id == to, _PART.c.kind == FILE)
    return int(await tx.session.scalar(size) or 0)


async def delete_parts(tx: Tx, number: int, kind: str) -> None:
    await tx.session.execute(delete(_PART).where(_PART.c.import_id == number, _PART.c.kind == kind))


async def delete_orphans(tx: Tx) -> None:
    """Delete parts of imports whose job is gone, by retention."""
    job = tx.table("job")
    if await tx.session.scalar(select(_PART.c.import_id).limit(1)) is not None:
        await tx.session.execute(delete(_PART).where(_PART.c.import_id.not_in(select(job.c.id))))

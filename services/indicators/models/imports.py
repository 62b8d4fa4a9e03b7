"""Tables of imports: mappings of files, and the files under way."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import JsonText, UtcDateTime
from services.indicators.models.metadata import ACTOR, Base


class FileMappingRow(Base):
    """How files of one kind are read; ``content`` is a stored format. Those that ship with the product are none."""

    __tablename__ = "file_mapping"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    actor: Mapped[str] = mapped_column(ACTOR)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportPartRow(Base):
    """A part of the file of an import, or of its errors; ``import_id`` is the id of its job, which may be gone."""

    __tablename__ = "import_part"

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)

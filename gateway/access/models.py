"""The keys that open the door, the people behind them, and how many calls each caller has left."""

from datetime import datetime
from typing import Any

from sqlalchemy import Double, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.storage.tables import service_metadata
from chassis.storage.types import BigId, JsonText, UtcDateTime


class Base(DeclarativeBase):
    metadata = service_metadata()


class ApiKey(Base):
    """A key, by its hash. Rows stay when a key is revoked, so that a name in a history always means one key."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(16))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[str] = mapped_column(String(100))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    last_used: Mapped[datetime | None] = mapped_column(UtcDateTime())
    scopes: Mapped[str] = mapped_column(String(1000))
    """With spaces between, as OAuth writes them."""
    areas: Mapped[str] = mapped_column(String(500))
    directorates: Mapped[Any] = mapped_column(JsonText)
    """A list of names, which have spaces in them."""
    owner: Mapped[str | None] = mapped_column(String(200))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    previous_prefix: Mapped[str | None] = mapped_column(String(16))
    previous_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    previous_until: Mapped[datetime | None] = mapped_column(UtcDateTime())


class PersonRow(Base):
    """A person: what is said of them, in the format of ``people.py``."""

    __tablename__ = "person"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    content: Mapped[Any] = mapped_column(JsonText)


class PersonName(Base):
    """The name of a key, or the subject of tokens, that is a person's and nobody else's."""

    __tablename__ = "person_name"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.code"), index=True)


class CallLevel(Base):
    """How many calls were left to a caller at a moment, less what gateways have in hand."""

    __tablename__ = "call_level"

    caller: Mapped[str] = mapped_column(String(100), primary_key=True)
    calls_left: Mapped[float] = mapped_column(Double())
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime())

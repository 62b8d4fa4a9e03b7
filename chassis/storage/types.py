"""Column types that keep what they are given exactly, on both databases."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    Numeric,
    String,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Composite, composite
from sqlalchemy.types import TypeDecorator, TypeEngine

from contracts.period import Period, PeriodKind

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key; on SQLite the row id."""

JsonText = JSON().with_variant(JSONB, "postgresql")
"""JSON; binary on PostgreSQL."""


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept exactly: NUMERIC on PostgreSQL, text on SQLite (compare and add it in Python, not in SQL)."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(64) if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return format(value, "f") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002  the signature is the library's
        return None if value is None else Decimal(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: timestamptz on PostgreSQL, ISO text on SQLite. Refuses a moment without a zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002  the signature is the library's
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


PERIOD = ("period_kind", "period_start", "period_end")
"""The columns of a period, by the names they have in every table."""


class PeriodKindText(TypeDecorator[PeriodKind]):
    """The kind of a period, as its text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  the signature is the library's
        return None if value is None else PeriodKind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> PeriodKind | None:  # noqa: ARG002  the signature is the library's
        return None if value is None else PeriodKind(value)


def period_of_columns() -> Composite[Any]:
    """The attribute of a model that is the :class:`Period` of its columns :data:`PERIOD`.

    Annotated ``Mapped[Period | None]`` it is None where the columns are NULL. It can be selected and compared
    (``select(Entry.period).where(Entry.period == period)``); its kind is declared ``PeriodKindText``.
    """
    return composite(*PERIOD)


def period_columns(period: Period | None) -> dict[str, Any]:
    """A period as the values of its columns, for a row that is written in bulk."""
    if period is None:
        return dict.fromkeys(PERIOD)
    return {"period_kind": period.kind.value, "period_start": period.start, "period_end": period.end}


def row_period(row: Any) -> Period:
    """The period of a row that has the columns :data:`PERIOD`, none of them NULL."""
    return Period(PeriodKind(row.period_kind), row.period_start, row.period_end)


def row_period_or_none(row: Any) -> Period | None:
    """The period of a row that has the columns :data:`PERIOD`, or None where they are NULL."""
    return None if row.period_kind is None else row_period(row)

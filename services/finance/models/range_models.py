"""Printed tables of savings ranges."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime
from services.finance.models.metadata import Base


class RangeModelRow(Base):
    """A table as its source prints it; its cells by format."""

    __tablename__ = "range_model"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(300))
    unit: Mapped[Decimal] = mapped_column(ExactDecimal)
    cells: Mapped[dict[str, Any]] = mapped_column(JsonText)
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

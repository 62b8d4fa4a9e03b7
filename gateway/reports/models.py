"""Reports, the files they were published as, and what was added later."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.storage.types import JsonText, UtcDateTime
from gateway.access.models import Base


class ReportRow(Base):
    """A report of a quarter; ``content`` in the format of ``report.py``."""

    __tablename__ = "report"

    quarter: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    content: Mapped[Any] = mapped_column(JsonText)
    drafted_by: Mapped[str] = mapped_column(String(100))
    drafted_at: Mapped[datetime] = mapped_column(UtcDateTime())
    published_by: Mapped[str | None] = mapped_column(String(100))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    digest: Mapped[str | None] = mapped_column(String(64))


class FileRow(Base):
    """A file of a report as it was published. None is ever changed."""

    __tablename__ = "report_file"

    quarter: Mapped[str] = mapped_column(ForeignKey("report.quarter"), primary_key=True)
    ending: Mapped[str] = mapped_column(String(10), primary_key=True)
    size: Mapped[int] = mapped_column()
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary())


class AddendumRow(Base):
    """What differed at a later moment. None is ever changed."""

    __tablename__ = "report_addendum"

    quarter: Mapped[str] = mapped_column(ForeignKey("report.quarter"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(2000))
    known_on: Mapped[str] = mapped_column(String(10))
    differences: Mapped[Any] = mapped_column(JsonText)
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime())

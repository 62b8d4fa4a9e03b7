"""The metadata that all tables of finance share."""

from sqlalchemy.orm import DeclarativeBase

from chassis.storage.tables import service_metadata


class Base(DeclarativeBase):
    metadata = service_metadata()

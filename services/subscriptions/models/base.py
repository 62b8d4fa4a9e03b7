"""What the tables of the events service have in common."""

from sqlalchemy.orm import DeclarativeBase

from chassis.storage.tables import service_metadata


class Base(DeclarativeBase):
    metadata = service_metadata()

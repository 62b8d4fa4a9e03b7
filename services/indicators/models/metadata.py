"""What all tables of the indicators service share: their metadata, and how long names and codes may be."""

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase

from chassis.storage.tables import service_metadata

CODE = String(80)
NAME = String(300)
AREA = String(20)
BREAKDOWN = String(100)
ACTOR = String(100)


class Base(DeclarativeBase):
    metadata = service_metadata()

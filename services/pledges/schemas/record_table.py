"""Records as the table of a file: a column for each field of their body."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from chassis.web.bodies import OutBody
from chassis.web.render.table import Cell, Column, Table
from services.pledges.schemas.descriptions import DESCRIPTIONS


def records_table(name: str, title: str, of: type[OutBody], records: Sequence[Any], made_at: datetime) -> Table:
    columns = [
        Column(field, field.replace("_", " ").capitalize(), info.description or DESCRIPTIONS.get(field, field))
        for field, info in of.model_fields.items()
    ]
    rows = [[_cell(getattr(record, column.name)) for column in columns] for record in records]
    about = "A row for each, by code. What holds several values has them between semicolons."
    return Table(name=name, title=title, about=about, columns=columns, rows=rows, made_at=made_at)


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str | int | date | Decimal):
        return value
    if isinstance(value, tuple):
        return "; ".join(_text(one) for one in value) or None
    return _text(value)


def _text(value: Any) -> str:
    """A part of a record: its fields that say something, between commas."""
    if isinstance(value, str):
        return value
    fields: Mapping[str, Any] = {name: getattr(value, name) for name in type(value).__dataclass_fields__}
    return ", ".join(str(_cell(each)) for each in fields.values() if each not in (None, ()))

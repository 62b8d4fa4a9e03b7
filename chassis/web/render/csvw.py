"""What describes a CSV to machines: CSV on the Web (W3C, 2015)."""

from collections.abc import Sequence
from typing import Any

from chassis.web.render.table import Column

CSVW = "application/csvm+json"


def csvw_of(columns: Sequence[Column], *, url: str, title: str, key: Sequence[str]) -> dict[str, Any]:
    """The metadata of a CSV with these columns at ``url``; ``key`` names the columns that tell rows apart."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": url,
        "dc:title": title,
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ",", "lineTerminators": ["\r\n"]},
        "tableSchema": {
            "columns": [_column(column) for column in columns],
            "primaryKey": list(key),
        },
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "titles": column.name,
        "dc:title": column.title,
        "dc:description": column.description,
        "datatype": "decimal" if column.is_number else "string",
    }

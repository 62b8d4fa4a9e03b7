"""Bodies that may be larger than all others: where they are sent, how large they may be, and what files are taken.

The gateway and the service behind it read the same table, so neither refuses what the other would take.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
_MIB: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class LargeBody:
    """At most ``most_bytes``; a file of one of ``types``, or JSON where there are none."""

    most_bytes: int
    types: tuple[str, ...] = ()


LARGE_BODIES: Final[Mapping[str, LargeBody]] = {
    "/indicators/v1/observations": LargeBody(8 * _MIB),
    "/indicators/v1/imports": LargeBody(100 * _MIB, (CSV, XLSX, ODS, "application/octet-stream")),
    "/risks/v1/imports": LargeBody(8 * _MIB, (CSV, XLSX, ODS, "application/octet-stream")),
    "/pledges/v1/return-files": LargeBody(8 * _MIB, (CSV, XLSX, ODS)),
    "/pledges/v1/action-files": LargeBody(8 * _MIB, (CSV, XLSX, ODS)),
    "/pledges/v1/decision-files": LargeBody(8 * _MIB, (CSV, XLSX, ODS)),
    "/finance/v1/outturn-files": LargeBody(16 * _MIB, (CSV, XLSX, ODS)),
    "/finance/v1/unit-cost-files": LargeBody(2 * _MIB, (CSV, XLSX, ODS)),
    "/import": LargeBody(100 * _MIB),
    "/fund/outturn-file": LargeBody(100 * _MIB),
}
"""By the path that they are posted to."""
PATHS_OF_FILES: Final = frozenset(path for path, each in LARGE_BODIES.items() if each.types)


def large_body(method: str, path: str) -> LargeBody | None:
    """What is said of a body that is sent so; None where it is one like all others."""
    return LARGE_BODIES.get(path) if method == "POST" else None

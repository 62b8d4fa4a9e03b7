"""Observations for files: a page at a time, each with its definitions."""

from collections.abc import AsyncIterator, Sequence

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.indicators.domain.exports import ExportedRevision, ExportFilter
from services.indicators.domain.observations import Revision
from services.indicators.errors import NothingFound
from services.indicators.repository import areas, exports, indicators
from services.indicators.service.suppression import published

PAGE = 5000
"""Rows that are read at once."""


async def iterate_pages(tx: Tx, wanted: ExportFilter, most: int = PAGE) -> AsyncIterator[Sequence[ExportedRevision]]:
    """Everything that is wanted, page by page, as it is in the view of this unit of work.

    Raises:
        NothingFound: as :func:`get_first_page`.
    """
    page = await get_first_page(tx, wanted, most)
    while page:
        yield page
        page = [] if len(page) < most else await get_page(tx, wanted, page[-1].revision, most)


async def get_first_page(tx: Tx, wanted: ExportFilter, most: int = PAGE) -> Sequence[ExportedRevision]:
    """The first rows that are wanted.

    Raises:
        NothingFound: there are none; says which filter keeps out what there is, and what it could say instead.
    """
    found = await get_page(tx, wanted, None, most)
    if not found:
        raise NothingFound(await _reasons(tx, wanted))
    return found


async def get_page(
    tx: Tx, wanted: ExportFilter, after: Revision | None, most: int = PAGE
) -> Sequence[ExportedRevision]:
    """At most ``most`` rows that follow ``after``, as they are published."""
    found = await exports.list_exported(tx, wanted, after, most)
    defined = await indicators.get_indicators(tx, {row.series.indicator for row in found})
    known = await areas.get_areas(tx, {row.series.area for row in found})
    rows = await published(tx, found, defined)
    return [ExportedRevision(row, defined[row.series.indicator], known[row.series.area]) for row in rows]


async def _reasons(tx: Tx, wanted: ExportFilter) -> list[FieldError]:
    unknown = [
        *(
            ("indicator", code)
            for code in set(wanted.indicators) - set(await indicators.get_indicators(tx, wanted.indicators))
        ),
        *(("area", code) for code in set(wanted.areas) - set(await areas.get_areas(tx, wanted.areas))),
    ]
    reasons = [FieldError(name, f"{code} is not known") for name, code in sorted(unknown)]
    for each in await exports.explain_empty(tx, wanted):
        instead = ", ".join(text or "the total" for text in each.instead)
        without = " and ".join(["it", *each.others])
        reasons.append(FieldError(each.filter, f"without {without} there would be something; it could say: {instead}"))
    return reasons

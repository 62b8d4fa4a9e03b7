"""Returns of funds: revisions are appended and read, never changed."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from chassis.storage.bulk import insert_many
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.finance.domain.fund_return import FilledIn, ReturnContent, ReturnRevision, ReturnSignOff
from services.finance.models import ReturnRevisionRow

FORMAT: Final = 2
"""Of ``content``. Since 2 ``frozen`` may have what the return of the quarter before ended with beside its values."""


async def insert_revision(tx: Tx, fund: str, quarter: Period, revision: ReturnRevision) -> None:
    """Append a revision to the return of a fund that is locked."""
    row: dict[str, Any] = {
        "fund": fund,
        "quarter_start": quarter.start,
        "number": revision.number,
        "content": _written(revision.content),
        "recorded_by": revision.recorded_by,
        "recorded_at": revision.recorded_at,
        "business_date": revision.business_date,
        "reason": revision.reason,
    }
    await insert_many(tx, ReturnRevisionRow, [row])


async def get_revision(tx: Tx, fund: str, quarter: Period, number: int | None = None) -> ReturnRevision | None:
    """A revision of a return, by default the newest; null where there is none."""
    query = select(ReturnRevisionRow).where(
        ReturnRevisionRow.fund == fund, ReturnRevisionRow.quarter_start == quarter.start
    )
    if number is not None:
        query = query.where(ReturnRevisionRow.number == number)
    row: ReturnRevisionRow | None = await tx.session.scalar(query.order_by(ReturnRevisionRow.number.desc()).limit(1))
    if row is None:
        return None
    content = _read(row.content)
    return ReturnRevision(row.number, content, row.recorded_by, row.recorded_at, row.business_date, row.reason)


def _written(content: ReturnContent) -> dict[str, Any]:
    """In the oldest format that says all of it, which an image of before reads too."""
    needed = 1 if content.frozen is None or content.frozen.budgets_before is None else FORMAT
    return {
        "format": needed,
        "answers": dict(content.answers),
        "frozen": None if content.frozen is None else _written_filled_in(needed, content.frozen),
        "sign_offs": [_written_sign_off(one) for one in content.sign_offs],
    }


def _written_filled_in(number: int, known: FilledIn) -> dict[str, Any]:
    values = dict(known.values)
    return values if number == 1 else {"values": values, "budgets_before": known.budgets_before}


def _written_sign_off(one: ReturnSignOff) -> dict[str, Any]:
    return {
        "role": one.role,
        "organisation": one.organisation,
        "name": one.name,
        "signed_on": one.signed_on.isoformat(),
        "delegated_by": one.delegated_by,
        "ratified_on": None if one.ratified_on is None else one.ratified_on.isoformat(),
    }


def _read(stored: Mapping[str, Any]) -> ReturnContent:
    if not 1 <= stored["format"] <= FORMAT:
        raise ValueError(f"a return of format {stored['format']}; this version reads up to {FORMAT}")
    sign_offs = tuple(_read_sign_off(one) for one in stored["sign_offs"])
    return ReturnContent(stored["answers"], sign_offs, _read_filled_in(stored["format"], stored["frozen"]))


def _read_filled_in(number: int, frozen: Mapping[str, Any] | None) -> FilledIn | None:
    """Of format 1 the return was consistent with the one before when it was signed: nothing else is known of that."""
    if frozen is None:
        return None
    return FilledIn(frozen) if number == 1 else FilledIn(frozen["values"], frozen["budgets_before"])


def _read_sign_off(stored: Mapping[str, Any]) -> ReturnSignOff:
    ratified = stored["ratified_on"]
    return ReturnSignOff(
        role=stored["role"],
        organisation=stored["organisation"],
        name=stored["name"],
        signed_on=date.fromisoformat(stored["signed_on"]),
        delegated_by=stored["delegated_by"],
        ratified_on=None if ratified is None else date.fromisoformat(ratified),
    )

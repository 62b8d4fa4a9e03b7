"""Making, reading and changing pledges."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.pledges import events, repository
from services.pledges.domain import Delivery, Evidence, IndicatorKey, closing_day, closing_fault, schedule
from services.pledges.errors import ClosingDayWrong, OriginalWordingFixed, PledgeExists, PledgeUnknown
from services.pledges.models import Pledge, PledgeAmendment
from services.pledges.repository import Heard, PledgeFilter
from services.pledges.schemas import (
    AmendmentIn,
    AmendmentOut,
    AssignmentOut,
    Link,
    PledgeIn,
    PledgeOut,
    PledgePatch,
)
from services.pledges.service.telling import tell


async def add(tx: Tx, body: PledgeIn) -> tuple[PledgeOut, bool]:
    """Make a pledge; and whether it is new. The same content sent again finds what was made from it.

    Raises:
        PledgeExists: the number was used with other content.
    """
    today = await tx.business_date()
    made_as = body.model_dump(mode="json")
    created = await repository.add_pledge(tx, _row(body, made_as, today), _assignment_rows(body))
    pledge = await _locked(tx, body.number)
    if created:
        tell(tx, pledge, [], today)
    elif pledge.made_as != made_as:
        raise PledgeExists(f"Pledge {body.number} exists; change it with PATCH.")
    return (await _shown(tx, [pledge], today))[0], created


def _row(body: PledgeIn, made_as: Mapping[str, Any], today: date) -> dict[str, Any]:
    row = body.model_dump(exclude={"assignments"})
    closed_on = closing_day(body.delivery, None, None, today)
    return row | {"closed_on": closed_on, "version": 0, "made_as": made_as, "told": []}


def _assignment_rows(body: PledgeIn) -> list[dict[str, Any]]:
    return [{"pledge": body.number, "place": i, **one.model_dump()} for i, one in enumerate(body.assignments, 1)]


async def change(tx: Tx, number: str, body: PledgePatch) -> PledgeOut:
    """Change what was named. A change of nothing is no new version and no event.

    Raises:
        PledgeUnknown: no such number.
        OriginalWordingFixed: another original wording was sent.
        ClosingDayWrong: a closing day for open work, or in the future.
    """
    pledge, today = await _locked(tx, number), await tx.business_date()
    if body.title not in {None, pledge.title}:
        raise OriginalWordingFixed(
            "Send an amendment with its reason instead.",
            [FieldError("title", "the original wording stays")],
        )
    moved = _move(pledge, body, today)
    amended = body.amendment is not None and await _amend(tx, pledge, body.amendment)
    if moved or amended:
        tell(tx, pledge, (await repository.pledge_indicators(tx, [number])).get(number, []), today)
    return (await _shown(tx, [pledge], today))[0]


def _move(pledge: Pledge, body: PledgePatch, today: date) -> bool:
    """Set what the body names; whether anything is now different."""
    named = {name: getattr(body, name) for name in body.model_fields_set & {"delivery", "evidence", "due", "top"}}
    delivery = Delivery(named.get("delivery", pledge.delivery))
    fault = closing_fault(delivery, body.closed_on, today)
    if fault:
        raise ClosingDayWrong(f"The closing day: {fault}.", [FieldError("closed_on", fault)])
    kept = pledge.closed_on if delivery == pledge.delivery else None
    named["closed_on"] = closing_day(delivery, kept, body.closed_on, today)
    changed = {name: value for name, value in named.items() if getattr(pledge, name) != value}
    for name, value in changed.items():
        setattr(pledge, name, value)
    return bool(changed)


async def _amend(tx: Tx, pledge: Pledge, sent: AmendmentIn) -> bool:
    """Append later wording, unless it is the latest already."""
    kept = (await repository.amendments(tx, [pledge.number])).get(pledge.number, [])
    if kept and (kept[-1].text, kept[-1].reason) == (sent.text, sent.reason):
        return False
    await repository.add_amendment(
        tx, PledgeAmendment(pledge=pledge.number, text=sent.text, reason=sent.reason, by=tx.actor, at=tx.now)
    )
    return True


async def link(tx: Tx, number: str, links: Sequence[Link]) -> PledgeOut:
    """Replace the set of linked indicators. The same set again is no new version and no event."""
    wanted = {IndicatorKey(one.indicator, one.area) for one in links}
    await repository.hear(tx, [Heard(key) for key in wanted])
    pledge, today = await _locked(tx, number), await tx.business_date()
    before = (await repository.pledge_indicators(tx, [number])).get(number, [])
    if {key for key, _ in before} != wanted:
        await repository.replace_pledge_links(tx, number, sorted(wanted))
        tell(tx, pledge, (await repository.pledge_indicators(tx, [number])).get(number, []), today)
    return (await _shown(tx, [pledge], today))[0]


async def read(tx: Tx, number: str) -> PledgeOut:
    pledge = await repository.pledge(tx, number)
    if pledge is None:
        raise PledgeUnknown(f"There is no pledge {number}.")
    return (await _shown(tx, [pledge], await tx.business_date()))[0]


async def listed(tx: Tx, wanted: PledgeFilter, after: str | None, limit: int) -> list[PledgeOut]:
    today = await tx.business_date()
    return await _shown(tx, await repository.pledges(tx, wanted, today, after, limit), today)


async def _locked(tx: Tx, number: str) -> Pledge:
    found = await repository.lock_pledges(tx, [number])
    if not found:
        raise PledgeUnknown(f"There is no pledge {number}.")
    return found[0]


async def _shown(tx: Tx, pledges: Sequence[Pledge], today: date) -> list[PledgeOut]:
    numbers = [pledge.number for pledge in pledges]
    assigned = await repository.assignments(tx, numbers)
    amended = await repository.amendments(tx, numbers)
    standing = await repository.pledge_indicators(tx, numbers)
    return [
        PledgeOut(
            number=one.number,
            theme=one.theme,
            title=one.title,
            wording=amended[one.number][-1].text if one.number in amended else one.title,
            top=one.top,
            due=one.due,
            delivery=Delivery(one.delivery),
            evidence=Evidence(one.evidence),
            schedule=schedule(one.due, today, one.closed_on),
            closed_on=one.closed_on,
            assignments=[AssignmentOut.model_validate(row, from_attributes=True) for row in assigned[one.number]],
            amendments=[AmendmentOut.model_validate(row, from_attributes=True) for row in amended.get(one.number, [])],
            indicators=events.indicator_states(standing.get(one.number, [])),
            version=one.version,
        )
        for one in pledges
    ]

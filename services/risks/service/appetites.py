"""How much risk is wanted and tolerated: stated by category, and how the register stands against that."""

from collections.abc import Sequence

from chassis.audit import State, record_change, record_unchanged
from chassis.business_dates import get_business_date_at
from chassis.errors import FieldError
from chassis.paging import Page, PageRequest, page_of
from chassis.storage.transaction import Tx
from contracts.period import Period
from services.risks.domain.appetites import (
    AppetiteStatement,
    AppetiteView,
    BreachState,
    NewStatement,
    StatusCounts,
    ToleranceBreach,
    status_counts,
)
from services.risks.domain.as_at import AsAt
from services.risks.domain.history import RegisterState
from services.risks.domain.matrix import Matrix
from services.risks.domain.rating import IN_FORCE, Kind
from services.risks.domain.records import Cause
from services.risks.domain.register import RiskFilter
from services.risks.domain.rescoring import Occasion
from services.risks.errors import LimitsWrong, StatementUnknown
from services.risks.repository import appetites as stored
from services.risks.repository import breaches
from services.risks.service.history import get_register
from services.risks.service.reading import get_matrix
from services.risks.service.rescoring import rescore


async def state(tx: Tx, new: NewStatement) -> tuple[AppetiteStatement, bool]:
    """State what is wanted and tolerated in a category, and whether that is new; the same again changes nothing.

    Threats of it that are beyond from now on are published as breaches, those that are within again as reviewed.

    Raises:
        MatrixUnknown, LimitsWrong
    """
    matrix_id, matrix = await get_matrix(tx, new.matrix)
    _check_limits(matrix, new)
    await stored.lock_statements(tx, matrix_id)
    present = await stored.get_newest(tx, new.category, matrix_id)
    if present is not None and _content(present.stated) == _content(new):
        record_unchanged(tx)
        return present, False
    key = await stored.save_statement(tx, new, matrix_id)
    crossing = await stored.save_limits_of_category(tx, new, matrix_id)
    await rescore(tx, crossing, Occasion(Cause.SETTINGS))
    _record(tx, present, new)
    return await get_statement(tx, key), True


def _check_limits(matrix: Matrix, new: NewStatement) -> None:
    top = len(matrix.impacts) * matrix.top
    if new.limits is not None and new.limits.tolerance > top:
        raise LimitsWrong(f"{matrix.name} has scores up to {top}.", [FieldError("tolerance", f"is at most {top}")])


def _content(stated: NewStatement) -> State:
    limits = stated.limits
    return {
        "category": stated.category,
        "matrix": stated.matrix,
        "appetite": limits and limits.appetite,
        "tolerance": limits and limits.tolerance,
        "statement": stated.text,
    }


def _record(tx: Tx, present: AppetiteStatement | None, new: NewStatement) -> None:
    record_change(
        tx,
        subject=new.category,
        action="appetite.stated",
        before=_content(present.stated) if present else None,
        after=_content(new),
        reason=new.reason,
        always=("category", "matrix"),
    )


async def get_statement(tx: Tx, statement_id: int) -> AppetiteStatement:
    """A statement, in force or not.

    Raises:
        StatementUnknown
    """
    found = await stored.get_statement(tx, statement_id)
    if found is None:
        raise StatementUnknown(f"There is no statement {statement_id}.")
    return found


async def list_appetites(tx: Tx, at: AsAt, quarters: int) -> Sequence[AppetiteView]:
    """What is stated, by category, how many threats lie where, and where they lay at the ends of quarters before."""
    today = await get_business_date_at(tx, at.as_of)
    present = await get_register(tx, RiskFilter(kind=Kind.THREAT), at)
    before, ends = at.compared_with(today), list[Period]()
    for _ in range(quarters):
        ends.insert(0, before)
        before = before.previous()
    past = [await get_register(tx, RiskFilter(kind=Kind.THREAT), AsAt(end, at.as_of)) for end in ends]
    statements = [one for one in await stored.list_newest(tx, at.day(today), at.as_of) if one.stated.limits]
    return [AppetiteView(one, _counts(present, one), [_counts(then, one) for then in past]) for one in statements]


def _counts(state: RegisterState, statement: AppetiteStatement) -> StatusCounts:
    of_it = (statement.stated.category, statement.stated.matrix)
    scores = [
        line.current.rating.score
        for line in state.lines
        if (line.description.category, line.matrix.name) == of_it and line.current and line.status in IN_FORCE
    ]
    return status_counts(scores, state.limits.get(of_it), state.day, state.at.quarter)


async def list_breaches(
    tx: Tx, wanted: BreachState | None, ref: str | None, page: PageRequest
) -> Page[ToleranceBreach]:
    """Times that risks were beyond what is tolerated, oldest first."""
    found = await breaches.list_breaches(tx, wanted, ref, page)
    return page_of(found, page, key=lambda one: str(one.breach_id))

"""What is open of risks, and how they stood at the end of a day."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, bindparam, cast, func, null, or_, select, type_coerce, union_all

from chassis.storage.transaction import Tx
from chassis.storage.types import BigId
from services.risks.domain.acceptances import OPEN, AcceptanceState
from services.risks.domain.matrix import BandedRating
from services.risks.domain.proposals import ProposalState
from services.risks.domain.records import TaskState
from services.risks.models import AcceptanceRow, HistoryRow, ProposalRow, ReviewTaskRow
from services.risks.repository.json_formats import read_rating

_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_HISTORY, _PROPOSAL, _TASK = HistoryRow.__table__.c, ProposalRow.__table__.c, ReviewTaskRow.__table__.c
_NEWEST_UNTIL = (
    select(func.max(_HISTORY.id))
    .where(_HISTORY.risk_id.in_(_KEYS), _HISTORY.business_date <= bindparam("day"))
    .group_by(_HISTORY.risk_id)
)
_ACCEPTANCE = AcceptanceRow.__table__.c
_COUNTS = or_(_ACCEPTANCE.state == AcceptanceState.REQUESTED.value, _ACCEPTANCE.until >= bindparam("today"))
_NO_ID, _NO_RATING = cast(None, BigId), type_coerce(null(), _HISTORY.after.type)
_NO_NAME = cast(None, _HISTORY.matrix.type)
_MATTERS = union_all(
    select(
        _HISTORY.risk_id,
        _HISTORY.after,
        _NO_ID.label("proposal_id"),
        _NO_ID.label("acceptance_id"),
        _HISTORY.matrix,
    ).where(_HISTORY.id.in_(_NEWEST_UNTIL)),
    select(_PROPOSAL.risk_id, _NO_RATING, _PROPOSAL.id, _NO_ID, _NO_NAME).where(
        _PROPOSAL.risk_id.in_(_KEYS), _PROPOSAL.state == ProposalState.OPEN.value
    ),
    select(_ACCEPTANCE.risk_id, _NO_RATING, _NO_ID, func.max(_ACCEPTANCE.id), _NO_NAME)
    .where(_ACCEPTANCE.risk_id.in_(_KEYS), _ACCEPTANCE.state.in_([state.value for state in OPEN]), _COUNTS)
    .group_by(_ACCEPTANCE.risk_id),
    select(_TASK.risk_id, _NO_RATING, _NO_ID, _NO_ID, _NO_NAME).where(
        _TASK.risk_id.in_(_KEYS), _TASK.state == TaskState.OPEN.value
    ),
)


@dataclass(frozen=True, slots=True)
class Matters:
    """By the keys of risks: the rating in effect at the end of a day, with the name of its matrix.

    And the proposal, acceptance and review open.
    """

    ratings: Mapping[int, tuple[BandedRating, str]]
    proposals: Mapping[int, int]
    acceptances: Mapping[int, int]
    reviews: Collection[int]


async def get_matters(tx: Tx, risk_ids: Collection[int], day: date, today: date) -> Matters:
    """What is open of these risks ``today``, and how they stood at the end of ``day``, in one query."""
    connection = await tx.session.connection()
    rows = (await connection.execute(_MATTERS, {"keys": list(risk_ids), "day": day, "today": today})).all()
    ratings = {row.risk_id: (read_rating(row.after), row.matrix) for row in rows if row.after is not None}
    proposals = {row.risk_id: row.proposal_id for row in rows if row.proposal_id is not None}
    acceptances = {row.risk_id: row.acceptance_id for row in rows if row.acceptance_id is not None}
    numbered = (row.after is None and row.proposal_id is None and row.acceptance_id is None for row in rows)
    reviews = {row.risk_id for row, is_review in zip(rows, numbered, strict=True) if is_review}
    return Matters(ratings, proposals, acceptances, reviews)

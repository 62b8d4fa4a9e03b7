"""Risks as readers and owners see them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from chassis.paging import Page, PageRequest
from chassis.storage.bulk import table_of
from chassis.storage.cases import refuse_other_case
from chassis.storage.pages import Orders, list_page
from chassis.storage.transaction import PIN, Tx
from contracts.risks import Band
from services.risks.domain.appetites import Limits
from services.risks.domain.exposure import Threat
from services.risks.domain.heatmap import HeatMapRating, PlacedRisk
from services.risks.domain.links import fund_series
from services.risks.domain.losses import LossBand
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.rating import IN_FORCE, Kind, Mode, Override, Status
from services.risks.domain.register import Description, NewRisk, Risk, RiskFilter, RiskOrder
from services.risks.domain.reviews import Review
from services.risks.models import RiskLinkRow, RiskRow
from services.risks.repository.json_formats import (
    read_actions,
    read_assurances,
    read_items,
    read_losses,
    read_notes,
    write_actions,
    write_assurances,
    write_items,
    write_losses,
    write_notes,
)
from services.risks.repository.matrices import get_matrices
from services.risks.repository.signals import is_below

_TABLE = table_of(RiskRow)
_RISK = _TABLE.c
_BY_REF = select(_TABLE, PIN).where(_RISK.ref == bindparam("wanted"))
"""Built once, as every statement here that one risk's page needs: building costs more than running it."""
_LOCK_BY_REFS = (
    select(_TABLE).where(_RISK.ref.in_(bindparam("wanted", expanding=True))).order_by(_RISK.ref).with_for_update()
)

_TEXTS = (
    "title",
    "category",
    "department",
    "outcome",
    "owner",
    "cause",
    "event",
    "consequence",
    "proximity",
    "review_date",
    "appetite",
)


def _described(description: Description) -> dict[str, Any]:
    """The columns of a description."""
    columns: dict[str, Any] = {name: getattr(description, name) for name in _TEXTS}
    for name, rating in (("inherent", description.inherent), ("target", description.target)):
        columns |= _rating_columns(name, rating)
    return columns | {
        "controls": write_items(description.controls),
        "assurances": write_assurances(description.assurances),
        "actions": write_actions(description.actions),
        "notes": write_notes(description.notes),
    }


def _rating_columns(name: str, rating: Rating | None) -> dict[str, Any]:
    return {
        f"{name}_impact": rating.impact if rating else None,
        f"{name}_likelihood": rating.likelihood if rating else None,
    }


def _override_columns(override: Override | None) -> dict[str, Any]:
    return _rating_columns("override", override.rating if override else None) | {
        "override_until": override.until if override else None,
        "override_reason": override.reason if override else None,
        "override_by": override.by if override else None,
    }


def read_cell(impact: int | None, likelihood: int | None) -> Rating | None:
    """Two columns as a rating; ``None`` where they are empty."""
    return None if impact is None or likelihood is None else Rating(impact, likelihood)


def read_override(row: Any) -> Override | None:
    """The override of a risk's row."""
    rating = read_cell(row.override_impact, row.override_likelihood)
    if rating is None or row.override_until is None:
        return None
    return Override(rating, row.override_until, row.override_reason or "", row.override_by or "")


REVIEW = ("review_opened_at", "review_opened_on", "review_due", "review_published")


def review_columns(review: Review | None) -> dict[str, Any]:
    """Those of :data:`REVIEW`."""
    if review is None:
        return {**dict.fromkeys(REVIEW), "review_published": False}
    return dict(zip(REVIEW, (review.opened_at, review.opened_on, review.due, review.is_published), strict=True))


def read_review(row: Any) -> Review | None:
    """The review that is open of a risk's row."""
    if row.review_opened_at is None:
        return None
    return Review(row.review_opened_at, row.review_opened_on, row.review_due, row.review_published)


def read_limits(row: Any) -> Limits | None:
    """What is wanted and tolerated in the category of a risk's row."""
    if row.appetite_score is None or row.tolerance_score is None:
        return None
    return Limits(row.appetite_score, row.tolerance_score)


def read_description(row: Any) -> Description:
    """What a row of a risk, or of a revision, says of it."""
    return Description(
        **{name: getattr(row, name) for name in _TEXTS},
        controls=tuple(read_items(row.controls)),
        assurances=read_assurances(row.assurances),
        actions=read_actions(row.actions),
        notes=read_notes(row.notes),
        inherent=read_cell(row.inherent_impact, row.inherent_likelihood),
        target=read_cell(row.target_impact, row.target_likelihood),
    )


def _risk(row: Row[Any], matrix: Matrix) -> Risk:
    return Risk(
        risk_id=row.id,
        ref=row.ref,
        register=row.register,
        kind=Kind(row.kind),
        mode=Mode(row.mode),
        status=Status(row.status),
        matrix=matrix,
        description=read_description(row),
        legacy_band=Band(row.legacy_band) if row.legacy_band else None,
        assessment_id=row.assessment_id,
        assessed=read_cell(row.assessed_impact, row.assessed_likelihood),
        effective=read_cell(row.effective_impact, row.effective_likelihood),
        override=read_override(row),
        version=row.version,
        changed_at=row.changed_at,
        created_at=row.created_at,
        limits=read_limits(row),
        accepted_until=row.accepted_until,
        review=read_review(row),
        losses=read_losses(row.losses),
    )


async def _risks(tx: Tx, rows: Sequence[Row[Any]]) -> list[Risk]:
    matrices = await get_matrices(tx, {row.matrix_id for row in rows})
    return [_risk(row, matrices[row.matrix_id]) for row in rows]


async def get_risk(tx: Tx, ref: str) -> Risk | None:
    row = (await tx.session.execute(_BY_REF, {"wanted": ref})).one_or_none()
    if row is None:
        return None
    tx.know_pin(row.pinned_date)
    return (await _risks(tx, [row]))[0]


async def get_risks(tx: Tx, risk_ids: Collection[int]) -> list[Risk]:
    """By their keys, in no order."""
    return await _risks(tx, (await tx.session.execute(select(_TABLE).where(_RISK.id.in_(risk_ids)))).all())


async def lock_risks(tx: Tx, refs: Collection[str]) -> dict[str, Risk]:
    """Those of these that are there, by reference, locked in that order, as they stand once the locks are had."""
    found = await _risks(tx, (await tx.session.execute(_LOCK_BY_REFS, {"wanted": list(refs)})).all())
    return {risk.ref: risk for risk in found}


async def save_risk(tx: Tx, risk: NewRisk, matrix_id: int) -> int | None:
    """Add a risk, without its assessment and links; returns its key, or ``None`` where its reference is taken.

    Raises:
        CodeInOtherCase
    """
    if await tx.session.scalar(select(_RISK.id).where(_RISK.ref == risk.ref)) is not None:
        return None
    try:
        result = await tx.session.execute(
            insert(_TABLE).returning(_RISK.id), [_new_row(tx, risk, matrix_id, await tx.business_date())]
        )
    except IntegrityError:  # another writer entered it in between
        return None
    key: int = result.scalar_one()
    await refuse_other_case(tx, _RISK.ref, risk.ref, "ref")
    return key


def _new_row(tx: Tx, risk: NewRisk, matrix_id: int, today: date) -> dict[str, Any]:
    band = risk.legacy_band.value if risk.legacy_band else None
    return _described(risk.description) | {
        "ref": risk.ref,
        "register": risk.register,
        "kind": risk.kind.value,
        "mode": risk.mode.value,
        "status": risk.status.value,
        "matrix_id": matrix_id,
        "legacy_band": band,
        "effective_band": band,
        "underlying_band": band,
        "version": 0,
        "created_at": tx.now,
        "created_on": today,
        "changed_at": tx.now,
        "changed_on": today,
    }


async def save_description(tx: Tx, risk_id: int, description: Description, mode: Mode, status: Status) -> None:
    await _update(tx, risk_id, {**_described(description), "mode": mode.value, "status": status.value})


async def save_status(tx: Tx, risk_id: int, status: Status) -> None:
    """A closed one is not reviewed."""
    await _update(tx, risk_id, {"status": status.value, **review_columns(None)})


async def save_matrix(tx: Tx, risk_id: int, matrix_id: int, inherent: Rating | None, target: Rating | None) -> None:
    """Have a risk on another matrix, without any rating, override or range of pounds until it is assessed there."""
    ratings = dict.fromkeys(("assessed", "indicated", "effective"))
    values: dict[str, Any] = {"matrix_id": matrix_id, "losses": None}
    for name, rating in {**ratings, "inherent": inherent, "target": target}.items():
        values |= _rating_columns(name, rating)
    await _update(tx, risk_id, values | _override_columns(None))


async def list_on_matrix(tx: Tx, matrix_id: int, request: PageRequest) -> Page[Risk]:
    """Not closed, by reference."""
    query = select(_TABLE).where(_RISK.matrix_id == matrix_id, _RISK.status != Status.CLOSED.value)
    page = await list_page(tx, query, Orders((_RISK.ref,)), request)
    return page.with_items(await _risks(tx, page.items))


async def save_losses(tx: Tx, risk_id: int, bands: Sequence[LossBand]) -> None:
    await _update(tx, risk_id, {"losses": write_losses(bands)})


async def list_threats(tx: Tx, register: str | None, today: date) -> list[Threat]:
    """Threats in force with their losses and the likelihood that is stored as in effect, by reference."""
    wanted = RiskFilter(register=register, kind=Kind.THREAT)
    query = select(_RISK.ref, _RISK.title, _RISK.losses, _RISK.effective_likelihood)
    query = query.where(_RISK.status.in_(IN_FORCE), *_conditions(wanted, today)).order_by(_RISK.ref)
    rows = await tx.session.execute(query)
    return [Threat(ref, title, read_losses(losses), likelihood) for ref, title, losses, likelihood in rows]


async def save_reviewed(tx: Tx, risk_id: int) -> None:
    """Have no review open."""
    await _update(tx, risk_id, review_columns(None))


async def save_assessed(tx: Tx, risk_id: int, assessment_id: int, assessed: Rating) -> None:
    """An assessment answers the review that is open."""
    columns = {"assessment_id": assessment_id, **_rating_columns("assessed", assessed)}
    await _update(tx, risk_id, columns | review_columns(None))


async def save_carried_over(tx: Tx, risk_id: int, previous: Rating) -> None:
    await _update(tx, risk_id, _rating_columns("effective", previous))


async def save_override(tx: Tx, risk_id: int, override: Override | None) -> None:
    await _update(tx, risk_id, _override_columns(override))


async def _update(tx: Tx, risk_id: int, values: Mapping[str, Any]) -> None:
    changed = {**values, "changed_at": tx.now, "changed_on": await tx.business_date()}
    await tx.session.execute(update(_TABLE).where(_RISK.id == risk_id).values(**changed))


def _conditions(wanted: RiskFilter, today: date) -> list[ColumnElement[bool]]:
    pairs = (
        (_RISK.register, wanted.register),
        (_RISK.category, wanted.category),
        (_RISK.department, wanted.department),
        (_RISK.outcome, wanted.outcome),
        (_RISK.owner, wanted.owner),
        (_RISK.kind, wanted.kind.value if wanted.kind else None),
        (
            case((_RISK.accepted_until < today, Status.OPEN.value), else_=_RISK.status),
            wanted.status.value if wanted.status else None,
        ),
    )
    conditions: list[ColumnElement[bool]] = [column == value for column, value in pairs if value is not None]
    if wanted.band is not None:
        shown = case((_RISK.override_until < today, _RISK.underlying_band), else_=_RISK.effective_band)
        conditions.append(shown == wanted.band.value)
    if wanted.indicator is not None or wanted.area is not None:
        conditions.append(_RISK.id.in_(_linked_to(wanted)))
    if wanted.fund is not None:
        conditions.append(_RISK.id.in_(_linked_to_fund(wanted.fund)))
    if wanted.changed_since is not None:
        conditions.append(_RISK.changed_at >= wanted.changed_since)
    if wanted.search:
        text = wanted.search
        found = [column.icontains(text, autoescape=True) for column in (_RISK.ref, _RISK.title)]
        conditions.append(or_(*found))
    return conditions


def _linked_to(wanted: RiskFilter) -> Select[int]:
    """Keys of the risks that hang on an indicator, in an area, or both."""
    query = select(RiskLinkRow.risk_id)
    if wanted.indicator is not None:
        query = query.where(RiskLinkRow.indicator == wanted.indicator)
    return query if wanted.area is None else query.where(RiskLinkRow.area == wanted.area)


def _linked_to_fund(fund: str) -> Select[int]:
    """Keys of the risks that hang on a fund, or on one of its lines."""
    whole, subject = fund_series(fund).subject, RiskLinkRow.subject
    return select(RiskLinkRow.risk_id).where(or_(subject == whole, is_below(subject, whole)))


async def list_risks(tx: Tx, wanted: RiskFilter, today: date, request: PageRequest) -> Page[Risk]:
    query = select(_TABLE).where(*_conditions(wanted, today))
    page = await list_page(tx, query, _orders(today), request)
    return page.with_items(await _risks(tx, page.items))


def _orders(today: date) -> Orders:
    return Orders(
        (_RISK.ref,),
        {
            RiskOrder.REF: (),
            RiskOrder.SCORE: (_score(today),),
            RiskOrder.REVIEW_DATE: (func.coalesce(_RISK.review_date, date.max),),
            RiskOrder.CHANGED_AT: (_RISK.changed_at,),
        },
    )


def _score(today: date) -> ColumnElement[int]:
    """The score of the rating that is in effect; an override that ended counts no more, though it is not swept yet."""
    indicated = case((_RISK.mode == Mode.AUTO.value, _RISK.indicated_impact * _RISK.indicated_likelihood))
    underlying = func.coalesce(indicated, _RISK.assessed_impact * _RISK.assessed_likelihood)
    score = case((_RISK.override_until < today, underlying), else_=_RISK.effective_impact * _RISK.effective_likelihood)
    return func.coalesce(score, 0)


_COLUMNS_OF = {HeatMapRating.RESIDUAL: "effective"}


async def list_placed(
    tx: Tx, wanted: RiskFilter, matrix_id: int, rating: HeatMapRating, today: date
) -> list[PlacedRisk]:
    """Risks on a matrix, neither drafts nor closed, by their stored rating of this kind."""
    name = _COLUMNS_OF.get(rating, rating.value)
    columns = (_RISK[f"{name}_impact"], _RISK[f"{name}_likelihood"])
    query = select(_RISK.ref, *columns).where(_RISK.matrix_id == matrix_id, _RISK.status.in_(IN_FORCE))
    rows = await tx.session.execute(query.where(*_conditions(wanted, today)))
    return [PlacedRisk(ref, read_cell(impact, likelihood)) for ref, impact, likelihood in rows]


async def list_linked(tx: Tx, subjects: Collection[str], refs: Collection[str], most: int) -> list[Risk]:
    """Risks by reference, at most so many: those of ``refs``, or where there are none those on any of ``subjects``."""
    linked = _RISK.id.in_(select(RiskLinkRow.risk_id).where(RiskLinkRow.subject.in_(subjects)))
    query = select(_TABLE).where(_RISK.ref.in_(refs) if refs else linked).order_by(_RISK.ref).limit(most)
    return await _risks(tx, (await tx.session.execute(query)).all())


async def list_with_ended_override(tx: Tx, today: date) -> list[Risk]:
    """Risks whose override ended and is not swept yet, so that their stored effective rating is out of date."""
    query = select(_TABLE).where(_RISK.override_until < today)
    return await _risks(tx, (await tx.session.execute(query)).all())

"""What risks would cost: given by their owners, and simulated for the register."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chassis.audit import State, record_change, record_unchanged
from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.risks.domain.as_at import AsAt
from services.risks.domain.exposure import Priced, Threat
from services.risks.domain.losses import LossBand
from services.risks.domain.rating import IN_FORCE, Kind
from services.risks.domain.records import Cause
from services.risks.domain.register import Risk, RiskFilter
from services.risks.domain.rescoring import Occasion
from services.risks.domain.view import RiskView
from services.risks.errors import ExposureTooLarge, LossesOffMatrix, OpportunityWithoutLosses
from services.risks.repository import history, register
from services.risks.service.assessing import lock_risk
from services.risks.service.history import get_register
from services.risks.service.reading import get_view, list_fallen_back
from services.risks.service.rescoring import rescore

MOST_DRAWS: Final = 40_000_000
"""Years of risks that one exposure simulates: some seconds of one processor."""
USUAL_YEARS: Final = 10_000
FEWEST_YEARS: Final = 1000
"""With fewer, a loss that a year in a hundred passes is told by fewer than ten years."""


async def price(tx: Tx, ref: str, bands: Sequence[LossBand], reason: str) -> RiskView:
    """Give what a risk would cost, by likelihood: the whole set. The same again changes nothing.

    Raises:
        RiskUnknown, RiskClosed
        LossesOffMatrix: its matrix has no such likelihood.
        OpportunityWithoutLosses: it is no threat; what was once given can be taken away.
    """
    risk = await lock_risk(tx, ref)
    _check(risk, bands)
    given = tuple(sorted(bands, key=lambda band: band.likelihood))
    if given == risk.losses:
        record_unchanged(tx)
        return await get_view(tx, ref)
    await register.save_losses(tx, risk.risk_id, given)
    await history.save_revisions(tx, [risk.risk_id])
    await rescore(tx, [risk.risk_id], Occasion(Cause.SETTINGS, review=reason))
    states = _state(risk.losses), _state(given)
    record_change(tx, subject=ref, action="risk.priced", before=states[0], after=states[1], reason=reason)
    return await get_view(tx, ref)


def _check(risk: Risk, bands: Sequence[LossBand]) -> None:
    if bands and risk.kind is Kind.OPPORTUNITY:
        errors = [FieldError("losses", "is empty of an opportunity")]
        raise OpportunityWithoutLosses(f"{risk.ref} is an opportunity.", errors)
    errors = [
        FieldError(f"losses.{number}.likelihood", f"{risk.matrix.name} has likelihoods 1 to {risk.matrix.top}")
        for number, band in enumerate(bands)
        if not risk.matrix.has_likelihood(band.likelihood)
    ]
    if errors:
        raise LossesOffMatrix("Some likelihoods are not on its matrix.", errors)


def _state(bands: Sequence[LossBand]) -> State | None:
    shown = [
        {"likelihood": band.likelihood, "chance": str(band.chance), "low": str(band.low), "high": str(band.high)}
        for band in bands
    ]
    return {"losses": shown}


async def list_priced(tx: Tx, register_code: str | None, at: AsAt) -> Priced:
    """Threats in force, with the band of the likelihood in effect, and those without a credible one; by reference."""
    on, threats = await (_list_present(tx, register_code) if at.is_present else _list_past(tx, register_code, at))
    priced = [found for threat in threats if (found := threat.priced)]
    return Priced(on, priced, [threat.ref for threat in threats if threat.priced is None])


async def _list_present(tx: Tx, register_code: str | None) -> tuple[date, list[Threat]]:
    """Without the register's texts and links; an override that ended counts no more, though it is not swept yet."""
    fallen_back, today = await list_fallen_back(tx), await tx.business_date()
    threats = await register.list_threats(tx, register_code, today)
    return today, [
        replace(threat, likelihood=fallen_back[threat.ref].likelihood) if threat.ref in fallen_back else threat
        for threat in threats
    ]


async def _list_past(tx: Tx, register_code: str | None, at: AsAt) -> tuple[date, list[Threat]]:
    state = await get_register(tx, RiskFilter(register=register_code, kind=Kind.THREAT), at)
    in_force = [line for line in state.lines if line.status in IN_FORCE]
    return state.day, [
        Threat(one.ref, one.description.title, one.losses, one.current.rating.likelihood if one.current else None)
        for one in in_force
    ]


def years_of(risks: int, asked: int | None) -> int:
    """How many years of so many threats are simulated: those ``asked`` for, else as many as usual where that can be.

    Raises:
        ExposureTooLarge: so many years of them, or even the fewest, are more than is simulated in one go.
    """
    most = MOST_DRAWS // max(risks, 1)
    years = max(min(USUAL_YEARS, most), FEWEST_YEARS) if asked is None else asked
    if years > most:
        message = "`register` asks for fewer of them"
        if most >= FEWEST_YEARS:
            message = f"at most {most} for {risks} threats; {message}"
        raise ExposureTooLarge(f"{years} years of {risks} threats are too many.", [FieldError("years", message)])
    return years

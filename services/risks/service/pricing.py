"""What risks would cost: given by their owners, and simulated for the register."""

from collections.abc import Sequence

from chassis.audit import State, record_change, record_unchanged
from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.risks.domain.exposure import PricedRisk
from services.risks.domain.losses import LossBand, band_at
from services.risks.domain.rating import Kind
from services.risks.domain.records import Cause
from services.risks.domain.register import RiskFilter
from services.risks.domain.rescoring import Occasion
from services.risks.domain.view import RiskView
from services.risks.errors import LossesOffMatrix
from services.risks.repository import register
from services.risks.service.assessing import lock_risk
from services.risks.service.reading import get_view, get_views
from services.risks.service.rescoring import rescore


async def price(tx: Tx, ref: str, bands: Sequence[LossBand], reason: str) -> RiskView:
    """Give what a risk would cost, by likelihood: the whole set. The same again changes nothing.

    Raises:
        RiskUnknown, RiskClosed
        LossesOffMatrix: its matrix has no such likelihood.
    """
    risk = await lock_risk(tx, ref)
    errors = [
        FieldError(f"losses.{number}.likelihood", f"{risk.matrix.name} has likelihoods 1 to {risk.matrix.top}")
        for number, band in enumerate(bands)
        if not risk.matrix.has_likelihood(band.likelihood)
    ]
    if errors:
        raise LossesOffMatrix("Some likelihoods are not on its matrix.", errors)
    given = tuple(sorted(bands, key=lambda band: band.likelihood))
    if given == risk.losses:
        record_unchanged(tx)
        return await get_view(tx, ref)
    await register.save_losses(tx, risk.risk_id, given)
    await rescore(tx, [risk.risk_id], Occasion(Cause.SETTINGS, review=reason))
    states = _state(risk.losses), _state(given)
    record_change(tx, subject=ref, action="risk.priced", before=states[0], after=states[1], reason=reason)
    return await get_view(tx, ref)


def _state(bands: Sequence[LossBand]) -> State | None:
    shown = [
        {"likelihood": band.likelihood, "chance": str(band.chance), "low": str(band.low), "high": str(band.high)}
        for band in bands
    ]
    return {"losses": shown}


async def list_priced(tx: Tx, register_code: str | None) -> tuple[list[PricedRisk], list[str]]:
    """Threats in force, with the band of the likelihood in effect, and those for which none is given; by reference."""
    wanted = RiskFilter(register=register_code, kind=Kind.THREAT)
    views = await get_views(tx, await register.list_in_force(tx, wanted, await tx.business_date()))
    priced, unpriced = [], []
    for view in views:
        band = band_at(view.risk.losses, view.ratings.effective.likelihood) if view.ratings else None
        if band is None:
            unpriced.append(view.risk.ref)
        else:
            priced.append(PricedRisk(view.risk.ref, view.risk.description.title, band))
    return priced, unpriced

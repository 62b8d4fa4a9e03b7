"""Who decided what about a risk, written to the audit record in the transaction of the decision."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from chassis.audit import State, record_change
from chassis.storage.transaction import Tx
from services.risks.domain.links import LinkKey
from services.risks.domain.matrix import Matrix, Rating
from services.risks.domain.proposals import Proposal
from services.risks.domain.rating import Override
from services.risks.domain.register import NewRisk, Risk


def record_entry(tx: Tx, new: NewRisk) -> None:
    after = {
        "ref": new.ref,
        "register": new.register,
        "kind": new.kind.value,
        "matrix": new.matrix,
        "legacy_band": new.legacy_band and new.legacy_band.value,
        **asdict(new.description),
        "mode": new.mode.value,
        "status": new.status.value,
        "assessed": new.judgement and asdict(new.judgement.rating),
        **_links([(link.key, link.group) for link in new.links]),
    }
    reason = new.judgement.reason if new.judgement else None
    record_change(tx, subject=new.ref, action="risk.entered", before=None, after=after, reason=reason)


def record_matrix(tx: Tx, matrix: Matrix) -> None:
    record_change(tx, subject=matrix.name, action="matrix.added", before=None, after=asdict(matrix))


def record_amendment(tx: Tx, before: Risk, after: Risk, reason: str | None) -> None:
    """What of a risk's description, mode and status was changed."""
    old, new = (asdict(x.description) | {"mode": x.mode.value, "status": x.status.value} for x in (before, after))
    record_change(tx, subject=before.ref, action="risk.amended", before=old, after=new, reason=reason)


def record_status(tx: Tx, risk: Risk, action: str, after: str, reason: str) -> None:
    states = {"status": risk.status.value}, {"status": after}
    record_change(tx, subject=risk.ref, action=action, before=states[0], after=states[1], reason=reason)


def record_assessment(tx: Tx, risk: Risk, assessed: Rating, reason: str) -> None:
    states = _rating("assessed", risk.assessed), _rating("assessed", assessed)
    record_change(tx, subject=risk.ref, action="risk.assessed", before=states[0], after=states[1], reason=reason)


def record_override(tx: Tx, risk: Risk, override: Override | None, reason: str | None) -> None:
    """An override that was set, or lifted where there is none now."""
    action = "risk.overridden" if override else "risk.override_lifted"
    states = _override(risk.override), _override(override)
    record_change(tx, subject=risk.ref, action=action, before=states[0], after=states[1], reason=reason)


def record_answer(tx: Tx, risk: Risk, action: str, proposal: Proposal, reason: str) -> None:
    """An answer to a proposal: ``proposal.accepted``, by which it is assessed so, or ``proposal.rejected``."""
    proposed = {"proposal": proposal.proposal_id, "proposed": asdict(proposal.rating)}
    before = proposed | {"state": "open", "assessed": risk.assessed and asdict(risk.assessed)}
    is_accepted = action == "proposal.accepted"
    after = (
        before | {"state": action.partition(".")[2]} | ({"assessed": asdict(proposal.rating)} if is_accepted else {})
    )
    record_change(
        tx, subject=risk.ref, action=action, before=before, after=after, reason=reason, always=tuple(proposed)
    )


Links = Sequence[tuple[LinkKey, str]]
"""Links with the groups they are counted in."""


def record_links(tx: Tx, ref: str, before: Links, after: Links, reason: str | None) -> None:
    states = _links(before), _links(after)
    record_change(tx, subject=ref, action="links.replaced", before=states[0], after=states[1], reason=reason)


def _rating(name: str, rating: Rating | None) -> State | None:
    return None if rating is None else {name: asdict(rating)}


def _override(override: Override | None) -> State | None:
    return None if override is None else {"override": asdict(override.rating), "until": override.until.isoformat()}


def _links(links: Sequence[tuple[LinkKey, str]]) -> dict[str, Any]:
    return {"links": [_link(key, group) for key, group in links]}


def _link(key: LinkKey, group: str) -> dict[str, str]:
    return {
        "series": key.series.subject,
        "signal": key.signal.value,
        "provisional": key.provisional.value,
        "group": group,
    }

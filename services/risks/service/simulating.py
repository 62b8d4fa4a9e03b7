"""What would be if indicators, or variances of funds, stood as supposed: nothing of it is stored."""

from collections.abc import Iterator, Mapping, Sequence

from chassis.errors import FieldError
from chassis.storage.transaction import Tx
from services.risks.domain.links import SeriesKey
from services.risks.domain.rating import Status, suppose
from services.risks.domain.view import RegisterSimulation, RiskView, Simulation
from services.risks.errors import NotAssessed, NotLinked, RiskUnknown, SimulationTooLarge
from services.risks.repository import register
from services.risks.service.reading import get_view, get_views

Supposed = Sequence[tuple[SeriesKey, int]]
"""Series, and the severities they are supposed to have."""

MOST_RISKS = 1000
"""That one simulation looks at."""


async def simulate(tx: Tx, ref: str, supposed: Supposed) -> Simulation:
    """What the risk would be if linked series stood as supposed: severities by series.

    Raises:
        RiskUnknown, NotAssessed: there is nothing to move.
        NotLinked: an indicator that has no link to this risk.
    """
    view = await get_view(tx, ref)
    if view.ratings is None:
        raise NotAssessed(f"{ref} has no rating yet, so indicators do not move it.")
    _refuse_unlinked(view, [series for series, _ in supposed])
    severities = {series.subject: severity for series, severity in supposed}
    return Simulation(present=view, supposed=view.with_links(suppose(view.links, severities)))


def _refuse_unlinked(view: RiskView, wanted: Sequence[SeriesKey]) -> None:
    linked = {link.series for link in view.links}
    errors = [
        FieldError(field, f"{series} is not linked to {view.risk.ref}")
        for field, series in _places(wanted)
        if series not in linked
    ]
    if errors:
        raise NotLinked("Something is not linked to this risk.", errors)


def _places(wanted: Sequence[SeriesKey]) -> Iterator[tuple[str, SeriesKey]]:
    """Series with the names of the fields that they were sent in."""
    for name, field, is_fund in (("signals", "indicator", False), ("funds", "fund", True)):
        of_kind = (series for series in wanted if series.is_fund is is_fund)
        yield from ((f"{name}.{number}.{field}", series) for number, series in enumerate(of_kind))


async def simulate_register(tx: Tx, supposed: Supposed, refs: Sequence[str]) -> RegisterSimulation:
    """What the risks on these series, or those among ``refs``, would be; four statements for any number of them.

    Raises:
        RiskUnknown: one of ``refs`` is none.
        SimulationTooLarge: more risks hang on these series than are looked at in one go.
    """
    severities = {series.subject: severity for series, severity in supposed}
    risks = await register.list_linked(tx, severities.keys(), refs, MOST_RISKS + 1)
    if len(risks) > MOST_RISKS:
        raise SimulationTooLarge(f"More than {MOST_RISKS} risks hang on these indicators: name some of them.")
    if missing := sorted(set(refs) - {risk.ref for risk in risks}):
        raise RiskUnknown(f"No risk has the reference {missing[0]!r}.")
    views = [view for view in await get_views(tx, risks) if view.ratings and view.risk.status is not Status.CLOSED]
    found = [Simulation(view, view.with_links(suppose(view.links, severities))) for view in views]
    return RegisterSimulation(len(found), [one for one in found if one.moves], _unlinked(severities, views))


def _unlinked(severities: Mapping[str, int], views: Sequence[RiskView]) -> list[str]:
    linked = {link.subject for view in views for link in view.links}
    return sorted(severities.keys() - linked)

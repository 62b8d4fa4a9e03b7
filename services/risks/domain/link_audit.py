"""The links of the whole register under audit: who made each and why, whether it still works, and what it told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from contracts.colours import Colour
from services.risks.domain.back_test import Told
from services.risks.domain.links import IndicatorLink
from services.risks.domain.points import read_points
from services.risks.domain.rating import Kind
from services.risks.domain.severity import Signal, is_stale


class Finding(StrEnum):
    """What is to be known of a link as it stands.

    Dead: ``unassessed`` (nobody has assessed its risk, so that it moves nothing), ``pending`` (no event told of its
    series: it may be misspelt), ``not_carried`` (it reads process control, which the events of its series do not
    carry), ``unknown_at_snapshot`` (it takes no part until the next assessment), ``unknown_now`` (it counts as at its
    snapshot), ``stale`` (no value for more than two of its periods).

    ``unconfirmed``: it rests on one period. ``doubled``: another link of its risk reads the same series.
    ``contradicted``: since their snapshots another link of its risk moved the other way.
    """

    UNASSESSED = "unassessed"
    PENDING = "pending"
    NOT_CARRIED = "not_carried"
    UNKNOWN_AT_SNAPSHOT = "unknown_at_snapshot"
    UNKNOWN_NOW = "unknown_now"
    STALE = "stale"
    UNCONFIRMED = "unconfirmed"
    DOUBLED = "doubled"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class LinkedRisk:
    """A risk that is not closed and has links."""

    risk_id: int
    ref: str
    title: str
    owner: str | None
    kind: Kind
    is_assessed: bool


@dataclass(frozen=True, slots=True)
class StandingLink:
    """A link, and what is to be known of it as it stands."""

    risk: LinkedRisk
    link: IndicatorLink
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class LinkOrigin:
    """When a link was made, by whom and why, by the audit record."""

    at: datetime
    by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class AuditedLink:
    """A link with its origin (``None``: no longer on record) and what it told (``None``: a fund's past is not kept)."""

    standing: StandingLink
    origin: LinkOrigin | None
    told: Told | None


@dataclass(frozen=True, slots=True)
class LinkAuditFilter:
    """What a reader asks for."""

    register: str | None = None
    owner: str | None = None
    risk: str | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class LinkChange:
    """An audit entry about links: those that there were before and after it, as :data:`LinkName`."""

    origin: LinkOrigin
    before: frozenset["LinkName"]
    after: frozenset["LinkName"]


LinkName = tuple[str, str, str]
"""Subject of the series, signal, and how provisional colours are read."""


def name_of(link: IndicatorLink) -> LinkName:
    return (link.subject, link.signal.value, link.key.provisional.value)


def names_in(state: Mapping[str, Any] | None) -> frozenset[LinkName]:
    """The links in a state of the audit record."""
    found: Sequence[Mapping[str, str]] = (state or {}).get("links") or ()
    return frozenset((each["series"], each["signal"], each["provisional"]) for each in found)


def origins(changes: Iterable[LinkChange]) -> dict[LinkName, LinkOrigin]:
    """Of the links of one risk, the change that made each: the newest, where it was taken away meanwhile."""
    found: dict[LinkName, LinkOrigin] = {}
    for change in changes:
        found |= dict.fromkeys(change.after - change.before, change.origin)
    return found


def standing_links(risk: LinkedRisk, links: Sequence[IndicatorLink], today: date) -> list[StandingLink]:
    """All links of a risk, in the order they were added, each with what is to be known of it."""
    return [StandingLink(risk, link, tuple(_findings(risk, link, links, today))) for link in links]


def _findings(risk: LinkedRisk, link: IndicatorLink, links: Sequence[IndicatorLink], today: date) -> Iterable[Finding]:
    others = [other for other in links if other is not link]
    found = {
        Finding.UNASSESSED: not risk.is_assessed,
        Finding.PENDING: link.pending,
        Finding.NOT_CARRIED: not link.pending and _is_not_carried(link),
        Finding.UNKNOWN_AT_SNAPSHOT: not link.pending and link.at is None,
        Finding.UNKNOWN_NOW: not link.pending and link.at is not None and link.now is None,
        Finding.STALE: not link.pending and is_stale(link.latest, today),
        Finding.UNCONFIRMED: link.unconfirmed,
        Finding.DOUBLED: any(other.series == link.series for other in others),
        Finding.CONTRADICTED: any(_move(other) * _move(link) < 0 for other in others),
    }
    return (finding for finding, is_so in found.items() if is_so)


def _is_not_carried(link: IndicatorLink) -> bool:
    if link.signal is not Signal.PROCESS_CONTROL:
        return False
    return all(each.process_control is Colour.NONE for each in read_points(link.points))


def _move(link: IndicatorLink) -> int:
    """Steps of severity since its snapshot; none of what is unknown."""
    return 0 if link.at is None or link.now is None else link.now - link.at

"""Risks and savings schemes that pledges are linked to: what the events of their services last said of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from contracts.colours import Colour
from contracts.money import pounds
from contracts.risks import Band
from services.pledges.domain.indicators import SeriesKey


class LinkedKind(StrEnum):
    RISK = "risk"
    SCHEME = "scheme"


@dataclass(frozen=True, slots=True)
class RiskRating:
    """A risk as it is rated: what counts, whoever said so. ``as_of`` is the moment of the event that told of it."""

    title: str
    status: str
    impact: int | None
    likelihood: int | None
    score: int | None
    band: Band | None
    as_of: datetime = field(compare=False)

    @property
    def said(self) -> Mapping[str, Any]:
        """All of it but the moment, by field."""
        return _said(self)


@dataclass(frozen=True, slots=True)
class SavingsPosition:
    """A scheme's position in pounds, year to date. Only ``banked`` has reduced a budget."""

    title: str
    fund: str
    financial_year: str
    plan_low: Decimal
    plan_high: Decimal
    indicated: Decimal
    validated: Decimal
    banked: Decimal
    forecast_low: Decimal
    forecast_high: Decimal
    colour: Colour
    flags: tuple[str, ...]
    as_of: datetime = field(compare=False)

    @property
    def said(self) -> Mapping[str, Any]:
        """All of it but the moment, by field, amounts as money."""
        return {name: pounds(each) if isinstance(each, Decimal) else each for name, each in _said(self).items()}


def _said(state: RiskRating | SavingsPosition) -> dict[str, Any]:
    return {each.name: getattr(state, each.name) for each in fields(state) if each.name != "as_of"}


LinkedState = RiskRating | SavingsPosition


@dataclass(frozen=True, slots=True)
class LinkedRisk:
    """A risk by its reference; ``rating`` None: pending, no event has told of it yet."""

    code: str
    rating: RiskRating | None = None


@dataclass(frozen=True, slots=True)
class LinkedScheme:
    """A savings scheme by its code; ``position`` None: pending, no event has told of it yet."""

    code: str
    position: SavingsPosition | None = None


@dataclass(frozen=True, slots=True)
class LinkedElsewhere:
    """The risks and schemes that a pledge is linked to, each in the order of their codes."""

    risks: tuple[LinkedRisk, ...] = ()
    schemes: tuple[LinkedScheme, ...] = ()

    @classmethod
    def of(cls, found: Iterable[tuple[LinkedKind, str, LinkedState | None]]) -> "LinkedElsewhere":
        """What was found of each link, in any order."""
        by_kind: dict[LinkedKind, list[tuple[str, LinkedState | None]]] = {kind: [] for kind in LinkedKind}
        for kind, code, state in found:
            by_kind[kind].append((code, state))
        risks, schemes = (sorted(by_kind[kind], key=lambda one: one[0]) for kind in LinkedKind)
        return cls(
            tuple(LinkedRisk(code, _only(RiskRating, state)) for code, state in risks),
            tuple(LinkedScheme(code, _only(SavingsPosition, state)) for code, state in schemes),
        )

    @property
    def named(self) -> frozenset[tuple[LinkedKind, str]]:
        """Their kinds and codes."""
        risks, schemes = LinkedKind.RISK, LinkedKind.SCHEME
        return frozenset([(risks, one.code) for one in self.risks] + [(schemes, one.code) for one in self.schemes])


NOT_LINKED = LinkedElsewhere()
Known = TypeVar("Known", RiskRating, SavingsPosition)


def _only(of: type[Known], state: LinkedState | None) -> Known | None:
    return state if isinstance(state, of) else None


@dataclass(frozen=True, slots=True)
class StateUpdate:
    """What an event says of a risk or a scheme; the newest event is that of the highest (generation, version)."""

    kind: LinkedKind
    code: str
    generation: int
    version: int
    event_id: str
    state: LinkedState


@dataclass(frozen=True, slots=True)
class WantedLinks:
    """All that a pledge is to be linked to."""

    series: Collection[SeriesKey]
    risks: Collection[str] = ()
    schemes: Collection[str] = ()

    @property
    def elsewhere(self) -> frozenset[tuple[LinkedKind, str]]:
        risks, schemes = LinkedKind.RISK, LinkedKind.SCHEME
        return frozenset([(risks, code) for code in self.risks] + [(schemes, code) for code in self.schemes])

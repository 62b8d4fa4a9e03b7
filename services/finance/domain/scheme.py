"""A savings scheme: what was agreed of it, and what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from contracts.colours import Polarity
from contracts.notes import SourceNote
from contracts.period import Period
from services.finance.domain.as_at import PRESENT, AsAt
from services.finance.domain.budget import Budget
from services.finance.domain.capping import LineCap
from services.finance.domain.ledger import PostedAmounts
from services.finance.domain.savings import Observation, SchemeLink
from services.finance.domain.series import Version


class Workstream(StrEnum):
    """The workstreams of the savings programme, and that no source names one."""

    COMMISSIONED_CONTRACTS = "commissioned_contracts"
    PREVENTION_AND_DEMAND = "prevention_and_demand"
    MAXIMISING_GRANTS = "maximising_grants"
    BEST_USE_OF_RESOURCES = "best_use_of_resources"
    PACKAGES_OF_CARE = "packages_of_care"
    UNASSIGNED = "unassigned"


class Delivery(StrEnum):
    PLAN = "plan"
    MITIGATION = "mitigation"


class SchemeOrder(StrEnum):
    """What schemes can be ordered by."""

    CODE = "code"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class PlannedPeriod:
    """Pounds planned to be saved in a period, the low and the high end."""

    period: Period
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class SchemeDefinition:
    """What was agreed. With a link an indicator moves the scheme, without one finance posts to it by hand.

    Where the saving is ``in_budget`` the budget of its line has been reduced by it from the beginning: nothing of it is
    banked, and what is not delivered of it is missing.
    """

    code: str
    name: str
    workstream: Workstream
    fund: str
    budget_line: str
    partner: str
    financial_year: Period
    plan: Sequence[PlannedPeriod]
    cashable_share: Decimal
    recurrent: bool
    delivered_by: Delivery
    optimism_bias: Decimal
    confidence: Decimal
    illustrative: bool
    link: SchemeLink | None
    notes: tuple[SourceNote, ...] = ()
    in_budget: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawal:
    at: datetime
    by: str
    reason: str
    business_date: date


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme as recorded. ``version`` counts its published states, ``published`` is the fingerprint of the last.

    It is pending while no event of its series has been read.
    """

    definition: SchemeDefinition
    version: int
    published: str | None
    created_at: datetime
    created_by: str
    business_date: date
    withdrawal: Withdrawal | None = None
    pending: bool = False

    @property
    def code(self) -> str:
        return self.definition.code

    def as_it_was(self, as_at: AsAt) -> "Scheme | None":
        """The scheme in a past state: null before it was defined, not withdrawn before it was."""
        if not as_at.covers(self.created_at, self.business_date):
            return None
        ended = self.withdrawal
        if ended is None or as_at.covers(ended.at, ended.business_date):
            return self
        return replace(self, withdrawal=None)


@dataclass(frozen=True, slots=True)
class SeriesPolarity:
    """The polarity of the newest event of a series, and the event version at which it last turned, if ever."""

    polarity: Polarity
    turned: Version | None = None


@dataclass(frozen=True, slots=True)
class SchemeAccount:
    """A scheme with all that its position is made of.

    Its budget line, its indicator's observations, its entries, and what of the line's banked money counts. Of a past
    state the observations are not known: what they were worth is in the entries.
    """

    scheme: Scheme
    budget: Budget
    closed_quarters: frozenset[Period]
    polarity: SeriesPolarity | None = None
    observations: Sequence[Observation] = ()
    posted: Sequence[PostedAmounts] = ()
    line_cap: LineCap = field(default_factory=LineCap)
    as_at: AsAt = PRESENT

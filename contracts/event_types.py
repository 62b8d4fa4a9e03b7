"""Every event of the suite: which service publishes it, and what it carries."""

from collections.abc import Mapping
from typing import Final

from contracts import finance, indicators, pledges, risks
from contracts.digests import DIGEST_PUBLISHED, DigestPublished
from contracts.envelope import Body

EVENTS: Final[Mapping[str, Mapping[str, type[Body]]]] = {
    "indicators": {
        indicators.INDICATOR_UPDATED: indicators.IndicatorUpdated,
        indicators.COMMENTARY_PUBLISHED: indicators.CommentaryPublished,
        indicators.OBSERVATION_LATE: indicators.ObservationLate,
    },
    "risks": {
        risks.RISK_RESCORED: risks.RiskRescored,
        risks.RISK_REVIEWED: risks.RiskReviewed,
        risks.ACCEPTANCE_SUSPENDED: risks.AcceptanceSuspended,
        risks.TOLERANCE_BREACHED: risks.ToleranceBreached,
        risks.REVIEW_OVERDUE: risks.ReviewOverdue,
        risks.PROPOSAL_UPDATED: risks.ProposalUpdated,
        risks.CONTROL_UPDATED: risks.ControlUpdated,
        risks.ASSURANCE_UPDATED: risks.AssuranceUpdated,
        risks.TREATMENT_UPDATED: risks.TreatmentUpdated,
    },
    "finance": {
        finance.SAVING_RESTATED: finance.SavingRestated,
        finance.FUND_UPDATED: finance.FundUpdated,
        finance.PERIOD_CLOSED: finance.PeriodClosed,
        finance.TRIGGER_CROSSED: finance.TriggerCrossed,
        finance.UNIT_COST_CHANGED: finance.UnitCostChanged,
        finance.ACTION_PLAN_UPDATED: finance.ActionPlanUpdated,
    },
    "pledges": {
        pledges.PLEDGE_UPDATED: pledges.PledgeUpdated,
        pledges.RETURN_SUBMITTED: pledges.QuarterlyReturnState,
        pledges.RETURN_APPROVED: pledges.QuarterlyReturnState,
        pledges.RETURN_MISSING: pledges.QuarterlyReturnState,
        pledges.ACTION_UPDATED: pledges.ActionState,
        pledges.MILESTONE_OVERDUE: pledges.ActionState,
        pledges.DECISION_MADE: pledges.DecisionMade,
        pledges.HOMES_RATED: pledges.HomesRated,
    },
}
"""Every event that tells of an aggregate: service, type, body."""

DIGESTS: Final[Mapping[str, type[Body]]] = {DIGEST_PUBLISHED: DigestPublished}
"""What every service publishes beside them."""

BODIES: Final[Mapping[str, type[Body]]] = {
    **{type_: body for types in EVENTS.values() for type_, body in types.items()},
    **DIGESTS,
}
"""Every event the suite publishes: type, body."""

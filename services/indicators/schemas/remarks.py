"""Remarks on charts: annotations and recalculations."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.areas import AreaCode
from contracts.breakdown import Breakdown
from contracts.envelope import Timestamp
from contracts.period import Period, PeriodKind
from contracts.reasons import Reason
from services.indicators.domain.control.remarks import Annotation, Decision, Recalculation, RecordedRemark
from services.indicators.schemas.values import PeriodText, Text

RECALCULATION_EXAMPLE: dict[str, Any] = {
    "area": "E06000026",
    "period": "2017-11",
    "decision": "recalculate",
    "reason": "The urgent treatment centre opened",
    "decided_on": "2018-02-20",
}
ANNOTATION_EXAMPLE: dict[str, Any] = {"area": "E06000026", "period": "2017-11", "text": "Urgent treatment centre opens"}


class RecalculationIn(StrictBody):
    """A person's decision on whether limits begin anew at a period."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [RECALCULATION_EXAMPLE]}}

    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    period: Annotated[PeriodText, Field(description="Period that was observed, at which it is decided")]
    decision: Annotated[
        Decision,
        Field(description="Whether limits begin anew here, or go on, which declines a proposal or takes one back"),
    ] = Decision.RECALCULATE
    baseline_to: Annotated[
        PeriodText | None,
        Field(description="Last period whose value makes the limits, 12 values on or more; null for all that follow"),
    ] = None
    decided_on: Annotated[
        date | None, Field(description="Day of the decision; the business date where it is left out")
    ] = None
    reason: Annotated[Reason, Field(description="Why: what changed in the process, or why nothing did")]

    def read(self, kind: PeriodKind, today: date) -> Recalculation:
        """The decision, of an indicator that is recorded by ``kind``.

        Raises:
            UnknownPeriodError: a period is none.
        """
        baseline = None if self.baseline_to is None else Period.parse(self.baseline_to, kind)
        period = Period.parse(self.period, kind)
        return Recalculation(period, self.decision, self.reason, self.decided_on or today, baseline)


class RecalculationOut(OutBody):
    indicator: str
    area: str
    breakdown: Breakdown
    period: Annotated[Period, Field(description="Period at which it was decided")]
    decision: Annotated[Decision, Field(description="Whether limits begin anew here, or go on")]
    baseline_to: Annotated[
        Period | None, Field(description="Last period whose value makes the limits; null for all that follow")
    ]
    decided_on: Annotated[date, Field(description="Day of the decision")]
    reason: Annotated[str, Field(description="Why it was decided so")]
    revision: Annotated[int, Field(description="Number of this state of the decision, from 1; the highest is current")]
    actor: str
    recorded_at: Timestamp

    @classmethod
    def of(cls, recorded: RecordedRemark) -> Self:
        remark = recorded.remark
        assert isinstance(remark, Recalculation)  # noqa: S101  asked for by kind
        same = ("period", "decision", "baseline_to", "decided_on", "reason")
        return cls(**{name: getattr(remark, name) for name in same}, **_recorded(recorded))


class AnnotationIn(StrictBody):
    """Words on a chart at a period; null takes them off."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [ANNOTATION_EXAMPLE]}}

    area: AreaCode
    breakdown: Breakdown = Breakdown.TOTAL
    period: Annotated[PeriodText, Field(description="Period that was observed, at which the words stand")]
    text: Annotated[Text | None, Field(description="The words; null takes them off the chart")]

    def read(self, kind: PeriodKind, _today: date) -> Annotation:
        """The annotation, of an indicator that is recorded by ``kind``.

        Raises:
            UnknownPeriodError: its period is none.
        """
        return Annotation(Period.parse(self.period, kind), self.text)


class AnnotationOut(OutBody):
    indicator: str
    area: str
    breakdown: Breakdown
    period: Annotated[Period, Field(description="Period at which the words stand")]
    text: Annotated[str | None, Field(description="The words; null where they were taken off the chart")]
    revision: Annotated[int, Field(description="Number of this state of the words, from 1; the highest is current")]
    actor: str
    recorded_at: Timestamp

    @classmethod
    def of(cls, recorded: RecordedRemark) -> Self:
        remark = recorded.remark
        assert isinstance(remark, Annotation)  # noqa: S101  asked for by kind
        return cls(period=remark.period, text=remark.text, **_recorded(recorded))


def _recorded(recorded: RecordedRemark) -> dict[str, Any]:
    return {
        **recorded.series._asdict(),
        "revision": recorded.number,
        "actor": recorded.actor,
        "recorded_at": recorded.recorded_at,
    }

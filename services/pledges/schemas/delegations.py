"""Bodies of delegations."""

from datetime import date
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.reasons import Reason
from services.pledges.domain.delegations import DelegateKind, Delegation
from services.pledges.schemas.fields import Name


class DelegationIn(StrictBody):
    """A person of an assignment has what they may submit or sign done by another."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"person": "Ian Tuffin", "delegate": "anna-coles", "kind": "person", "valid_from": "2018-01-01"},
                {"person": "Ian Tuffin", "delegate": "performance-office", "valid_from": "2018-01-01"},
            ]
        }
    )

    person: Name = Field(examples=["Ian Tuffin"])
    delegate: Name = Field(examples=["anna-coles"])
    kind: DelegateKind = DelegateKind.NAME
    valid_from: date = Field(description="First day on which it holds", examples=["2018-01-01"])
    valid_to: date | None = Field(None, description="Last day on which it holds; null until it is ended")
    reason: Reason | None = Field(None, examples=["Leave"])

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to_domain("").ends_before_it_begins:
            raise ValueError("valid_to is before valid_from")
        return self

    def to_domain(self, code: str) -> Delegation:
        return Delegation(code, self.person, self.delegate, self.valid_from, self.valid_to, self.reason, self.kind)


class DelegationOut(OutBody):
    code: str = Field(examples=["tuffin-leave"])
    person: str
    delegate: str
    kind: DelegateKind
    valid_from: date
    valid_to: date | None
    reason: str | None

    @classmethod
    def of(cls, found: Delegation) -> Self:
        return cls(
            code=found.code,
            person=found.person,
            delegate=found.delegate,
            kind=found.kind,
            valid_from=found.valid_from,
            valid_to=found.valid_to,
            reason=found.reason,
        )

"""The register as it was on a day: what was said of each risk, and how it was rated then and before."""

from datetime import date
from typing import Self

from pydantic import Field

from chassis.web.bodies import OutBody
from contracts.period import Period
from contracts.risks import RatingState
from services.risks.domain.history import RegisterLine, RegisterState
from services.risks.domain.rating import Kind, Movement, Status
from services.risks.schemas.ratings import only_band, rating_body


class RegisterLineOut(OutBody):
    """A risk on that day."""

    ref: str
    register_code: str = Field(alias="register")
    kind: Kind
    status: Status
    title: str
    category: str | None
    owner: str | None
    previous: RatingState | None = Field(description="At the end of the quarter before; null where it was not rated")
    effective: RatingState = Field(description="In effect on that day")
    target: RatingState | None
    movement: Movement | None = Field(description="Against the end of the quarter before; null where it was not rated")

    @classmethod
    def of(cls, line: RegisterLine) -> Self:
        said = line.description
        return cls(
            ref=line.ref,
            register=line.register,
            kind=line.kind,
            status=line.status,
            title=said.title,
            category=said.category,
            owner=said.owner,
            previous=rating_body(line.previous) if line.previous else None,
            effective=rating_body(line.current) if line.current else only_band(line.band),
            target=rating_body(line.matrix.banded(said.target)) if said.target else None,
            movement=line.movement,
        )


class RegisterOut(OutBody):
    """Every risk that there was, by reference."""

    day: date = Field(description="The last business date that counts", examples=["2018-02-28"])
    compared_with: Period = Field(description="The quarter whose end movement is measured from")
    items: list[RegisterLineOut] = Field(description="The risks that the filters let through")

    @classmethod
    def of(cls, found: RegisterState) -> Self:
        lines = [RegisterLineOut.of(line) for line in found.lines]
        return cls(day=found.day, compared_with=found.compared_with, items=lines)

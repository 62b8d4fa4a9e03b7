"""Bodies of imports."""

from typing import Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody
from services.risks.domain.importing import Imported, Outcome


class RegisterImportOut(OutBody):
    """What became of the risks of a file, by reference."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"entered": ["OCC9"], "changed": ["OCC4"], "unchanged": ["OCC2", "OCC3"]}]}
    )

    entered: list[str] = Field(description="Risks that were not there")
    changed: list[str] = Field(description="Risks that were there and said otherwise")
    unchanged: list[str] = Field(description="Risks that were there just so")

    @classmethod
    def of(cls, imported: Imported) -> Self:
        found = imported.by_outcome
        return cls(**{outcome.value: sorted(found.get(outcome, ())) for outcome in Outcome})

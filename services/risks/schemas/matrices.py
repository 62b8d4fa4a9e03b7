"""Bodies of matrices."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from chassis.web.bodies import OutBody, StrictBody
from contracts.risks import Band
from services.risks.domain.matrix import Matrix
from services.risks.schemas.values import Name, Slug, Word


class MatrixIn(StrictBody):
    """A new version of a matrix. ``grid[i][l]`` is the band of impact i+1 and likelihood l+1."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "two-by-three",
                    "version": 1,
                    "title": "Two by three",
                    "impacts": ["Low", "High"],
                    "likelihoods": ["Rare", "Likely", "Almost certain"],
                    "grid": [["green", "green", "amber"], ["green", "amber", "red"]],
                }
            ]
        }
    )

    code: Slug
    version: Annotated[int, Field(ge=1, le=999_999)]
    title: Name
    impacts: list[Word] = Field(min_length=2, max_length=20)
    likelihoods: list[Word] = Field(min_length=2, max_length=20)
    grid: list[list[Band]]

    @model_validator(mode="after")
    def _grid_fits(self) -> Self:
        if len(self.grid) != len(self.impacts) or any(len(row) != len(self.likelihoods) for row in self.grid):
            raise ValueError("grid has one row an impact and one band a likelihood")
        return self

    def to_domain(self) -> Matrix:
        return Matrix(
            code=self.code,
            version=self.version,
            title=self.title,
            impacts=tuple(self.impacts),
            likelihoods=tuple(self.likelihoods),
            grid=tuple(tuple(row) for row in self.grid),
        )


class MatrixOut(OutBody):
    name: str
    code: str
    version: int
    title: str
    impacts: list[str]
    likelihoods: list[str]
    grid: list[list[Band]]

    @classmethod
    def of(cls, matrix: Matrix) -> Self:
        return cls(
            name=matrix.name,
            code=matrix.code,
            version=matrix.version,
            title=matrix.title,
            impacts=list(matrix.impacts),
            likelihoods=list(matrix.likelihoods),
            grid=[list(row) for row in matrix.grid],
        )

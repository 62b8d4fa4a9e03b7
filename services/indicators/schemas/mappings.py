"""Mappings of files."""

from typing import Annotated, Any, Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from contracts.indicators import Missing
from services.indicators.domain.definitions import Calculation
from services.indicators.domain.importing.mapping import FIELDS, DimensionSource, FileMapping
from services.indicators.domain.importing.shipped import SHIPPED

MAPPING_NAME = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
Words = Annotated[str, Field(max_length=300)]
FieldName = Annotated[str, Field(max_length=40)]
Symbol = Annotated[Missing, Field(description="Symbol that stands for it")]

MAPPING_EXAMPLE: dict[str, Any] = {
    "title": "Monthly returns of our providers",
    "columns": {"area": ["Provider"], "period": ["Month"], "value": ["Per cent within four hours"]},
    "constants": {"indicator": "ae-four-hour-wait", "status": "provisional"},
    "symbols": {"n/a": "[x]"},
}


class DimensionSourceBody(StrictBody):
    """A column that says a dimension of the breakdown."""

    column: Words = Field(description="Heading of the column")
    name: Words | None = Field(default=None, description="Name of the dimension; null where a column says it")
    name_column: Words | None = Field(default=None, description="Heading of the column that says the name")
    totals: list[Words] = Field(default_factory=list, max_length=50, description="Words that mean everybody")
    values: dict[Words, Words] = Field(
        default_factory=dict, max_length=500, description="Words of the file, with the value that they stand for"
    )
    closed: bool = Field(
        default=False, description="Whether words that are neither among totals nor values are an error of the row"
    )

    @classmethod
    def of(cls, source: DimensionSource) -> Self:
        return cls(
            column=source.column,
            name=source.name,
            name_column=source.name_column,
            totals=list(source.totals),
            values=dict(source.values),
            closed=source.closed,
        )

    def to_domain(self) -> DimensionSource:
        return DimensionSource(
            self.column, self.name, self.name_column, tuple(self.totals), dict(self.values), self.closed
        )


class FileMappingIn(StrictBody):
    """How files of one kind are read: where the columns are found and how their words are taken."""

    model_config = StrictBody.model_config | {"json_schema_extra": {"examples": [MAPPING_EXAMPLE]}}

    title: Annotated[str, Field(min_length=1, max_length=300, description="Whose files these are")]
    columns: Annotated[
        dict[FieldName, Annotated[list[Words], Field(min_length=1, max_length=20)]],
        Field(
            max_length=len(FIELDS),
            description="Headings by field, the first that is there counts; capitals do not matter. Fields: "
            + "; ".join(f"{name} ({meaning})" for name, meaning in FIELDS.items()),
        ),
    ]
    required: list[FieldName] = Field(
        default_factory=list, max_length=len(FIELDS), description="Fields without whose column a file is refused"
    )
    constants: dict[FieldName, Words] = Field(
        default_factory=dict, description="What holds of every row whose column is not there, or is empty"
    )
    code_prefix: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="Begins codes that are made of words; null where the file has the codes"
    )
    code_fields: list[FieldName] = Field(
        default_factory=list, max_length=10, description="Fields whose words make the code of an indicator"
    )
    dimensions: list[DimensionSourceBody] = Field(
        default_factory=list, max_length=20, description="Columns that say the breakdown"
    )
    symbols: dict[Words, Symbol] = Field(
        default_factory=dict, max_length=100, description="Words in the place of a value, with their symbol"
    )
    empty_value: Missing | None = Field(default=None, description="Symbol of a row without value; null: an error")
    suppressed_words: list[Words] = Field(
        default_factory=list, max_length=50, description="A note with one of them says that a value was suppressed"
    )
    decimals: int = Field(default=8, ge=0, le=16, description="Values with more of them are rounded half up")
    add_up: bool = Field(
        default=False,
        description="Whether rows of one series and period are parts to be added up, to a percentage of count and "
        "denominator",
    )
    no_denominator: Missing | None = Field(default=None, description="Symbol of a sum over nothing")
    parts: Words = Field(default="areas", description="What the parts of a sum are called")
    calculation: Calculation | None = Field(
        default=None,
        description="How values of indicators follow that an import creates, where the file does not say; null: "
        "`crude` of percentages, counts and rates, `other` of the rest",
    )

    def to_domain(self, name: str) -> FileMapping:
        return FileMapping(
            name=name,
            title=self.title,
            columns={field: tuple(headings) for field, headings in self.columns.items()},
            required=tuple(self.required),
            constants=dict(self.constants),
            code_prefix=self.code_prefix,
            code_fields=tuple(self.code_fields),
            dimensions=tuple(each.to_domain() for each in self.dimensions),
            symbols={word: symbol.value for word, symbol in self.symbols.items()},
            empty_value=self.empty_value.value if self.empty_value else None,
            suppressed_words=tuple(self.suppressed_words),
            decimals=self.decimals,
            add_up=self.add_up,
            no_denominator=self.no_denominator.value if self.no_denominator else None,
            parts=self.parts,
            calculation=self.calculation.value if self.calculation else None,
        )


def _as_sent(name: str) -> Any:
    """A field that is described as where it is sent."""
    return Field(description=FileMappingIn.model_fields[name].description)


class FileMappingOut(OutBody):
    """A mapping as it is; ``shipped`` ones do not change."""

    name: str = Field(description="Code that names it in paths and imports")
    shipped: bool = Field(description="Whether it ships with the product")
    title: str = _as_sent("title")
    columns: dict[str, list[str]] = _as_sent("columns")
    required: list[str] = _as_sent("required")
    constants: dict[str, str] = _as_sent("constants")
    code_prefix: str | None = _as_sent("code_prefix")
    code_fields: list[str] = _as_sent("code_fields")
    dimensions: list[DimensionSourceBody] = _as_sent("dimensions")
    symbols: dict[str, Missing] = _as_sent("symbols")
    empty_value: Missing | None = _as_sent("empty_value")
    suppressed_words: list[str] = _as_sent("suppressed_words")
    decimals: int = _as_sent("decimals")
    add_up: bool = _as_sent("add_up")
    no_denominator: Missing | None = _as_sent("no_denominator")
    parts: str = _as_sent("parts")
    calculation: Calculation | None = _as_sent("calculation")

    @classmethod
    def of(cls, mapping: FileMapping) -> Self:
        same = ("name", "title", "code_prefix", "empty_value", "decimals", "add_up", "no_denominator", "parts")
        lists = ("required", "code_fields", "suppressed_words")
        return cls(
            **{name: getattr(mapping, name) for name in same},
            **{name: list(getattr(mapping, name)) for name in lists},
            shipped=mapping.name in SHIPPED,
            columns={field: list(headings) for field, headings in mapping.columns.items()},
            constants=dict(mapping.constants),
            dimensions=[DimensionSourceBody.of(each) for each in mapping.dimensions],
            symbols=dict(mapping.symbols),
            calculation=mapping.calculation,
        )

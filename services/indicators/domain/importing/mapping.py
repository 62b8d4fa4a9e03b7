"""Mappings: which columns of a file say what, and how its words are to be taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FIELDS: Mapping[str, str] = {
    "indicator": "code of the indicator, or what its code is made of",
    "indicator_name": "name of the indicator, where it is to be created",
    "measure": "what is measured, where several measures share a name",
    "unit": "what values are counted in, in words or as a unit of ours",
    "polarity": "whether high values are good, where the indicator is to be created",
    "calculation": "how values follow from counts, where the indicator is to be created",
    "area": "code of the area",
    "area_name": "name of the area, where it is to be created",
    "area_type": "kind of area, where it is to be created",
    "area_parent": "code of an area that it is part of: the two are never added up together",
    "breakdown": "canonical text of the breakdown",
    "period": "label of the period",
    "period_kind": "kind of the period, where the indicator is to be created",
    "value": "the figure, or a symbol",
    "missing": "symbol in the place of the figure",
    "marks": "symbols beside the figure",
    "count": "numerator",
    "not_counted": "what of the denominator is not in the numerator",
    "denominator": "what the count is out of",
    "lower": "lower 95% limit",
    "upper": "upper 95% limit",
    "status": "provisional, final or withdrawn",
    "note": "remark",
    "basis": "how the figure is known",
    "reason": "why a final figure changes",
    "inferred": "fields that no source prints, joined with bars",
    "notes": "contradictions, as JSON",
    "part": "which part of the area a row is of, where parts are added up",
}
"""What a column, or a constant, of a mapping can say."""


@dataclass(frozen=True, slots=True)
class DimensionSource:
    """A dimension of the breakdown that a column says.

    ``name``: of the dimension; where it is None the column ``name_column`` says it, and a row that has a name has a
    value. ``totals`` are the words for everybody; ``values`` are words with another value of ours, capitals do not
    matter; all others are taken as they are, unless the words are ``closed``. The empty cell is everybody, too.
    """

    column: str
    name: str | None = None
    name_column: str | None = None
    totals: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False

    def value_of(self, word: str) -> str | None:
        """The value that a word stands for: empty for everybody, None of a word that is not listed."""
        if not word or word in self.totals:
            return ""
        if word in self.values:
            return self.values[word]
        lowered = word.lower()
        if any(lowered == each.lower() for each in self.totals):
            return ""
        return next((value for each, value in self.values.items() if lowered == each.lower()), None)

    @property
    def words(self) -> str:
        """Those that are listed, for people."""
        return ", ".join([*self.values, *self.totals])


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How files of one kind are read.

    Args:
        name: that an import gives.
        title: whose files these are.
        columns: by field, the headings under which it may stand, the first that is there; capitals do not matter.
        required: fields that must have a column.
        constants: by field, what holds of every row whose column is not there or empty.
        code_prefix: begins the code of an indicator that is made of words; None: the code stands in the file.
        code_fields: whose words make the code.
        dimensions: columns of the breakdown.
        symbols: words in the place of a value, with the symbol they stand for.
        empty_value: symbol of a row without a value; None: it is an error.
        suppressed_words: where the note has one of them, a missing value was suppressed.
        decimals: values with more are rounded half up.
        add_up: rows of the same series and period are parts, told apart by ``part``, and added up; the value is count
            of denominator, in per cent.
        no_denominator: symbol of a sum over nothing.
        parts: what the parts of a sum are called.
        calculation: of indicators that are created, unless the file or the caller says it; None: by their unit.
        verbatim: notes, bases and reasons are taken with the spaces around them.
    """

    name: str
    title: str
    columns: Mapping[str, Sequence[str]]
    required: Sequence[str] = ("indicator", "area", "period")
    constants: Mapping[str, str] = field(default_factory=dict)
    code_prefix: str | None = None
    code_fields: Sequence[str] = ()
    dimensions: Sequence[DimensionSource] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)
    empty_value: str | None = None
    suppressed_words: Sequence[str] = ()
    decimals: int = 8
    add_up: bool = False
    no_denominator: str | None = None
    parts: str = "areas"
    calculation: str | None = None
    verbatim: bool = False


def mapping_faults(mapping: FileMapping) -> list[tuple[str, str]]:
    """What cannot be of a mapping, as (field, message)."""
    fields = {"columns": mapping.columns, "constants": mapping.constants}
    faults = [
        (f"{part}.{name}", f"is no field; there are: {', '.join(FIELDS)}")
        for part, named in fields.items()
        for name in named
        if name not in FIELDS
    ]
    faults += [
        ("columns", f"say where {name} stands, or give it among the constants")
        for name in ("indicator", "area", "period")
        if name not in mapping.columns and name not in mapping.constants
    ]
    if not {"value", "missing", "count"} & set(mapping.columns) and "not_counted" not in mapping.columns:
        faults.append(("columns", "say where the value stands"))
    faults += [("required", f"{name} has no column") for name in mapping.required if name not in mapping.columns]
    faults += [("code_fields", f"{name} is no field") for name in mapping.code_fields if name not in FIELDS]
    if mapping.code_prefix is not None and not mapping.code_fields:
        faults.append(("code_fields", "say whose words make the code"))
    for n, each in enumerate(mapping.dimensions):
        if (each.name is None) == (each.name_column is None):
            faults.append((f"dimensions.{n}", "has either a name or a column that says it"))
    return faults

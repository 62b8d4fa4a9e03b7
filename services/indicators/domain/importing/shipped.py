"""The mappings that the product ships with."""

from collections.abc import Mapping

from services.indicators.domain.importing.mapping import DimensionSource, FileMapping

_SYMBOLS = {
    "NA": "[x]",
    "N/A": "[x]",
    "..": "[x]",
    ":": "[x]",
    "*": "[c]",
    "c": "[c]",
    "-": "[z]",
    "z": "[z]",
    "~": "[low]",
}

NATIVE = FileMapping(
    name="native",
    title="The files that this service exports",
    columns={
        name: (name,)
        for name in (
            "indicator",
            "indicator_name",
            "unit",
            "polarity",
            "area",
            "area_name",
            "area_type",
            "breakdown",
            "period_kind",
            "period",
            "value",
            "missing",
            "marks",
            "count",
            "denominator",
            "lower",
            "upper",
            "status",
            "note",
            "basis",
            "reason",
            "inferred",
            "notes",
            "calculation",
        )
    }
    | {
        "indicator": ("indicator", "indicator code"),
        "indicator_name": ("indicator_name", "name of indicator"),
        "area": ("area", "area code"),
        "area_name": ("area_name", "name of area"),
        "period_kind": ("period_kind", "kind of period"),
        "lower": ("lower", "lower limit"),
        "upper": ("upper", "upper limit"),
        "area_type": ("area_type", "kind of area"),
        "notes": ("notes", "contradictions"),
    },
    required=("indicator", "area", "period", "value"),
    symbols=_SYMBOLS,
    decimals=16,
    verbatim=True,
)

FINGERTIPS = FileMapping(
    name="fingertips",
    title="Downloads of the public health profiles (Fingertips)",
    columns={
        "indicator": ("Indicator ID",),
        "indicator_name": ("Indicator Name",),
        "area": ("Area Code",),
        "area_name": ("Area Name",),
        "area_type": ("Area Type",),
        "area_parent": ("Parent Code",),
        "period": ("Time period",),
        "value": ("Value",),
        "count": ("Count",),
        "denominator": ("Denominator",),
        "lower": ("Lower CI 95.0 limit", "Lower CI limit"),
        "upper": ("Upper CI 95.0 limit", "Upper CI limit"),
        "note": ("Value note",),
        "calculation": ("Calculation",),
    },
    required=("indicator", "area", "period", "value"),
    constants={"status": "final", "basis": "Fingertips", "polarity": "neutral"},
    code_prefix="fingertips",
    code_fields=("indicator",),
    dimensions=(
        DimensionSource("Sex", "sex", None, ("Persons", "Not applicable"), {"Male": "male", "Female": "female"}),
        DimensionSource("Age", "age", None, ("All ages", "Not applicable")),
        DimensionSource("Category", None, "Category Type"),
    ),
    symbols=_SYMBOLS,
    empty_value="[x]",
    suppressed_words=("suppress", "disclos", "small number"),
    calculation="other",
)

TRAFFORD = FileMapping(
    name="trafford",
    title="Data sets of Trafford Data Lab",
    columns={
        "indicator": ("indicator",),
        "measure": ("measure",),
        "unit": ("unit",),
        "area": ("area_code",),
        "area_name": ("area_name",),
        "area_type": ("area_type",),
        "period": ("period",),
        "value": ("value",),
    },
    required=("indicator", "measure", "area", "period", "value"),
    constants={"status": "final", "basis": "Trafford Data Lab", "polarity": "neutral"},
    code_prefix="",
    code_fields=("indicator", "measure"),
    dimensions=(
        DimensionSource(
            "inequality", "sex", None, ("NA", "Persons"), {"Male": "male", "Female": "female"}, closed=True
        ),
    ),
    symbols=_SYMBOLS,
    empty_value="[x]",
)

AE = FileMapping(
    name="ae",
    title="Monthly A&E attendances of NHS England",
    columns={
        "period": ("period",),
        "area": ("org_code", "org code"),
        "part": ("type",),
        "denominator": ("attendances",),
        "not_counted": ("breaches",),
    },
    required=("area", "period", "denominator", "not_counted"),
    constants={
        "indicator": "ae-four-hour-wait",
        "indicator_name": "A&E four hour wait",
        "unit": "percentage",
        "polarity": "high_is_good",
        "period_kind": "month",
        "area_type": "provider",
        "status": "final",
        "basis": "NHS England A&E attendances (Open Government Licence v3.0)",
    },
    decimals=2,
    add_up=True,
    no_denominator="[z]",
    parts="providers",
    calculation="crude",
)

SHIPPED: Mapping[str, FileMapping] = {each.name: each for each in (NATIVE, FINGERTIPS, TRAFFORD, AE)}

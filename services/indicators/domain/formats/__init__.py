"""The formats in which domain state is stored as JSON. Each is read by one function that knows every version.

Format 0 names no version: it is how release 0.1 stored what its callers had sent.
"""

from services.indicators.domain.formats.area_groups import area_group_from_json, area_group_to_json
from services.indicators.domain.formats.areas import area_from_json, area_to_json
from services.indicators.domain.formats.counted_homes import taken_from_json, taken_to_json
from services.indicators.domain.formats.indicators import (
    dimensions_from_json,
    dimensions_to_json,
    gap_from_json,
    gap_to_json,
    indicator_from_json,
    indicator_to_json,
)
from services.indicators.domain.formats.lists import codes_from_json, codes_to_json
from services.indicators.domain.formats.mappings import mapping_from_json, mapping_to_json
from services.indicators.domain.formats.provenance import provenance_from_json, provenance_to_json
from services.indicators.domain.formats.quality import quality_rules_from_json, quality_rules_to_json
from services.indicators.domain.formats.remarks import remark_from_json, remark_to_json
from services.indicators.domain.formats.scorecards import scorecard_from_json, scorecard_to_json
from services.indicators.domain.formats.standards import limits_from_json, limits_to_json
from services.indicators.domain.formats.targets import target_from_json, target_to_json
from services.indicators.domain.formats.versions import UnknownFormatError

__all__ = [
    "UnknownFormatError",
    "area_from_json",
    "area_group_from_json",
    "area_group_to_json",
    "area_to_json",
    "codes_from_json",
    "codes_to_json",
    "dimensions_from_json",
    "dimensions_to_json",
    "gap_from_json",
    "gap_to_json",
    "indicator_from_json",
    "indicator_to_json",
    "limits_from_json",
    "limits_to_json",
    "mapping_from_json",
    "mapping_to_json",
    "provenance_from_json",
    "provenance_to_json",
    "quality_rules_from_json",
    "quality_rules_to_json",
    "remark_from_json",
    "remark_to_json",
    "scorecard_from_json",
    "scorecard_to_json",
    "taken_from_json",
    "taken_to_json",
    "target_from_json",
    "target_to_json",
]

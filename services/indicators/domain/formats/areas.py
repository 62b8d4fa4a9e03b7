"""Areas as they were."""

from services.indicators.domain.areas import Area
from services.indicators.domain.formats.versions import (
    FORMAT,
    Json,
    Stored,
    date_from_json,
    date_to_json,
    require_format,
)


def area_to_json(area: Area) -> Json:
    return {
        FORMAT: 1,
        "code": area.code,
        "name": area.name,
        "type": area.type,
        "valid_from": date_to_json(area.valid_from),
        "valid_to": date_to_json(area.valid_to),
        "parents": list(area.parents),
        "successors": list(area.successors),
    }


def area_from_json(content: Stored) -> Area:
    require_format(content, 1)
    return Area(
        code=content["code"],
        name=content["name"],
        type=content["type"],
        valid_from=date_from_json(content["valid_from"]),
        valid_to=date_from_json(content["valid_to"]),
        parents=tuple(content["parents"]),
        successors=tuple(content["successors"]),
    )

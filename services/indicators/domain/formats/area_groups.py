"""Groups of areas as they were."""

from services.indicators.domain.comparisons import AreaGroup, GroupKind
from services.indicators.domain.formats.versions import FORMAT, Json, Stored, require_format


def area_group_to_json(group: AreaGroup) -> Json:
    return {
        FORMAT: 1,
        "code": group.code,
        "name": group.name,
        "kind": group.kind.value,
        "areas": list(group.areas),
        "source": group.source,
    }


def area_group_from_json(content: Stored) -> AreaGroup:
    require_format(content, 1)
    kind = GroupKind(content["kind"])
    return AreaGroup(content["code"], content["name"], kind, tuple(content["areas"]), content["source"])

"""Scorecards as they were defined."""

from contracts.breakdown import Breakdown
from services.indicators.domain.formats.provenance import provenance_from_json, provenance_to_json
from services.indicators.domain.formats.versions import FORMAT, Json, Stored, require_format
from services.indicators.domain.scorecards import Aim, Scorecard, ScorecardHead, ScorecardLine, Section


def scorecard_to_json(scorecard: Scorecard) -> Json:
    head = scorecard.head
    return {
        FORMAT: 1,
        "code": head.code,
        "name": head.name,
        "area": head.area,
        "comparator": head.comparator,
        "sections": [_section_to_json(section) for section in scorecard.sections],
    }


def _section_to_json(section: Section[ScorecardLine]) -> Json:
    aims = [{"name": aim.name, "lines": [_line_to_json(line) for line in aim.rows]} for aim in section.aims]
    return {"code": section.code, "name": section.name, "aims": aims}


def _line_to_json(line: ScorecardLine) -> Json:
    return {
        "indicator": line.indicator,
        "breakdown": line.breakdown.text,
        "provenance": provenance_to_json(line.provenance),
    }


def scorecard_from_json(content: Stored) -> Scorecard:
    require_format(content, 1)
    head = ScorecardHead(content["code"], content["name"], content["area"], content["comparator"])
    return Scorecard(head, tuple(map(_section_from_json, content["sections"])))


def _section_from_json(content: Stored) -> Section[ScorecardLine]:
    aims = (Aim(aim["name"], tuple(map(_line_from_json, aim["lines"]))) for aim in content["aims"])
    return Section(content["code"], content["name"], tuple(aims))


def _line_from_json(content: Stored) -> ScorecardLine:
    provenance = provenance_from_json(content["provenance"])
    return ScorecardLine(content["indicator"], Breakdown.parse(content["breakdown"]), provenance)

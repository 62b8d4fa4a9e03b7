"""Tables of the indicators service."""

from services.indicators.models.definitions import (
    AreaGroupRevisionRow,
    AreaGroupRow,
    AreaRevisionRow,
    AreaRow,
    FrameworkRow,
    IndicatorFrameworkRow,
    IndicatorRevisionRow,
    IndicatorRow,
)
from services.indicators.models.imports import FileMappingRow, ImportPartRow
from services.indicators.models.metadata import Base
from services.indicators.models.remarks import (
    ChartRemarkRow,
    CommentaryRevisionRow,
    CommentaryRow,
    LateValueRow,
    ProcessControlSignalRow,
    QualityRulesRow,
)
from services.indicators.models.scorecards import (
    ObjectiveRevisionRow,
    ObjectiveRow,
    OutcomeRow,
    PriorityRow,
    ScorecardRevisionRow,
    ScorecardRow,
    StandardRow,
    SystemGapRow,
)
from services.indicators.models.series import ObservationRow, ProjectionRow, SeriesRow, TargetRow
from services.indicators.models.sources import SourceEventRow

__all__ = [
    "AreaGroupRevisionRow",
    "AreaGroupRow",
    "AreaRevisionRow",
    "AreaRow",
    "Base",
    "ChartRemarkRow",
    "CommentaryRevisionRow",
    "CommentaryRow",
    "FileMappingRow",
    "FrameworkRow",
    "ImportPartRow",
    "IndicatorFrameworkRow",
    "IndicatorRevisionRow",
    "IndicatorRow",
    "LateValueRow",
    "ObjectiveRevisionRow",
    "ObjectiveRow",
    "ObservationRow",
    "OutcomeRow",
    "PriorityRow",
    "ProcessControlSignalRow",
    "ProjectionRow",
    "QualityRulesRow",
    "ScorecardRevisionRow",
    "ScorecardRow",
    "SeriesRow",
    "SourceEventRow",
    "StandardRow",
    "SystemGapRow",
    "TargetRow",
]

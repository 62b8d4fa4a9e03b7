"""What process control says of each period as a colour, for whoever follows a series by it.

By the rules of Making Data Count with runs of seven. Red: beyond three sigma on the bad side. Amber: any other special
cause of concern. Green: neither. White: a symbol, an indicator of which neither way is good, and wherever there are no
limits, which need 13 values of a chart whose periods do not overlap.
"""

from collections.abc import Iterable, Mapping, Sequence

from contracts.colours import Colour, Polarity
from contracts.period import Period
from services.indicators.domain.control.judgement import PointType
from services.indicators.domain.control.process import ControlPoint, ControlSegment, process_control
from services.indicators.domain.control.remarks import RecordedRemark
from services.indicators.domain.control.rules import ControlRule
from services.indicators.domain.control.settings import ChartSettings
from services.indicators.domain.definitions import Indicator
from services.indicators.domain.observations import Revision, SeriesKey
from services.indicators.domain.series import series_state

_BEYOND = {1: ControlRule.BEYOND_LOW, -1: ControlRule.BEYOND_HIGH}
"""By polarity, the rule that fires on the bad side."""


def process_control_colours(
    key: SeriesKey, indicator: Indicator, revisions: Iterable[Revision], remarks: Sequence[RecordedRemark]
) -> Mapping[Period, Colour]:
    """The colour of every period of a whole series, given its current revisions and people's decisions on limits."""
    chart = process_control(key, indicator, revisions, remarks, (), series_state(indicator, (), {}), ChartSettings())
    return {
        point.revision.period: _colour(point, chart.segments[point.segment - 1], indicator.polarity)
        for point in chart.points
    }


def _colour(point: ControlPoint, segment: ControlSegment, polarity: Polarity) -> Colour:
    limits, is_observed = segment.limits, point.revision.observation.value is not None
    if polarity is Polarity.NEUTRAL or not is_observed or limits is None or limits.lower is None:
        return Colour.WHITE
    if _BEYOND[polarity.sign] in point.fired:
        return Colour.RED
    return Colour.AMBER if point.type is PointType.CONCERN else Colour.GREEN

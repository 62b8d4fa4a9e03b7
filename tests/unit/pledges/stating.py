"""A pledge, an action and the like, as tests of past states and reports need them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from contracts.breakdown import Breakdown
from contracts.colours import Colour
from contracts.notes import SourcedFigure, SourceNote
from contracts.period import Period
from contracts.risks import Band
from services.pledges.domain.actions import Action, ActionDefinition
from services.pledges.domain.indicators import Colours, LinkedIndicator, SeriesKey
from services.pledges.domain.linked import LinkedElsewhere, LinkedRisk, LinkedScheme, RiskRating, SavingsPosition
from services.pledges.domain.pledges import Amendment, Assignment, Measure, Pledge, PledgeView
from services.pledges.domain.status import Delivery, Evidence, Progress

TODAY: Final = date(2018, 2, 28)
AT: Final = datetime(2018, 2, 28, 9, tzinfo=UTC)
Q3: Final = Period.parse("2017/18 Q3")
DUE: Final = date(2018, 1, 31)
ASSIGNED: Final = Assignment("Cllr May", "Housing", "D. Ray", ("Lee", "Kim"), date(2017, 1, 1), date(2018, 2, 1))
NOTE: Final = SourceNote("size", (SourcedFigure("page 3", "350"), SourcedFigure("page 7", "340")), "350", "later")
SERIES: Final = SeriesKey("waits", "E06000026", Breakdown.parse("sex=male"))
COLOURS: Final = Colours(Q3, Colour.RED, None, Colour.GREEN, trend_provisional=True, value=Decimal("1.50"), unit="%")
RATING: Final = RiskRating("Beds", "open", 4, 5, 20, Band.RED, AT)
AMOUNTS: Final = [Decimal(number) for number in range(7)]
POSITION: Final = SavingsPosition("Beds", "pooled", "2017/18", *AMOUNTS, Colour.AMBER, ("late",), AT)
ELSEWHERE: Final = LinkedElsewhere((LinkedRisk("OCC4", RATING),), (LinkedScheme("s1", POSITION), LinkedScheme("s2")))
PLEDGE: Final = Pledge(
    set_code="2018",
    number="46",
    theme="Homes",
    title="Build homes",
    top=True,
    due=DUE,
    progress=Progress(Delivery.DELIVERED, DUE),
    evidence=Evidence.PARTIAL,
    measure=Measure("homes", "none", DUE),
    notes=(NOTE,),
    version=4,
)
VIEW: Final = PledgeView(
    PLEDGE,
    (ASSIGNED,),
    (Amendment("Build 350 homes", "clearer", "clerk", AT),),
    (LinkedIndicator(SERIES, COLOURS),),
    TODAY,
    ELSEWHERE,
)


def action(code: str, delivery: Delivery = Delivery.NOT_STARTED, **said: Any) -> Action:
    closed_on = DUE if delivery.is_closed else None
    return Action(code, ActionDefinition(f"Action {code}", **said), Progress(delivery, closed_on))

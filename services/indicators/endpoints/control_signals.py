"""Whether events of a series carry what process control says of it."""

from urllib.parse import urlencode

from fastapi import APIRouter, Response

from chassis.web.problems import problems
from chassis.web.units import Read, Write
from services.indicators.domain.observations import SeriesKey
from services.indicators.endpoints.parameters import InAreaWanted, IndicatorCode, answer_whether_new
from services.indicators.schemas.control_signals import ControlSignalIn, ControlSignalOut
from services.indicators.service import control_signals

router = APIRouter(tags=["Process control"])


@router.get(
    "/indicators/{code}/process-control/signal",
    summary="Whether events carry process control",
    description="Of a series: an indicator in an area, in total or of one breakdown.",
    responses=problems(401, 404, 422),
)
async def get_control_signal(read: Read, code: IndicatorCode, wanted: InAreaWanted) -> ControlSignalOut:
    key = wanted.series(code)
    return ControlSignalOut.of(key, carried=await read(lambda tx: control_signals.is_carried(tx, key)))


@router.post(
    "/indicators/{code}/process-control/signal",
    status_code=201,
    summary="Have events carry process control, or no longer",
    description="Asked for by whoever follows the series by it, such as a risk with a link by `process-control`: it is "
    "worked out from the whole series with every change of it, and told at once. Of each period that an event shows: "
    "`amber` for a special cause of concern, `red` beyond three sigma on the bad side, `green` for neither, `white` "
    "where nothing is judged, by the rules of Making Data Count and people's decisions on limits. It takes the place "
    "of no colour of the council. What is so already is answered with 200.",
    responses={
        200: {"model": ControlSignalOut, "description": "It is so already"},
        **problems(401, 403, 404, 409, 413, 415, 422, 503),
    },
)
async def set_control_signal(
    write: Write, code: IndicatorCode, body: ControlSignalIn, response: Response
) -> ControlSignalOut:
    key = SeriesKey(code, body.area, body.breakdown)
    new = await write(lambda tx: control_signals.set_signal(tx, key, body.reason, carried=body.carried))
    answer_whether_new(response, new=new)
    of = urlencode({"area": key.area, "breakdown": key.breakdown.text})
    response.headers["location"] = f"/indicators/v1/indicators/{code}/process-control/signal?{of}"
    return ControlSignalOut.of(key, carried=body.carried)

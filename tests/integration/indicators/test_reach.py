"""What is worked out of figures, each within its bounds, stays within what travels."""

import pytest

from tests.integration.indicators.conftest import ENGLAND, PLYMOUTH, Api

pytestmark = pytest.mark.both_engines

RATE = {"code": "rate", "name": "Rate", "unit": "rate_per_100000", "polarity": "low_is_good", "frequency": "month"}
MOST = "1000000000000"


@pytest.mark.parametrize("kind", ["increase_by_percent", "reduce_by_percent"])
async def test_a_target_beyond_reach_is_refused_and_stops_nobody(api: Api, kind: str) -> None:
    await api.post("/indicators", RATE)
    baseline = {"period": "2017-01", "value": MOST}
    refused = await api.post(
        "/indicators/rate/targets", {"area": PLYMOUTH, "kind": kind, "value": MOST, "baseline": baseline}, 422
    )
    assert refused["errors"][0]["field"] == "value"
    await api.observe("2018-01", "1", code="rate")
    await api.observe("2018-01", "1", code="rate", area=ENGLAND)
    await api.patch("/indicators/rate", {"name": "The rate"})
    await api.get("/indicators/rate/status", area=PLYMOUTH)


@pytest.mark.parametrize(
    ("count", "denominator", "expect"),
    [
        ("10000000000", "0.00000001", 422),
        ("20000", "0.00000001", 422),
        ("10000000000", "0.01", 422),
        ("10000000000", "1000", 201),
        ("0", "0.00000001", 201),
    ],
)
async def test_a_rate_beyond_reach_is_refused(api: Api, count: str, denominator: str, expect: int) -> None:
    await api.post("/indicators", RATE)
    answer = await api.observe("2018-01", None, expect, code="rate", count=count, denominator=denominator)
    if expect == 422:
        assert answer["errors"][0]["field"] == "denominator"

"""What a fund says of a risk: of the years that are open the worst, of each line and of all."""

import pytest

from contracts.period import Period
from services.risks.domain.funds import FORMAT, FundEvent, JudgedVariance, read_variances, write_variances
from services.risks.domain.links import IndicatorLink, LinkKey, fund_series
from services.risks.domain.records import review_request
from services.risks.domain.severity import Provisional, Signal

THIS = JudgedVariance("2017/18", "125000.00", "100000.00", "beyond")
NEXT = JudgedVariance("2018/19", "10.00", "100000.00", "within")
EVENT = FundEvent("pooled", 1, 4, "e-4", {None: [THIS, NEXT], "beds": []})


@pytest.mark.parametrize(("level", "severity"), [("within", 0), ("beyond", 1), ("twice", 2)])
def test_a_variance_is_as_bad_as_finance_says(level: str, severity: int) -> None:
    assert JudgedVariance("2017/18", "1", "1", level).severity == severity


def test_the_worst_year_counts_and_of_a_place_without_any_nothing_is_known() -> None:
    whole, beds = EVENT.signals
    assert (EVENT.subject, whole.subject, beds.subject) == ("fund:pooled", "fund:pooled", "fund:pooled/beds")
    of_both = [each.severity(Signal.FINANCE, way) for each in (whole, beds) for way in Provisional]
    assert of_both == [1, 1, None, None]
    assert (whole.latest, beds.latest) == (Period.parse("2018/19"), None)
    assert whole.severity(Signal.TARGET, Provisional.IGNORE) is None, "a fund has no target"


def test_variances_are_read_as_they_were_written() -> None:
    assert read_variances(write_variances([THIS, NEXT])) == [THIS, NEXT]
    assert read_variances(write_variances([])) == read_variances("") == []
    with pytest.raises(ValueError, match="format fund-2"):
        read_variances(f"{FORMAT[:-1]}2\n2017/18|1|1|within")


@pytest.mark.parametrize(
    ("line", "subject", "words"),
    [(None, "fund:pooled", "the fund pooled"), ("beds", "fund:pooled/beds", "line beds of the fund pooled")],
)
def test_a_fund_is_named_apart_from_every_indicator(line: str | None, subject: str, words: str) -> None:
    series = fund_series("pooled", line)
    assert (series.subject, str(series), series.fund, series.line) == (subject, words, "pooled", line)
    link = IndicatorLink(LinkKey(series, Signal.FINANCE), "money", None, 1)
    assert review_request("OCC4", 1, link).reason.startswith(words)

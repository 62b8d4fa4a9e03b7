"""Whether an indicator moved before its owner judged otherwise, after that, or wrongly."""

from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Colour
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.risks.domain.back_test import PastJudgement, Verdict, back_test, read_past, reassessments
from services.risks.domain.links import IndicatorLink, LinkKey, SeriesKey
from services.risks.domain.points import PeriodPoint, write_points
from services.risks.domain.rating import Kind
from services.risks.domain.severity import Provisional, Signal, confirmed_severity

LINK = IndicatorLink(LinkKey(SeriesKey("ae", "RK9"), Signal.TARGET), "flow", at=0, now=0)
TODAY = date(2018, 2, 28)


COLOURS = {"g": Colour.GREEN, "a": Colour.AMBER, "r": Colour.RED, "w": Colour.WHITE}


def point(letter: str, period: Period) -> PeriodPoint:
    return PeriodPoint(period.label, "1", ObservationStatus.FINAL, COLOURS[letter], Colour.WHITE, Colour.NONE)


def read(colours: str, last: str = "2018-01") -> IndicatorLink:
    periods = [Period.parse(last)]
    for _ in colours[1:]:
        periods.insert(0, periods[0].previous())
    return replace(LINK, points=write_points([point(*each) for each in zip(colours, periods, strict=True)]))


def judged(*judgements: tuple[str, int], kind: Kind = Kind.THREAT) -> list[Verdict]:
    """Verdicts on a link that was green until October 2017, red in November and since."""
    found = [PastJudgement(date.fromisoformat(day), likelihood, "m@1", is_own=True) for day, likelihood in judgements]
    return [verdict for _, verdict in back_test(read("gggrrr"), reassessments(kind, found, TODAY)).verdicts]


@pytest.mark.parametrize(
    ("judgements", "verdicts"),
    [
        ((("2017-10-15", 3), ("2017-12-05", 4)), [Verdict.BEFORE]),
        ((("2017-10-15", 3), ("2017-12-05", 2)), [Verdict.WRONGLY]),
        ((("2017-10-15", 3), ("2017-11-20", 4)), [Verdict.AFTER]),
        ((("2017-10-15", 3), ("2017-11-20", 4), ("2017-11-25", 5)), [Verdict.SILENT, Verdict.AFTER]),
        ((("2017-12-05", 3), ("2018-01-20", 4)), [Verdict.SILENT]),
        ((("2017-10-15", 3), ("2017-12-05", 3)), []),
        ((("2017-06-15", 3), ("2017-12-05", 4)), [Verdict.NOT_KEPT]),
        ((("2017-09-15", 3), ("2017-12-05", 4)), [Verdict.NOT_KEPT]),
        ((("2017-10-15", 3),), []),
        ((), []),
    ],
)
def test_each_judgement_has_a_verdict(judgements: tuple[tuple[str, int], ...], verdicts: list[Verdict]) -> None:
    assert judged(*judgements) == verdicts


def test_less_likely_is_worse_for_an_opportunity() -> None:
    assert judged(("2017-10-15", 3), ("2017-12-05", 2), kind=Kind.OPPORTUNITY) == [Verdict.BEFORE]


def test_what_accepts_a_proposal_or_is_on_another_matrix_says_nothing() -> None:
    first = PastJudgement(date(2017, 10, 15), 3, "m@1", is_own=True)
    accepted, moved = replace(first, likelihood=4, is_own=False), replace(first, likelihood=4, matrix="m@2")
    assert [reassessments(Kind.THREAT, [first, each], TODAY) for each in (accepted, moved)] == [[], []]


def test_a_judgement_whose_matrix_is_unknown_compares_with_another_such_only() -> None:
    unknown = PastJudgement(date(2017, 10, 15), 3, None, is_own=True)
    known = replace(unknown, likelihood=4, matrix="m@1")
    assert [reassessments(Kind.THREAT, each, TODAY) for each in ([unknown, known], [known, unknown])] == [[], []]
    assert len(reassessments(Kind.THREAT, [unknown, replace(unknown, likelihood=4)], TODAY)) == 1


@pytest.mark.parametrize("link", [LINK, read("ww")])
def test_of_a_link_without_a_severity_nothing_is_told(link: IndicatorLink) -> None:
    found = [PastJudgement(date(2017, 12, day), likelihood, "m@1", is_own=True) for day, likelihood in ((1, 3), (5, 4))]
    [(_, verdict)] = back_test(link, reassessments(Kind.THREAT, found, TODAY)).verdicts
    assert verdict is Verdict.NO_SEVERITY


@pytest.mark.parametrize(
    ("colours", "flips", "confirmed"),
    [
        ("grgrgr", 4, 0),
        ("rg", 0, 0),
        ("rgg", 0, 1),
        ("gggrrr", 1, 1),
        ("rrgg", 1, 1),
        ("g", 0, 0),
        ("wgwgwr", 1, 1),
        ("", 0, 0),
    ],
)
def test_flips_are_counted_with_and_without_confirmation(colours: str, flips: int, confirmed: int) -> None:
    found = back_test(read(colours) if colours else LINK, [])
    assert (found.flips, found.confirmed_flips) == (flips, confirmed)


@given(st.text("garw", min_size=1, max_size=6))
def test_what_is_confirmed_is_what_an_event_of_then_confirmed(colours: str) -> None:
    """The rule of severities, told of each event that carried the series up to a period."""
    number, past = count(), read_past(read(colours))
    for end, letter in enumerate(colours, start=1):
        if letter in "gar":
            series = [point(each, Period.parse("2018-01")) for each in colours[:end]]
            then = confirmed_severity(series, Signal.TARGET, Provisional.IGNORE)
            assert past[next(number)].confirmed == (None if then.unconfirmed else then.severity)

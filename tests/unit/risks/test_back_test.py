"""Whether an indicator moved before its owner judged otherwise, after that, or wrongly."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.colours import Colour
from contracts.indicators import ObservationStatus
from contracts.period import Period
from services.risks.domain.back_test import (
    PastJudgement,
    Reassessment,
    Told,
    Verdict,
    back_test,
    read_past,
    reassessments,
    suggest,
)
from services.risks.domain.links import SeriesKey
from services.risks.domain.points import PeriodPoint
from services.risks.domain.rating import Kind
from services.risks.domain.severity import Provisional, Signal, confirmed_severity

TODAY = date(2018, 2, 28)


COLOURS = {"g": Colour.GREEN, "a": Colour.AMBER, "r": Colour.RED, "w": Colour.WHITE}


def point(letter: str, period: Period) -> PeriodPoint:
    return PeriodPoint(period.label, "1", ObservationStatus.FINAL, COLOURS[letter], Colour.WHITE, Colour.NONE)


def read(colours: str, last: str = "2018-01") -> list[PeriodPoint]:
    """Months of these colours, the last of them as named."""
    periods = [Period.parse(last)]
    for _ in colours[1:]:
        periods.insert(0, periods[0].previous())
    return [point(*each) for each in zip(colours, periods, strict=bool(colours))]


def told(past: list[PeriodPoint], judged_otherwise: Sequence[Reassessment] = ()) -> Told:
    return back_test(past, Signal.TARGET, Provisional.IGNORE, judged_otherwise)


def judged(*judgements: tuple[str, int], kind: Kind = Kind.THREAT) -> list[Verdict]:
    """Verdicts on a link that was green until October 2017, red in November and since."""
    found = [PastJudgement(date.fromisoformat(day), likelihood, "m@1", is_own=True) for day, likelihood in judgements]
    return [verdict for _, verdict in told(read("gggrrr"), reassessments(kind, found, TODAY)).verdicts]


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


@pytest.mark.parametrize("past", [[], read("ww")])
def test_of_a_series_without_a_severity_nothing_is_told(past: list[PeriodPoint]) -> None:
    found = [PastJudgement(date(2017, 12, day), likelihood, "m@1", is_own=True) for day, likelihood in ((1, 3), (5, 4))]
    [(_, verdict)] = told(past, reassessments(Kind.THREAT, found, TODAY)).verdicts
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
    found = told(read(colours))
    assert (found.flips, found.confirmed_flips) == (flips, confirmed)


@given(st.text("garw", min_size=1, max_size=6))
def test_what_is_confirmed_is_what_an_event_of_then_confirmed(colours: str) -> None:
    """The rule of severities, told of each event that carried the series up to a period."""
    number, past = count(), read_past(read(colours), Signal.TARGET, Provisional.IGNORE)
    for end, letter in enumerate(colours, start=1):
        if letter in "gar":
            series = [point(each, Period.parse("2018-01")) for each in colours[:end]]
            then = confirmed_severity(series, Signal.TARGET, Provisional.IGNORE)
            assert past[next(number)].confirmed == (None if then.unconfirmed else then.severity)


def test_of_a_coin_what_counts_flips_half_as_often() -> None:
    """Heads green, tails red: every month another toss. In the long run one flip of two is left."""
    tosses = Random(2018)  # noqa: S311  a test's dice
    found = told(read("".join(tosses.choice("gr") for _ in range(1200)), last="2018-01"))
    assert found.flips / 1198 == pytest.approx(0.5, abs=0.05)
    assert found.confirmed_flips / found.flips == pytest.approx(0.5, abs=0.05)


@given(st.text("gr", min_size=3, max_size=40))
def test_what_counts_never_flips_more_often_than_what_is_measured(colours: str) -> None:
    """But for one flip that the first confirmed period may be late by."""
    found = told(read(colours))
    assert found.confirmed_flips <= found.flips + 1


def test_what_would_have_told_is_suggested_best_first() -> None:
    days = (("2017-06-15", 3), ("2017-09-05", 4), ("2017-12-05", 3))
    judgements = [PastJudgement(date.fromisoformat(day), likelihood, "m@1", is_own=True) for day, likelihood in days]
    otherwise = reassessments(Kind.THREAT, judgements, TODAY)
    assert [each.is_worse for each in otherwise] == [True, False]
    pasts = {
        "both": "gggggrrgggg",  # red in July and August, green since
        "worse": "gggggrrrrrr",
        "late": "ggggggggrrr",
        "wrongly": "rrrrrrgggrr",
        "nothing": "wwwwwwwwwww",
    }
    found = suggest(
        {SeriesKey(name, "RK9"): read(colours, last="2017-12") for name, colours in pasts.items()},
        Signal.TARGET,
        otherwise,
    )
    assert [(each.series.indicator, each.told.lead) for each in found] == [("both", 2), ("worse", 1)]
    assert found[0].told.count(Verdict.BEFORE) == 2
    assert suggest({SeriesKey("both", "RK9"): read("ggr")}, Signal.TARGET, []) == []
